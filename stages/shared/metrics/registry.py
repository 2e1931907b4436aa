"""The metrics of the project. A new metric is one entry in METRICS.

Params models import this module and must answer fast, so functions are named here and imported on first use.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
import math
from pkgutil import resolve_name
import sys
from typing import TYPE_CHECKING, Any, Literal

#: what values are computed from: the order of the scores, the scores as probabilities, or decisions at the tuned
#: threshold and at 0.5
Family = Literal["ranking", "probabilities", "decisions", "decisions_at_half"]

#: digits after the point of most metrics
DEFAULT_DIGITS = 3


@dataclass(frozen=True)
class Metric:
    """One metric.

    `function` names `module:function`. The function takes what its family needs, with samples of weighted rows: the
    `RankedPositives` of a ranking, `(y, scores)` for a loss per row whose mean is the metric, or the `Counts` of
    decisions.
    """

    name: str  # scikit-learn's name where there is one
    label: str  # as a sentence names it
    family: Family  # not decisions_at_half, which have the metrics of decisions
    function: str
    higher_is_better: bool = True
    digits: int = DEFAULT_DIGITS  # after the point, in sentences and tables
    limit: float = 1.0  # the largest value; 0 is the smallest
    scale: Literal["logit", "arcsine"] = "logit"  # of the interval, for metrics of ranking and probabilities
    unweighted: str | None = None  # `(y, scores)` -> float, where that is faster for a ranking
    jackknife: str | None = None  # `(positive, scores)` -> the ranking without each row, where that is faster

    @property
    def selectable(self) -> bool:
        """Whether `tuning.metric` and `select.metric` may name it: it needs no threshold."""
        return self.family != "decisions"

    @property
    def sign(self) -> int:
        """1 when higher is better, −1 otherwise."""
        return 1 if self.higher_is_better else -1

    def load(self) -> Callable[..., Any]:
        """Return the function."""
        return _load(self.function)

    def load_jackknife(self) -> Callable[..., Any] | None:
        """Return the fast function without each row; None when there is none."""
        return _load(self.jackknife) if self.jackknife else None

    def score(self, y: Any, scores: Any) -> float:
        """Return the metric of unweighted rows; `y` and `scores` have shape (rows,). It must be selectable."""
        if self.unweighted:
            return float(_load(self.unweighted)(y, scores))
        if self.family == "ranking":
            return float(self.load()(_load(f"{_RANKING}:rank_positives")(y, scores))[0])
        return float(self.load()(y, scores).mean())


_RANKING, _PROBABILITY, _CONFUSION = (
    f"stages.shared.metrics.{name}" for name in ("ranking", "probability", "confusion")
)

METRICS = {
    metric.name: metric
    for metric in (
        Metric(
            "average_precision", "average precision", "ranking", f"{_RANKING}:average_precision", scale="arcsine",
            unweighted=f"{_RANKING}:average_precision_score", jackknife=f"{_RANKING}:average_precision_jackknife",
        ),
        Metric(
            "roc_auc", "ROC-AUC", "ranking", f"{_RANKING}:roc_auc",
            unweighted=f"{_RANKING}:roc_auc_score", jackknife=f"{_RANKING}:roc_auc_jackknife",
        ),
        Metric(
            "brier_score", "Brier score", "probabilities", f"{_PROBABILITY}:brier_loss",
            higher_is_better=False, digits=4,
        ),
        Metric(
            "log_loss", "log loss", "probabilities", f"{_PROBABILITY}:logarithmic_loss",
            higher_is_better=False, limit=-math.log(sys.float_info.epsilon),
        ),
        Metric("precision", "precision", "decisions", f"{_CONFUSION}:precision"),
        Metric("recall", "recall", "decisions", f"{_CONFUSION}:recall"),
        Metric("specificity", "specificity", "decisions", f"{_CONFUSION}:specificity"),
        Metric("f1", "F1", "decisions", f"{_CONFUSION}:f1"),
        Metric("g_mean", "G-mean", "decisions", f"{_CONFUSION}:g_mean"),
        Metric("balanced_accuracy", "balanced accuracy", "decisions", f"{_CONFUSION}:balanced_accuracy"),
        Metric("accuracy", "accuracy", "decisions", f"{_CONFUSION}:accuracy"),
    )
}  # fmt: skip


if TYPE_CHECKING:
    SelectableMetric = str
else:  # a Literal, so that params.yaml is checked and the schema lists the names
    SelectableMetric = Literal[tuple(name for name, metric in METRICS.items() if metric.selectable)]

#: the metrics of decisions with a verdict, in the order of the leaderboard; the others follow from these
_COMPARED_DECISIONS: dict[Family, tuple[str, ...]] = {
    "decisions": ("f1", "recall", "precision", "balanced_accuracy"),
    "decisions_at_half": ("f1", "recall", "precision"),
}


def of_family(family: str) -> dict[str, Metric]:
    """Return the metrics of one family, in the order of the registry."""
    return {name: metric for name, metric in METRICS.items() if metric.family == family}


def selectable() -> dict[str, Metric]:
    """Return the metrics that need no threshold, in the order of the registry."""
    return {name: metric for name, metric in METRICS.items() if metric.selectable}


def compared() -> dict[Family, tuple[str, ...]]:
    """Return the metrics with a verdict, by family of values."""
    return {
        "ranking": tuple(of_family("ranking")),
        "probabilities": tuple(of_family("probabilities")),
        **_COMPARED_DECISIONS,
    }


@cache
def _load(name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = resolve_name(name)
    return function
