"""The other files of train and evaluate with hand-made numbers, and a folder with all of them."""

from collections.abc import Sequence
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from stages.shared.schemas.contract import GROUP, ROW, Contract, Step
from stages.shared.storage.files import sha256, write_json
from stages.shared.storage.manifest import write_manifest
from stages.shared.storage.parquet import Table, write_columns, write_table
from tests.stages.report.made.factory import BASELINE, SELECT, Treatment, contract_json, leaderboard_json, params_json
from tests.stages.report.made.models import dump_small_model


def step(name: str, rows: int, positive: int, note: str = "") -> dict[str, Any]:
    """Return a step of the data flow, with two columns."""
    return {
        "step": name, "rows": rows, "columns": 2, "negative": rows - positive, "positive": positive, "note": note,
    }  # fmt: skip


def trace_json(treatment: Treatment) -> dict[str, Any]:
    """Return the content of trace.json: two folds; samplers add 1500 positives; an mlp has 60 epochs per fold."""
    added = 1500 if treatment.sampler else 0
    counts = {"rows": 1186, "negative": 1131, "positive": 55}
    grown = {"rows": 1186 + added, "negative": 1131, "positive": 55 + added}
    weights = {"negative": 0.525, "positive": 10.7} if treatment.class_weight else {"negative": 1.0, "positive": 1.0}
    epochs = [
        {
            "fold": fold, "epoch": epoch, "train_loss": 0.6 / epoch + 0.1 * fold, "train_accuracy": 0.9,
            "validation_loss": 0.7 / epoch + 0.1 * fold, "validation_accuracy": 0.8,
        }
        for fold in (0, 1) for epoch in range(1, 61)
    ]  # fmt: skip
    return {
        "strategy": treatment.name,
        "sampler": {"asked": treatment.sampler, "ran": treatment.sampler, "why": "as asked" if added else ""},
        "flow": [
            step("raw", 3163, 151), step("prepared", 3163, 151), step("train", 2373, 111), step("test", 790, 40),
            step("imputed", 2373, 111), step("scaled", 2373, 111),
            *([step("resampled", 2373 + added, 111 + added, f"{added} synthetic rows")] if added else []),
        ],
        "folds": [
            {
                "fold": fold, "train": counts, "resampled": grown, "added": added, "removed": 0,
                "validation": {"rows": 1187, "negative": 1131, "positive": 56},
            }
            for fold in (0, 1)
        ],
        "class_weight": dict.fromkeys(treatment.classifiers, weights),
        "blend": {},
        "epochs": {"mlp": epochs} if "mlp" in treatment.classifiers else {},
        "notes": [],
        "metrics": {classifier: {"average_precision": 0.8} for classifier in treatment.classifiers},
    }  # fmt: skip


