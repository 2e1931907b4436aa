"""Hand-made cross-validation records and traces."""

from typing import Any

from stages.shared.metrics.registry import list_selectable
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.schemas.trace import Trace


def record(strategy: str, means: dict[str, float], asked: str | None = None, ran: str | None = None) -> CvRecord:
    """A strategy whose classifiers have these means in every metric."""
    score: dict[str, Any] = {"sd": 0.01, "folds": [0.5, 0.6]}
    return CvRecord.model_validate({
        "strategy": strategy,
        "manifest": "0" * 64,
        "tuned": {},
        "blend": {},
        "sampler": {"asked": asked, "ran": ran, "why": "2 categorical columns" if asked != ran else "as asked"},
        "classifiers": {
            name: {key: {"mean": mean, **score} for key in list_selectable()} for name, mean in means.items()
        },
    })  # fmt: skip


def trace(strategy: str, ran: str | None = None, added: int = 0, removed: int = 0, **changes: Any) -> Trace:
    """A trace with one fold in which the sampler changed so many rows."""
    counts = {"rows": 10, "negative": 8, "positive": 2}
    fold = {"fold": 0, "train": counts, "resampled": counts, "validation": counts, "added": added, "removed": removed}
    return Trace.model_validate({
        "strategy": strategy, "sampler": {"asked": ran, "ran": ran, "why": "as asked"}, "flow": [], "folds": [fold],
        "class_weight": {}, "blend": {}, "epochs": {}, "notes": [], "metrics": {}, **changes,
    })  # fmt: skip


RECORDS = {
    "smote": record("smote", {"logistic_regression": 0.6, "random_forest": 0.8}, "SMOTE", "SMOTENC"),
    "baseline": record("baseline", {"logistic_regression": 0.7, "random_forest": 0.7}),
    "ensemble": record("ensemble", {"easy_ensemble": 0.5, "rus_boost": 0.75}),
}
