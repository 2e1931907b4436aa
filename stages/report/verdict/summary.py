"""The facts on the first screen: the champion, its threshold, its errors and the uncertainty."""

from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_interval, format_metric, format_percent
from stages.report.rendering.blocks import Fact, Facts
from stages.report.verdict.counts import count_verdicts
from stages.report.verdict.effects import count_means


def make_summary(context: ReportContext) -> Facts:
    """Return four facts about the champion, each with a note."""
    return Facts([_name_champion(context), _name_threshold(context), _count_errors(context), _rate_evidence(context)])


def _name_champion(context: ReportContext) -> Fact:
    best = context.champion
    treatment = "the champion"
    if context.params.strategies[best.strategy].does_nothing:
        treatment = "no treatment of the imbalance"
    if best.sampler:
        treatment = f"sampler {best.sampler}, in the training folds only"
    reason = "named in params.yaml" if context.params.select.names_champion else "selected by cross-validation"
    if context.choice.doubt is not None:
        reason = "weighted vote of all classifiers; no candidate was significantly better in cross-validation"
    return Fact("Use", str(best), f"{treatment}; {reason}")


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
    size, best = context.leaderboard.data.test, context.champion
    level = format_percent(context.leaderboard.settings.confidence)
    in_use = f"; in use precision {format_metric('precision', best.in_use.precision)}" if best.in_use else ""
    return Fact(
        "Expect",
        f"{format_count(best.test['tp'])} of {format_count(size.counted_positives)} positives found, "
        f"{format_count(best.test['fp'])} false alarms",
        f"on test, among {format_count(size.counted_negatives)} negatives; recall "
        f"{format_metric('recall', best.test['recall'])} ({level}: "
        f"{format_interval('recall', *best.intervals['recall'])}), precision "
        f"{format_metric('precision', best.test['precision'])}{in_use}",
    )


def _rate_evidence(context: ReportContext) -> Fact:
    leaderboard, best = context.leaderboard, context.champion
    value = format_metric("average_precision", best.test["average_precision"])
    bounds = format_interval("average_precision", *best.intervals["average_precision"])
    note = f"average precision {value} on test ({format_percent(leaderboard.settings.confidence)}: {bounds})"
    if counted := count_means(leaderboard):
        return Fact("Do treatments help?", f"Treatments: {counted}", f"by the mean effect on ranking; champion: {note}")
    if leaderboard.of_reference(best):
        counts = count_verdicts(leaderboard, "ranking")
        if not counts.total:
            return Fact("How sure", "Nothing to compare", note)
        subject = f"{len(counts.better)} of {counts.total} treatments" if counts.better else "No treatment"
        verb = "ranks" if len(counts.better) <= 1 else "rank"
        return Fact("How sure", f"{subject} {verb} better; {len(counts.tie)} of {counts.total} tie", note)
    item = leaderboard.comparison("strategy", best, "ranking", "average_precision") or leaderboard.comparison(
        "classifier", best, "ranking", "average_precision"
    )
    if not item:
        return Fact("How sure", "Not compared", note)
    verb = {"better": "Ranks better than", "tie": "Ties with", "worse": "Ranks worse than"}[item.verdict]
    return Fact("How sure", f"{verb} {context.reference_name}", note)
