"""The answer on the first screen: what to use, at which threshold, what to expect, and how sure that is."""

from stages.report.context import Findings
from stages.report.formatting import count, interval, number, percent
from stages.report.rendering.blocks import Fact, Facts
from stages.report.verdict_counts import tally


def answer(findings: Findings) -> Facts:
    """Four facts about the champion, each with the one thing to know about it."""
    return Facts([_use(findings), _threshold(findings), _expect(findings), _sure(findings)])


def _use(findings: Findings) -> Fact:
    best = findings.champion
    treatment = (
        "the imbalance is left as it is" if findings.params.strategies[best.strategy].does_nothing else "the champion"
    )
    if best.sampler:
        treatment = f"sampler {best.sampler}, in the training folds only"
    chosen = "named in params.yaml" if findings.named else "chosen on train"
    if findings.choice.doubt is not None:
        chosen = "the vote of all classifiers, as the folds of train show none to be better"
    return Fact("Use", str(best), f"{treatment}; {chosen}")


def _threshold(findings: Findings) -> Fact:
    board, best = findings.board, findings.champion
    note = "an alarm is a score of at least this; chosen for "
    note += f"{board.settings.policy_words} by cross-validation, not on test"
    if best.threshold_interval:
        note += f"; {percent(board.settings.confidence)} interval {interval('threshold', *best.threshold_interval)}"
    return Fact("At threshold", number("threshold", best.threshold), note)


def _expect(findings: Findings) -> Fact:
    board, test = findings.board, findings.champion.test
    positives, negatives = board.data.test.positives, board.data.test.rows - board.data.test.positives
    low, high = findings.champion.intervals["recall"]
    level = percent(board.settings.confidence)
    return Fact(
        "Expect",
        f"{test['tp']} of {count(positives)} caught, {count(test['fp'])} false alarms",
        f"on test, among {count(negatives)} negatives; recall {number('recall', test['recall'])} "
        f"({level}: {interval('recall', low, high)}), precision {number('precision', test['precision'])}",
    )


def _sure(findings: Findings) -> Fact:
    board, best = findings.board, findings.champion
    value = number("average_precision", best.test["average_precision"])
    bounds = interval("average_precision", *best.intervals["average_precision"])
    note = f"average precision {value} on test ({percent(board.settings.confidence)}: {bounds})"
    if board.of_reference(best):
        found = tally(board, "ranking")
        if not found.total:
            return Fact("How sure", "Nothing to compare", note)
        words = f"{len(found.better)} of {found.total} treatments" if found.better else "No treatment"
        verb = "ranks" if len(found.better) <= 1 else "rank"
        words = f"{words} {verb} better; {len(found.tie)} of {found.total} tie"
        return Fact("How sure", words, note)
    item = board.comparison("strategy", best, "ranking", "average_precision") or board.comparison(
        "classifier", best, "ranking", "average_precision"
    )
    if not item:
        return Fact("How sure", "Not compared", note)
    words = {"better": "Ranks better than", "tie": "Ties with", "worse": "Ranks worse than"}[item.verdict]
    return Fact("How sure", f"{words} {findings.rival}", note)
