"""The answer on the first screen: what to use, at which threshold, what to expect, and how sure that is."""

from stages.report.context import ReportContext
from stages.report.formatting import count, interval, number, percent
from stages.report.rendering.blocks import Fact, Facts
from stages.report.verdict.counts import count_verdicts


def answer(context: ReportContext) -> Facts:
    """Four facts about the champion, each with the one thing to know about it."""
    return Facts([_use(context), _threshold(context), _expect(context), _sure(context)])


def _use(context: ReportContext) -> Fact:
    best = context.champion
    treatment = (
        "the imbalance is left as it is" if context.params.strategies[best.strategy].does_nothing else "the champion"
    )
    if best.sampler:
        treatment = f"sampler {best.sampler}, in the training folds only"
    chosen = "named in params.yaml" if context.named else "chosen on train"
    if context.choice.doubt is not None:
        chosen = "the vote of all classifiers, as the folds of train show none to be better"
    return Fact("Use", str(best), f"{treatment}; {chosen}")


def _threshold(context: ReportContext) -> Fact:
    leaderboard, best = context.leaderboard, context.champion
    note = "an alarm is a score of at least this; chosen for "
    note += f"{leaderboard.settings.policy_words} by cross-validation, not on test"
    if best.threshold_interval:
        note += (
            f"; {percent(leaderboard.settings.confidence)} interval {interval('threshold', *best.threshold_interval)}"
        )
    return Fact("At threshold", number("threshold", best.threshold), note)


def _expect(context: ReportContext) -> Fact:
    leaderboard, test = context.leaderboard, context.champion.test
    positives, negatives = leaderboard.data.test.positives, leaderboard.data.test.rows - leaderboard.data.test.positives
    low, high = context.champion.intervals["recall"]
    level = percent(leaderboard.settings.confidence)
    return Fact(
        "Expect",
        f"{test['tp']} of {count(positives)} caught, {count(test['fp'])} false alarms",
        f"on test, among {count(negatives)} negatives; recall {number('recall', test['recall'])} "
        f"({level}: {interval('recall', low, high)}), precision {number('precision', test['precision'])}",
    )


def _sure(context: ReportContext) -> Fact:
    leaderboard, best = context.leaderboard, context.champion
    value = number("average_precision", best.test["average_precision"])
    bounds = interval("average_precision", *best.intervals["average_precision"])
    note = f"average precision {value} on test ({percent(leaderboard.settings.confidence)}: {bounds})"
    if leaderboard.of_reference(best):
        result = count_verdicts(leaderboard, "ranking")
        if not result.total:
            return Fact("How sure", "Nothing to compare", note)
        words = f"{len(result.better)} of {result.total} treatments" if result.better else "No treatment"
        verb = "ranks" if len(result.better) <= 1 else "rank"
        words = f"{words} {verb} better; {len(result.tie)} of {result.total} tie"
        return Fact("How sure", words, note)
    item = leaderboard.comparison("strategy", best, "ranking", "average_precision") or leaderboard.comparison(
        "classifier", best, "ranking", "average_precision"
    )
    if not item:
        return Fact("How sure", "Not compared", note)
    words = {"better": "Ranks better than", "tie": "Ties with", "worse": "Ranks worse than"}[item.verdict]
    return Fact("How sure", f"{words} {context.reference_name}", note)
