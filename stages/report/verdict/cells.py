"""Values and verdicts of a candidate as cells of a table; sentences use them too."""

from stages.report.formatting import (
    format_difference,
    format_difference_interval,
    format_estimate,
    format_interval,
    format_metric,
)
from stages.report.rendering.axis import Axis
from stages.report.rendering.blocks import Span
from stages.report.verdict.counts import MAIN_METRIC
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Leaderboard, Scope


def format_cv_value(candidate: Candidate, metric: str = "average_precision") -> str:
    """Return a metric over the folds: 0.845 ± 0.021."""
    score = candidate.cv[metric]
    return f"{format_metric(metric, score.mean)} ± {format_metric(metric, score.sd)}"


def format_test_value(candidate: Candidate, metric: str) -> str:
    """Return a test metric with its interval: 0.850 (0.740 to 0.920)."""
    return f"{format_metric(metric, candidate.test[metric])} ({format_interval(metric, *candidate.intervals[metric])})"


def format_calibrated(candidate: Candidate, metric: str) -> str:
    """Return a metric before and after calibration: 0.0812 → 0.0301, or a single value without calibration."""
    before, after = (
        format_metric(metric, getattr(values, metric))
        for values in (candidate.calibration.before, candidate.calibration.after)
    )
    return f"{before} → {after}" if candidate.is_calibrated else after


def format_cell(leaderboard: Leaderboard, scope: Scope, candidate: Candidate) -> str:
    """Return a comparison of ranking: tie −0.014 (−0.058 to +0.016); "reference" for what is not compared."""
    item = leaderboard.comparison(scope, candidate, "ranking", MAIN_METRIC["ranking"])
    if not item:
        return "reference"
    classifier = item.reference_classifier
    suffix = f", against {classifier}" if scope == "classifier" and classifier != candidate.classifier else ""
    return f"{item.verdict} {format_estimate(item.metric, item.difference, item.low, item.high)}{suffix}"


def make_span(verdict: str, metric: str, difference: float, low: float, high: float, axis: Axis) -> Span:
    """Return a difference with its verdict, and its interval in brackets, as text and on the axis of its column."""
    text = f"{format_verdict(verdict)} {format_difference(metric, difference)}"
    return Span(text, f"({format_difference_interval(metric, low, high)})", verdict, low, difference, high, axis)


def format_verdict(verdict: str) -> str:
    """Return a verdict as tables show it: cannot tell."""
    return verdict.replace("_", " ")
