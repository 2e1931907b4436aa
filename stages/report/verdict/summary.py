"""The facts on the first screen: the champion, its threshold and its errors."""

import math

from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_interval, format_metric, format_percent
from stages.report.rendering.blocks import Fact, Facts
from stages.report.verdict.cells import format_test_value
from stages.report.verdict.effects import count_better
from stages.shared.schemas.candidate import Candidate

#: a bound this close to a whole number differs from it by the digits of the leaderboard
ROUNDING = 1e-3


def make_summary(context: ReportContext) -> Facts:
    """Return three facts about the champion, each with a note."""
    return Facts([_name_champion(context), _name_threshold(context), _count_errors(context)])


def _name_champion(context: ReportContext) -> Fact:
    best = context.champion
    treatment = "the champion"
    if context.params.strategies[best.strategy].does_nothing:
        treatment = "no treatment of the imbalance"
    if best.sampler:
        treatment = f"sampler {best.sampler}, in the training folds only"
    reason = "named in params.yaml" if context.params.select.names_champion else "selected by cross-validation"
    if context.choice.blend_tie is not None:
        reason = "weighted vote of all classifiers; no candidate was significantly better in cross-validation"
    if context.leaderboard.of_reference(best) and (better := count_better(context.leaderboard, best.classifier)):
        subject = f"{better} treatments of it are" if better > 1 else "a treatment of it is"
        reason += f"; from all rows {subject} better, which select.strategy can name"
    value = format_test_value(best, "average_precision")
    return Fact("Use", str(best), f"{treatment}; {reason}; average precision on test {value}")


def _name_threshold(context: ReportContext) -> Fact:
    settings, best = context.leaderboard.settings, context.champion
    note = (
        f"scores of at least this are predicted positive; tuned for {settings.policy_words} by cross-validation, "
        "not on test"
    )
    if best.threshold_interval:
        bounds = format_interval("threshold", *best.threshold_interval)
        note += f"; {format_percent(settings.confidence)} interval {bounds}"
    return Fact("At threshold", format_metric("threshold", best.threshold), note)


def _count_errors(context: ReportContext) -> Fact:
    """Return the errors on test, and how many to expect on as many other rows."""
    size, best = context.leaderboard.data.test, context.champion
    n_positives, n_negatives = size.counted_positives, size.counted_negatives
    true_positives = _expect(best, "recall", n_positives)
    true_negatives = _expect(best, "specificity", n_negatives)
    in_use = f"; in use precision {format_metric('precision', best.in_use.precision)}" if best.in_use else ""
    return Fact(
        "Expect",
        f"{format_count(best.test['tp'])} of {format_count(n_positives)} positives found, "
        f"{format_count(best.test['fp'])} false alarms",
        f"on test; on as many other rows {_format_range(*true_positives)} found, "
        f"{_format_range(n_negatives - true_negatives[1], n_negatives - true_negatives[0])} false alarms "
        f"({format_percent(context.leaderboard.settings.confidence)}, each); recall "
        f"{format_metric('recall', best.test['recall'])}, precision "
        f"{format_metric('precision', best.test['precision'])}{in_use}",
    )


def _expect(candidate: Candidate, rate: str, rows: float) -> tuple[float, float]:
    """Return the range of a count among as many other rows: both samples are uncertain (Newcombe 1998, method 10)."""
    value, (low, high) = candidate.test[rate], candidate.intervals[rate]
    half = math.hypot(value - low, high - value)
    return rows * max(value - half, 0), rows * min(value + half, 1)


def _format_range(low: float, high: float) -> str:
    return f"{format_count(math.floor(low + ROUNDING))} to {format_count(math.ceil(high - ROUNDING))}"
