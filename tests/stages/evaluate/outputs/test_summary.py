"""The lines for a terminal."""

from typing import Any

from stages.evaluate.outputs.summary import summarize
from stages.shared.schemas.leaderboard import Leaderboard

NAMES = [{"strategy": "baseline", "classifier": "mlp"}, {"strategy": "smote", "classifier": "mlp"}]


def candidate(name: dict[str, str]) -> dict[str, Any]:
    probabilities = dict.fromkeys(("brier_score", "brier_skill", "log_loss", "ece", "mean_score_ratio"), 0.1)
    return {
        **name, "sampler": None, "tuned": None, "members": None, "cv": {}, "threshold": 0.25,
        "threshold_interval": None, "test": {"average_precision": 0.9, "f1": 0.8}, "at_half": {},
        "intervals": {"average_precision": [0.85, 0.9451]}, "mean_score_ratio": 1.0,
        "calibration": {"method": "none", "before": probabilities, "after": probabilities},
    }  # fmt: skip


def compared(verdict: str, scope: str = "strategy", metric: str = "roc_auc") -> dict[str, Any]:
    return {
        "scope": scope, "family": "ranking", "metric": metric, **NAMES[1], "reference_strategy": "baseline",
        "reference_classifier": "mlp", "difference": 0.0, "low": 0.0, "high": 0.0, "verdict": verdict,
    }  # fmt: skip


def test_one_line_per_strategy_and_one_of_the_whole() -> None:
    size = {"rows": 100, "positives": 10}
    leaderboard = Leaderboard.model_validate({
        "data": {"source": "t.csv", "target": "sick", "positive": "yes", "train": size, "test": size},
        "settings": {
            "metric": "roc_auc", "policy": "f1", "policy_key": {}, "confidence": 0.9, "n_resamples": 200,
            "reference": NAMES[0],
        },
        "candidates": [candidate(name) for name in reversed(NAMES)],
        "strategies": NAMES,
        "comparisons": [
            compared("better"), compared("tie"), compared("tie"),
            compared("worse", scope="classifier"), compared("worse", metric="f1"),
        ],
        "cv_comparisons": [],
        "notes": [],
    })  # fmt: skip
    assert summarize(leaderboard) == [
        "evaluate baseline mlp: average precision 0.900 [0.850, 0.945], f1 0.800 at threshold 0.250",
        "evaluate smote mlp: average precision 0.900 [0.850, 0.945], f1 0.800 at threshold 0.250",
        "evaluate: 2 candidates on 100 test rows, 10 positive; "
        "against baseline/mlp in roc_auc: 1 better, 0 worse, 2 tie",
    ]