def thresholds_json(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of thresholds.json: 40 positives of score 0.00, 0.025, …, 750 negatives of 0 to 0.375."""
    return {
        "strategy": entry["strategy"], "classifier": entry["classifier"],
        "tp": [40 - 2 * index // 5 for index in range(101)], "fp": [max(0, 750 - 20 * index) for index in range(101)],
    }  # fmt: skip


def overlay_json(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of overlays.json: curves better than a random classifier, and an empty bin."""
    return {
        "strategy": entry["strategy"], "classifier": entry["classifier"],
        "recall": [round((index / 100) ** 0.5, 4) for index in range(101)],
        "precision": [round(1 - index / 200, 4) for index in range(101)],
        "mean_score": [index / 10 + 0.05 if index != 3 else None for index in range(10)],
        "positive_share": [index / 10 if index != 3 else None for index in range(10)],
    }  # fmt: skip


def explanation_json(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of explanations.json: the model uses age and not sex, and finds fewer positives among M."""
    return {
        "strategy": entry["strategy"], "classifier": entry["classifier"],
        "importance": [
            {"feature": "age", "loss": 0.3, "low": 0.1, "high": 0.5},
            {"feature": "sex", "loss": 0.01, "low": -0.02, "high": 0.04},
        ],
        "dependence": [
            {"feature": "age", "number": 20.0, "category": None, "probability": 0.01},
            {"feature": "age", "number": 60.0, "category": None, "probability": 0.2},
            {"feature": "sex", "number": None, "category": "F", "probability": 0.06},
            {"feature": "sex", "number": None, "category": "M", "probability": 0.05},
        ],
        "slices": [
            slice_json("sex", "sex = M", rows=30, value=0.5, difference=-0.3, low=-0.5, high=-0.1, verdict="worse"),
            slice_json("age", "age ≤ 40", rows=12, value=0.7, difference=-0.05, low=-0.4, high=0.3),
        ],
        "compared": 12,
        "worse": 1,
    }  # fmt: skip


def slice_json(column: str, label: str, **values: Any) -> dict[str, Any]:
    """Return a slice of recall that is not watched and cannot tell, changed by `values`."""
    return {
        "column": column, "key": label, "label": label, "watched": False, "metric": "recall", "rows": 0, "value": None,
        "difference": None, "low": None, "high": None, "verdict": "cannot_tell", **values,
    }  # fmt: skip


def tuning_json(ratios: Sequence[object] = (0.25, 0.5, 1.0), neighbors: Sequence[int] = (3, 5)) -> dict[str, Any]:
    """Return an entry of tuning.json: average precision falls with the ratio, recall rises; k = 5 is 0.01 better."""
    results = [
        {
            "sampler": {"k_neighbors": k, "sampling_strategy": ratio},
            "classifier": {},
            "folds": 2,
            "metrics": {
                "average_precision": {"mean": round(0.8 - 0.02 * index + 0.005 * (k - 3), 6), "sd": 0.02},
                "brier_score": {"mean": 0.03, "sd": 0.002},
                "recall": {"mean": round(0.7 + 0.05 * index, 6), "sd": 0.04},
            },
        }
        for k in neighbors for index, ratio in enumerate(ratios)
    ]  # fmt: skip
    chosen = {"sampler": results[-1]["sampler"] | {"sampling_strategy": ratios[0]}, "classifier": {}}
    return {
        "metric": "average_precision", "how": "exhaustive", "chosen": chosen, "folds": [chosen, chosen],
        "search": {"average_precision": 0.81}, "results": results,
    }  # fmt: skip


def flat_json(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a candidate in the format of metrics/strategies/<strategy>.json."""
    decisions = ("precision", "recall", "specificity", "f1", "g_mean", "balanced_accuracy", "accuracy")
    test = entry["test"]
    return {
        "classifier": entry["classifier"],
        **{key: test[key] for key in ("average_precision", "roc_auc", "brier_score", "log_loss")},
        "threshold": entry["threshold"],
        **{key: test[key] for key in (*decisions, "tp", "fp", "fn", "tn")},
        "cv_average_precision": entry["cv"]["average_precision"]["mean"],
    }


def write_workspace(
    root: Path, *treatments: Treatment, baseline: Treatment = BASELINE, select: dict[str, str] | None = None,
    contract: dict[str, Any] | None = None, tuning: dict[str, Any] | None = None,
) -> Path:  # fmt: skip
    """Write the outputs of train and evaluate into `root`, and return it."""
    select = {**SELECT, **(select or {})}
    content = leaderboard_json(*treatments, baseline=baseline, metric=select["metric"])
    every = (baseline, *treatments)
    params = params_json(every, **select)
    (root / "params.yaml").write_text(json.dumps(params))  # JSON is YAML
    contract = contract or contract_json()
    content["data"] |= {key: contract[key] for key in ("source", "target", "positive")}
    write_json(root / "data/contract.json", contract)
    write_json(root / "metrics/leaderboard.json", content)
    write_json(root / "metrics/curves/thresholds.json", [thresholds_json(entry) for entry in content["candidates"]])
    write_json(root / "metrics/curves/overlays.json", [overlay_json(entry) for entry in content["candidates"]])
    explanations = [explanation_json(entry) for entry in content["strategies"]]
    write_json(root / "metrics/curves/explanations.json", explanations)
    rows = {item["strategy"]: item["classifier"] for item in content["strategies"]}
    for entry in content["candidates"]:
        if rows[entry["strategy"]] == entry["classifier"]:
            write_json(root / f"metrics/strategies/{entry['strategy']}.json", flat_json(entry))
    _write_train(root, contract)
    for item in every:
        _write_models(root, item, contract, (tuning or {}).get(item.name))
    return root


def _write_train(root: Path, contract: dict[str, Any]) -> None:
    """Write eight rows: 1 and 3 of the raw table are positive; `age` rises with the row, `sex` is mostly F."""
    features = Contract.model_validate(contract)
    columns: dict[str, Any] = {name: pa.array(range(8)) for name in (ROW, GROUP)}
    for feature in features.features:
        if feature.type == "numeric":
            columns[feature.name] = pa.array([10.0 * row for row in range(8)])
        else:
            categories = feature.categories or [""]
            columns[feature.name] = pa.array([categories[-1 if row == 3 else 0] for row in range(8)])
    columns[features.target] = pa.array([int(row in (1, 3)) for row in range(8)], type=pa.int8())
    step = Step(step="train", rows=8, columns=len(features.features), negative=6, positive=2)
    write_table(root / "data/train.parquet", Table(pa.table(columns), features, [step]))


def _write_models(root: Path, treatment: Treatment, contract: dict[str, Any], tuning: dict[str, Any] | None) -> None:
    folder = root / "models" / treatment.name
    folder.mkdir(parents=True)
    for classifier in treatment.classifiers:
        (folder / f"{classifier}.skops").write_bytes(dump_small_model(contract, classifier, treatment.name))
    write_json(folder / "trace.json", trace_json(treatment))
    oof = {"row": np.arange(8), "fold": np.arange(8) % 2, "y": np.isin(np.arange(8), (1, 3)).astype(np.int64)}
    write_columns(folder / "oof.parquet", {**oof, **dict.fromkeys(treatment.classifiers, np.linspace(0.1, 0.8, 8))})
    if tuning is not None:
        write_json(folder / "tuning.json", tuning)
    calibrators = {classifier: {"method": treatment.calibration} for classifier in treatment.classifiers}
    write_json(folder / "calibration.json", calibrators)
    inputs = {"data/train.parquet": "a" * 64, "requirements.lock": "b" * 64}
    write_manifest(folder, strategy=treatment.name, inputs=inputs)
    score = {"mean": treatment.cv, "sd": 0.021, "folds": [treatment.cv, treatment.cv]}
    scores = dict.fromkeys(("average_precision", "roc_auc", "brier_score", "log_loss"), score)
    cv = {
        "strategy": treatment.name, "manifest": sha256(folder / "manifest.json"),
        "sampler": {"asked": treatment.sampler, "ran": treatment.sampler, "why": "as asked"}, "tuned": {}, "blend": {},
        "classifiers": dict.fromkeys(treatment.classifiers, scores),
    }  # fmt: skip
    write_json(root / f"metrics/cv/{treatment.name}.json", cv)
