"""The path of every artefact, relative to the repository root, where all commands run."""

from pathlib import Path

PARAMS = Path("params.yaml")
SYNTHETIC = Path("data/raw/synthetic.csv")
PREPARED = Path("data/prepared.parquet")
CONTRACT = Path("data/contract.json")
TRAIN = Path("data/train.parquet")
TEST = Path("data/test.parquet")
TEST_SCORES = Path("data/test_scores.parquet")
MODELS = Path("models")
CHAMPION = MODELS / "champion"
REFIT_RECIPE = MODELS / "refit_recipe.json"
REFIT = MODELS / "refit"
CV_METRICS = Path("metrics/cv")
STRATEGY_METRICS = Path("metrics/strategies")
SELECTED = Path("metrics/selected.json")
LEADERBOARD = Path("metrics/leaderboard.json")
CURVES = Path("metrics/curves")
REPORT_HTML = Path("reports/report.html")
REPORT_MD = Path("reports/report.md")

# inside a model folder
OOF = "oof.parquet"
TRACE = "trace.json"
TUNING = "tuning.json"
CALIBRATION = "calibration.json"
MANIFEST = "manifest.json"
CHAMPION_MODEL = "model.skops"
CHAMPION_CARD = "README.md"
CHAMPION_FACTS = "champion.json"
