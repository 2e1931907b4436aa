"""What calibration repairs and what it leaves alone, on the run in the working directory.

`python -m benchmarks.calibration`, after `dvc repro`. Per candidate that is calibrated: mean score over prevalence and
Brier score on test before and after; the change of average precision and ROC-AUC on test; and how many test rows the
threshold tuned on calibrated out-of-fold scores decides otherwise than the one tuned on the raw ones.
"""

import json

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from stages.evaluate.thresholds.tuning import tune_threshold
from stages.shared import paths
from stages.shared.calibration import calibrate, parse_calibration
from stages.shared.storage.files import read_json
from stages.shared.storage.model_file import load_model, scores
from stages.shared.storage.parquet import read_parquet, read_table


def main() -> None:
    leaderboard, table = json.loads(paths.LEADERBOARD.read_text()), read_table(paths.TEST)
    features, y = table.features(), table.target
    reference = {
        row["classifier"]: row["test"]["brier_score"]
        for row in leaderboard["candidates"]
        if row["strategy"] == leaderboard["settings"]["reference"]["strategy"]
    }
    print(
        "| candidate | ratio | Brier | Brier, baseline | AP changed by | ROC-AUC changed by | rows decided otherwise |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in leaderboard["candidates"]:
        facts = row["calibration"]
        if facts["method"] == "none":
            continue
        folder = paths.MODELS / row["strategy"]
        calibrator = parse_calibration(folder, read_json(folder / paths.CALIBRATION))[row["classifier"]]
        raw = scores(load_model(folder / f"{row['classifier']}.skops"), features)
        after, oof = calibrate(raw, calibrator), read_parquet(folder / paths.OOF)
        y_oof, raw_oof = oof["y"].to_numpy(), oof[row["classifier"]].to_numpy()
        one = raw >= tune_threshold(y_oof, raw_oof, "f1")
        other = after >= tune_threshold(y_oof, calibrate(raw_oof, calibrator), "f1")
        metrics = (average_precision_score, roc_auc_score)
        changes = [f"{abs(metric(y, after) - metric(y, raw)):.6f}" for metric in metrics]
        both = [(side["mean_score_ratio"], side["brier_score"]) for side in (facts["before"], facts["after"])]
        cells = [
            f"{row['strategy']} × {row['classifier']}",
            " → ".join(f"{ratio:.2f}" for ratio, _ in both),
            " → ".join(f"{brier:.4f}" for _, brier in both),
            f"{reference[row['classifier']]:.4f}" if row["classifier"] in reference else "",
            *changes,
            str(np.sum(one != other)),
        ]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
