"""A leaderboard, a contract and params with hand-made numbers, as docs/artefacts.md describes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.leaderboard import Leaderboard

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
