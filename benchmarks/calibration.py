"""The probabilities of the last run before and after calibration: `python -m benchmarks.calibration`.

It shows that calibration repairs probabilities and changes neither ranking nor most decisions. Run `dvc repro` before.
"""

from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.shared.markdown import print_table
from stages.evaluate.thresholds.policies import Policy
from stages.evaluate.thresholds.tuning import tune_threshold
from stages.shared import paths
from stages.shared.calibration import calibrate, parse_calibration
from stages.shared.storage.files import read_json
from stages.shared.storage.model_file import load_model, scores
from stages.shared.storage.parquet import Table, read_parquet, read_table

COLUMNS = (
    "candidate", "ratio", "Brier", "Brier, baseline", "AP changed by", "ROC-AUC changed by", "decisions changed",
)  # fmt: skip


def measure_candidate(row: dict[str, Any], test: Table) -> list[str]:
    """Compare the scores of a candidate before and after calibration."""
    folder, classifier, facts = paths.MODELS / row["strategy"], row["classifier"], row["calibration"]
    calibrator = parse_calibration(folder, read_json(folder / paths.CALIBRATION))[classifier]
    raw = scores(load_model(folder / f"{classifier}.skops"), test.features())
    calibrated, oof = calibrate(raw, calibrator), read_parquet(folder / paths.OOF)
    y_oof, raw_oof = oof["y"].to_numpy(), oof[classifier].to_numpy()
    before = raw >= tune_threshold(y_oof, raw_oof, Policy("f1"))
    after = calibrated >= tune_threshold(y_oof, calibrate(raw_oof, calibrator), Policy("f1"))
    changes = [
        f"{abs(metric(test.target, calibrated) - metric(test.target, raw)):.6f}"
        for metric in (average_precision_score, roc_auc_score)
    ]
    pairs = [(facts[stage]["mean_score_ratio"], facts[stage]["brier_score"]) for stage in ("before", "after")]
    return [
        f"{row['strategy']} × {classifier}",
        " → ".join(f"{ratio:.2f}" for ratio, _ in pairs),
        " → ".join(f"{brier:.4f}" for _, brier in pairs),
        *changes,
        str(np.sum(before != after)),
    ]


def main() -> None:
    leaderboard, test = read_json(paths.LEADERBOARD), read_table(paths.TEST)
    reference = leaderboard["settings"]["reference"]["strategy"]
    brier = {
        row["classifier"]: f"{row['test']['brier_score']:.4f}"
        for row in leaderboard["candidates"]
        if row["strategy"] == reference
    }
    rows = []
    for row in leaderboard["candidates"]:
        if row["calibration"]["method"] != "none":
            cells = measure_candidate(row, test)
            rows.append([*cells[:3], brier.get(row["classifier"], ""), *cells[3:]])
    print_table("Before and after calibration, on test", COLUMNS, rows)


if __name__ == "__main__":
    main()
