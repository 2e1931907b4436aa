"""The gate: whether a change may be merged.

The primary metric of the champion decides: among all metrics, some would move by chance. With compare.slices, slices of
watched columns decide as well.
"""

from typing import Literal

from stages.shared.messages import shorten
from stages.shared.metrics.registry import METRICS
from tools.compare.changes.slices import find_unwatched, find_worse_slices
from tools.compare.review_schema import Gate, Verdict
from tools.compare.revisions.snapshot import Snapshot


def apply_gate(base: Snapshot, head: Snapshot, verdict: Verdict | None) -> Gate:
    """Return the result of the gate. Revisions with any doubt, or without a verdict, cannot be compared.

    The section `compare` is that of base, so that no pull request can loosen its own gate; of head where base has none.
    """
    section = base.settings.compare or head.settings.compare
    tolerance = section.tolerance if section else 0.0
    why = find_question_changes(base, head)
    before, after = base.leaderboard.settings.metric, head.leaderboard.settings.metric
    if before != after:
        why.append(f"params.yaml: select.metric: was {before}, is {after}; land such a change by itself")
    why += [*base.doubts, *head.doubts]
    if verdict is None and not why:
        why.append("there is no interval of the change")
    worse: list[str] = []
    if section and section.slices:
        why += find_unwatched(base, head)
        worse = find_worse_slices(base, head)
    is_worse = worse or (verdict and is_regression(verdict, tolerance))
    result: Literal["fine", "regression"] = "regression" if is_worse else "fine"
    return Gate(metric=after, tolerance=tolerance, result="cannot compare" if why else result, why=why or worse)


def is_regression(verdict: Verdict, tolerance: float) -> bool:
    """Return whether the whole interval is worse than `tolerance`."""
    return verdict.high < -tolerance if METRICS[verdict.metric].higher_is_better else verdict.low > tolerance


def find_question_changes(base: Snapshot, head: Snapshot) -> list[str]:
    """Return why the metrics of the two revisions do not measure the same thing."""
    before, after = base.leaderboard.data, head.leaderboard.data
    return [
        f"params.yaml: data.{key}: was {shorten(getattr(before, key))}, is {shorten(getattr(after, key))}; "
        "another question has other answers, so land such a change by itself"
        for key in ("target", "positive")
        if getattr(before, key) != getattr(after, key)
    ]
