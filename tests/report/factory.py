"""Artefacts of train and evaluate with hand-made numbers, as docs/artefacts.md describes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.contract import GROUP, ROW, Contract, Step
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.storage.files import sha256, write_json
from stages.shared.storage.manifest import write_manifest
from stages.shared.storage.parquet import Table, write_columns, write_table
from tests.report.models import dump_small_model

FAMILIES = {
    "ranking": ("average_precision", "roc_auc"),
    "probabilities": ("brier_score", "log_loss"),
    "decisions": ("f1", "recall"),
    "decisions_at_half": ("recall",),
}
#: (difference, low, high) by verdict, for a metric of which higher is better
DIFFERENCES = {"better": (0.03, 0.01, 0.05), "tie": (-0.014, -0.058, 0.016), "worse": (-0.03, -0.05, -0.01)}


@dataclass(frozen=True)
class Treatment:
    """A strategy: its sampler, its verdicts by family (tie by default), its classifiers and numbers."""

    name: str
    sampler: str | None = None
    verdicts: dict[str, str] = field(default_factory=dict)
    classifiers: tuple[str, ...] = ("random_forest",)
    cv: float = 0.8
    recall: float = 0.7
    recall_at_half: float = 0.7
    brier: float = 0.03
    class_weight: str | None = None
    calibration: str = "none"
    cv_ties: bool = False  # whether the difference from the baseline is not significant over the folds


BASELINE = Treatment("baseline", cv=0.82)


def candidate(treatment: Treatment, classifier: str, cv: float) -> dict[str, Any]:
    """Return an entry of `candidates`: 40 positives among 790 test rows."""
    test = dict.fromkeys(METRICS, 0.75) | {
        "average_precision": 0.85, "brier_score": treatment.brier, "recall": treatment.recall,
        "tp": 30, "fp": 10, "fn": 10, "tn": 740,
    }  # fmt: skip
    return {
        "strategy": treatment.name,
        "classifier": classifier,
        "sampler": treatment.sampler,
        "tuned": None,
        "members": None,
        "cv": {metric: {"mean": cv, "sd": 0.021} for metric in ("average_precision", "roc_auc")}
        | {metric: {"mean": round(1 - cv, 6), "sd": 0.002} for metric in ("brier_score", "log_loss")},
        "threshold": 0.19,
        "threshold_interval": None,
        "test": test,
        "at_half": {**test, "recall": treatment.recall_at_half},
        "intervals": {
            metric: [0.74, 0.92] if metric == "average_precision" else [test[metric] - 0.05, test[metric] + 0.05]
            for metric in METRICS
        },
        "mean_score_ratio": 1.013 if treatment.sampler is None else 3.5,
        "calibration": calibration(treatment),
    }


def calibration(treatment: Treatment) -> dict[str, Any]:
    """Return the entry `calibration`: before it a Brier score of 0.08 and a mean score of 9 times the prevalence."""
    after = {
        "brier_score": treatment.brier, "brier_skill": 0.4, "log_loss": 0.1, "ece": 0.01,
        "mean_score_ratio": 1.013 if treatment.sampler is None else 3.5,
    }  # fmt: skip
    raw = {"brier_score": 0.08, "brier_skill": -0.7, "log_loss": 0.3, "ece": 0.2, "mean_score_ratio": 9.0}
    before = after if treatment.calibration == "none" else raw
    return {"method": treatment.calibration, "before": before, "after": after}


def make_comparisons(
    scope: str, treatment: Treatment, classifier: str, reference: tuple[str, str]
) -> list[dict[str, Any]]:
    """Return the entries of `comparisons` for one candidate: one verdict for all metrics of a family."""
    entries = []
    for family, metrics in FAMILIES.items():
        word = treatment.verdicts.get(family, "tie")
        for metric in metrics:
            difference, low, high = DIFFERENCES[word]
            if not METRICS[metric].higher_is_better:
                difference, low, high = -difference / 10, -high / 10, -low / 10
            entries.append({
                "scope": scope, "family": family, "metric": metric,
                "strategy": treatment.name, "classifier": classifier,
                "reference_strategy": reference[0], "reference_classifier": reference[1],
                "difference": difference, "low": low, "high": high, "verdict": word,
            })  # fmt: skip
    return entries


def leaderboard_json(*treatments: Treatment, baseline: Treatment = BASELINE, metric: str = "average_precision") -> Any:
    """Return the content of leaderboard.json; each further classifier of a strategy is 0.01 behind."""
    every = (baseline, *treatments)
    reference = (baseline.name, baseline.classifiers[0])
    candidates = [
        candidate(treatment, classifier, round(treatment.cv - 0.01 * index, 6))
        for treatment in every
        for index, classifier in enumerate(treatment.classifiers)
    ]
    comparisons = [
        entry
        for treatment in treatments
        for classifier in treatment.classifiers
        for scope in ("strategy", "classifier")
        if scope == "classifier" or classifier == treatment.classifiers[0]
        for entry in make_comparisons(
            scope,
            treatment,
            classifier,
            (
                (baseline.name, classifier)
                if scope == "classifier" and classifier in baseline.classifiers
                else reference
            ),
        )
    ]
    return {
        "data": {
            "source": "data/raw/hypothyroid.csv", "target": "diagnosis", "positive": "hypothyroid",
            "train": {"rows": 2373, "positives": 111}, "test": {"rows": 790, "positives": 40},
        },
        "settings": {
            "metric": metric, "policy": "f1", "policy_key": {}, "confidence": 0.95, "n_resamples": 2000,
            "reference": {"strategy": reference[0], "classifier": reference[1]},
        },
        "candidates": sorted(candidates, key=lambda item: -item["cv"]["average_precision"]["mean"]),
        "strategies": [{"strategy": item.name, "classifier": item.classifiers[0]} for item in every],
        "comparisons": comparisons,
        "cv_comparisons": [
            {
                "metric": metric, "strategy": item.name, "classifier": classifier,
                "reference_strategy": baseline.name, "reference_classifier": classifier, "difference": 0.01,
                "low": -0.02 if item.cv_ties else 0.005, "high": 0.04 if item.cv_ties else 0.015,
            }
            for item in treatments
            for classifier in item.classifiers
            if classifier in baseline.classifiers
        ],
        "notes": ["adasyn: a note."],
    }  # fmt: skip


def leaderboard(*treatments: Treatment, **kwargs: Any) -> Leaderboard:
    """Return the same as a model."""
    return Leaderboard.model_validate(leaderboard_json(*treatments, **kwargs))


def contract_json(**changes: Any) -> dict[str, Any]:
    """Return the content of contract.json: two features, 151 positives among 3163 rows."""
    features = [
        {"name": "age", "type": "numeric", "missing": 0.1, "minimum": 1.0, "maximum": 98.0, "categories": None},
        {
            "name": "sex",
            "type": "categorical",
            "missing": 0.0,
            "minimum": None,
            "maximum": None,
            "categories": ["F", "M"],
        },
    ]
    return {
        "source": "data/raw/hypothyroid.csv", "rows": 3163, "positives": 151, "target": "diagnosis",
        "positive": "hypothyroid", "negative": "negative", "features": features, "key": [], "group": None,
        "time": None, "missing": {}, **changes,
    }  # fmt: skip


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


#: the section `select` of the tests
SELECT: dict[str, Any] = {
    "strategy": "auto",
    "classifier": "auto",
    "metric": "average_precision",
    "tolerance": 0.0,
    "prefer": "auto",
    "refit": "train",
}


def params_json(treatments: Sequence[Treatment], **select: Any) -> dict[str, Any]:
    """Return the content of params.yaml that report reads."""
    strategies = {
        item.name: {
            key: value for key, value in (("sampler", item.sampler), ("class_weight", item.class_weight)) if value
        }
        for item in treatments
    }
    return {"random_state": 42, "select": {**SELECT, **select}, "strategies": strategies}


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
