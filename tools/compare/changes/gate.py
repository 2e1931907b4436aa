"""Whether a change may land: only the primary metric of the champion decides, on the interval of its change."""

from tools.compare.review_schema import Change, Gate
from tools.compare.revisions.snapshot import State


def judge_gate(base: State, head: State, primary: Change) -> Gate:
    """The gate's word. Whatever leaves a doubt cannot be compared: a gate that guesses is none.

    The tolerance is the base's, so that nobody loosens the gate that he goes through; head's where the base has none.
    """
    section = base.settings.compare or head.settings.compare
    tolerance = section.tolerance if section else 0.0
    why = [*question_changed(base, head), *_metric_changed(base, head), *base.doubts, *head.doubts]
    if primary.low is None and not why:
        why = ["there is no interval of the change"]
    if why:
        return Gate(metric=primary.metric, tolerance=tolerance, result="cannot compare", why=why)
    regressed = is_regression(primary, tolerance)
    return Gate(metric=primary.metric, tolerance=tolerance, result="regression" if regressed else "fine", why=[])


def is_regression(change: Change, tolerance: float) -> bool:
    """Whether the whole interval lies beyond `tolerance` on the worse side."""
    if change.low is None or change.high is None:
        return True
    return change.high < -tolerance if change.higher_is_better else change.low > tolerance


def question_changed(base: State, head: State) -> list[str]:
    """Why the numbers of the two revisions are not about the same thing."""
    before, after = base.leaderboard.data, head.leaderboard.data
    return [
        f"params.yaml: data.{key}: was {getattr(before, key)!r}, is {getattr(after, key)!r}; another question "
        "has other answers, so land such a change by itself"
        for key in ("target", "positive")
        if getattr(before, key) != getattr(after, key)
    ]


def _metric_changed(base: State, head: State) -> list[str]:
    before, after = base.leaderboard.settings.metric, head.leaderboard.settings.metric
    if before == after:
        return []
    return [f"params.yaml: select.metric: was {before}, is {after}; land such a change by itself"]
