"""The metrics of the project. A new metric is one entry in METRICS.

METRICS also gives the metric of a name such as `recall_at_precision(0.9)`. It is a metric at an operating point, whose
kind is one entry in OPERATING_POINTS. It is measured only if `select.metric` names it.

Params models import this module and must answer fast, so functions are named here and imported on first use.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
import math
from pkgutil import resolve_name
import re
import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, WithJsonSchema

#: the kinds of values that metrics use: the order of scores, scores as probabilities, decisions at the tuned threshold,
#: decisions at 0.5
Family = Literal["ranking", "probabilities", "decisions", "decisions_at_half"]

#: digits after the point of most metrics
DEFAULT_DIGITS = 3


@dataclass(frozen=True)
class Metric:
    """One metric.

    `function` names `module:function`. A function of a ranking takes `RankedPositives`, and one of decisions takes
    `Counts`, both of samples of weighted rows. A function of probabilities takes `(y, scores)` and returns a loss per
    row, whose mean is the metric.
    """

    name: str  # scikit-learn's name where there is one
    label: str  # as a sentence names it
    family: Family  # not decisions_at_half, which have the metrics of decisions
    function: str
    higher_is_better: bool = True
    digits: int = DEFAULT_DIGITS  # after the point, in sentences and tables
    limit: float = 1.0  # the largest value
    floor: float = 0.0  # the smallest value
    scale: Literal["logit", "arcsine"] = "logit"  # of the interval, for metrics of ranking and probabilities
    unweighted: str | None = None  # `(y, scores)` -> float, where that is faster for a ranking
    jackknife: str | None = None  # `(positive, scores, weights)` -> the ranking without each row, where that is faster
    parameter: float | None = None  # of a metric at an operating point: the first argument of its function
    is_size: bool = False  # whether the parameter is the size of the top: a share of the rows below 1, or their number
    resampled: bool = False  # its standard error needs a bootstrap: it is no smooth function of the weights of rows
    verdict_from: int = 0  # so many positives, because with fewer the intervals of its effects hold too seldom

    @property
    def is_selectable(self) -> bool:
        """Whether `tuning.metric` and `select.metric` may name it: it needs no threshold."""
        return self.family != "decisions"

    @property
    def sign(self) -> int:
        """1 when higher is better, −1 otherwise."""
        return 1 if self.higher_is_better else -1

    @property
    def width(self) -> float:
        """The largest possible difference of two values."""
        return self.limit - self.floor

    def for_other_sets(self, rows: int) -> "Metric":
        """Return the metric for sets of other sizes than that of the test set, which has so many `rows`.

        A number of rows in the parameter becomes the same share of each set.
        """
        is_count = self.is_size and self.parameter is not None and 1 <= self.parameter < rows
        return replace(self, parameter=self.count_top(rows) / rows) if is_count else self

    def count_top(self, rows: int) -> float:
        """Return how many of the `rows` are in the top; all of them where the metric has no top."""
        if not self.is_size or self.parameter is None:
            return rows
        return min(self.parameter * (rows if self.parameter < 1 else 1), rows)

    def load(self) -> Callable[..., Any]:
        """Return the function."""
        function = _load(self.function)
        return function if self.parameter is None else partial(function, self.parameter)

    def load_jackknife(self) -> Callable[..., Any] | None:
        """Return the fast function without each row; None when there is none."""
        return _load(self.jackknife) if self.jackknife else None

    def score(self, y: Any, scores: Any, weights: Any = None) -> float:
        """Return the metric of rows; `y`, `scores` and `weights` have shape (rows,). It must be selectable."""
        if self.unweighted and weights is None:
            return float(_load(self.unweighted)(y, scores))
        if self.family == "ranking":
            return float(self.load()(_load(f"{_RANKING}:rank_positives")(y, scores, weights))[0])
        losses = self.load()(y, scores)
        return float(losses.mean() if weights is None else losses @ weights / weights.sum())


@dataclass(frozen=True)
class OperatingPoint:
    """A kind of metric with a parameter in its name; `{}` in the label stands for the parameter."""

    label: str
    function: str
    family: Family = "ranking"
    digits: int = DEFAULT_DIGITS
    limits: Callable[[float], tuple[float, float]] = lambda parameter: (0.0, 1.0)  # the smallest and the largest value
    counts_rows: bool = False  # whether the parameter may be a number of rows as well
    verdict_from: int = 0  # positives, by the tables of docs/verdict.md

    def make(self, name: str, parameter: float) -> Metric:
        """Return the metric with this parameter."""
        floor, limit = self.limits(parameter)
        words = f"{parameter:g}"
        if self.counts_rows:
            words = f"{100 * parameter:g} %" if parameter < 1 else f"{parameter:,.0f} rows"
        return Metric(
            name=name,
            label=self.label.format(words),
            family=self.family,
            function=self.function,
            digits=self.digits,
            limit=limit,
            floor=floor,
            parameter=parameter,
            is_size=self.counts_rows,
            resampled=self.family == "ranking",
            verdict_from=self.verdict_from,
        )


_RANKING, _PROBABILITY, _CONFUSION, _POINT = (
    f"stages.shared.metrics.{name}" for name in ("ranking", "probability", "confusion", "operating_point")
)

#: more than any lift: a lift is at most rows / positives
_MAX_LIFT = 1e6

#: the kinds of metrics at an operating point, for parameters between 0 and 1
OPERATING_POINTS = {
    "recall_at_precision": OperatingPoint("recall at a precision of {}", f"{_POINT}:recall_at_precision"),
    "precision_at_recall": OperatingPoint(
        "precision at a recall of {}", f"{_POINT}:precision_at_recall", verdict_from=150
    ),
    "precision_in_top": OperatingPoint("precision in the top {}", f"{_POINT}:precision_in_top", counts_rows=True),
    "recall_in_top": OperatingPoint("recall in the top {}", f"{_POINT}:recall_in_top", counts_rows=True),
    "lift_in_top": OperatingPoint(
        "lift in the top {}", f"{_POINT}:lift_in_top", counts_rows=True,
        limits=lambda size: (0.0, 1 / size if size < 1 else _MAX_LIFT),
    ),
    "net_benefit": OperatingPoint(
        "net benefit at a threshold of {}", f"{_POINT}:net_benefit", "probabilities", digits=4,
        limits=lambda threshold: (-threshold / (1 - threshold), 1.0),
    ),
}  # fmt: skip


class _Metrics(dict[str, Metric]):
    """The metrics by name. A name with a parameter is looked up and not listed."""

    def __missing__(self, name: str) -> Metric:
        kind, parameter = _split(name)
        if kind not in OPERATING_POINTS or parameter is None:
            raise KeyError(name)
        return OPERATING_POINTS[kind].make(name, parameter)


METRICS = _Metrics({
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
})  # fmt: skip


if TYPE_CHECKING:
    SelectableMetric = str
    SelectMetric = str
else:  # a Literal, so that params.yaml is checked and the schema lists the names
    SelectableMetric = Literal[tuple(name for name, metric in METRICS.items() if metric.is_selectable)]
    SelectMetric = Annotated[
        str,
        AfterValidator(lambda name: _check_name(name)),
        WithJsonSchema({
            "anyOf": [
                {"type": "string", "enum": [name for name, metric in METRICS.items() if metric.is_selectable]},
                {"type": "string", "pattern": rf"^({'|'.join(OPERATING_POINTS)})\([0-9]+(\.[0-9]+)?\)$"},
            ]
        }),
    ]  # fmt: skip

#: the metrics of decisions with a verdict, in the order of the leaderboard; the others follow from these
_COMPARED_DECISIONS: dict[Family, tuple[str, ...]] = {
    "decisions": ("f1", "recall", "precision", "balanced_accuracy"),
    "decisions_at_half": ("f1", "recall", "precision"),
}


def list_family(family: str, *points: str) -> dict[str, Metric]:
    """Return the metrics of one family, in the order of the registry, then those of `points` that are of the family."""
    return {name: METRICS[name] for name in (*METRICS, *points) if METRICS[name].family == family}


def list_selectable(*points: str) -> dict[str, Metric]:
    """Return the metrics that need no tuned threshold, in the order of the registry, then `points`."""
    names = [*METRICS, *points]
    return {name: METRICS[name] for name in names if METRICS[name].is_selectable}


def list_compared(*points: str) -> dict[Family, tuple[str, ...]]:
    """Return the metrics with a verdict, by family of values."""
    return {
        "ranking": tuple(list_family("ranking", *points)),
        "probabilities": tuple(list_family("probabilities", *points)),
        **_COMPARED_DECISIONS,
    }


def is_metric(name: str) -> bool:
    """Return whether METRICS gives a metric of this name."""
    kind, parameter = _split(name)
    return name in METRICS or (kind in OPERATING_POINTS and parameter is not None)


def get_points(*metrics: str) -> tuple[str, ...]:
    """Return those of `metrics` that are at an operating point; the others are always measured."""
    return tuple(name for name in metrics if name not in METRICS)


def _split(name: str) -> tuple[str, float | None]:
    """Return the kind and the parameter in a name, such as precision_in_top and 0.05; None without a valid one."""
    match = re.fullmatch(r"(\w+)\(([0-9]+(?:\.[0-9]+)?)\)", name)
    kind, parameter = (match[1], float(match[2])) if match else (name, 0.0)
    allowed = 0 < parameter < 1 or (
        parameter >= 1 and parameter.is_integer() and kind in OPERATING_POINTS and OPERATING_POINTS[kind].counts_rows
    )
    return kind, parameter if allowed else None


def _check_name(name: str) -> str:
    if is_metric(name) and METRICS[name].is_selectable:
        return name
    kind = name.partition("(")[0]
    if kind in OPERATING_POINTS:
        rows = " or a whole number of rows" if OPERATING_POINTS[kind].counts_rows else ""
        raise ValueError(f"{kind} needs a number between 0 and 1{rows} in brackets, such as {kind}(0.1)")
    raise ValueError(f"must be one of {', '.join([*list_selectable(), *(f'{name}(…)' for name in OPERATING_POINTS)])}")


@cache
def _load(name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = resolve_name(name)
    return function
