"""The gate: whether a change may be merged.

The primary metric of the champion decides: among all metrics, some would move by chance. With compare.slices, slices of
watched columns decide as well.
"""

from typing import Literal

from stages.shared.messages import shorten
from stages.shared.metrics.registry import METRICS
from tools.compare.review_schema import Gate, Verdict
from tools.compare.revisions.records import Slice
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
    why += [*base.stale_reasons, *head.stale_reasons]
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


#: column, part of it, and the metric that is worse there; labels hold numbers that change with the data
Key = tuple[str, str, str]


def find_worse_slices(base: Snapshot, head: Snapshot) -> list[str]:
    """Return a sentence for each slice that head watches and that got worse; none where base has no slices."""
    if not base.explanations:
        return []
    before = _find_worse(base)
    return [
        f"{METRICS[item.metric].label} is now worse where {item.label} ({item.value:.3f}) than in all other rows"
        for key, item in _find_worse(head).items()
        if item.watched and key not in before
    ]


def find_unwatched(base: Snapshot, head: Snapshot) -> list[str]:
    """Return why the slices that base watches cannot be compared."""
    columns = [name for name in base.settings.evaluate.slices if name not in head.settings.evaluate.slices]
    return [
        f"params.yaml: evaluate.slices: {name} is no longer watched; land such a change by itself" for name in columns
    ]


def _find_worse(snapshot: Snapshot) -> dict[Key, Slice]:
    """Return the slices that are worse, of the champion or of the candidate that represents its strategy."""
    champion = snapshot.champion
    of_strategy = [item for item in snapshot.explanations if item.strategy == champion.strategy]
    explanation = min(of_strategy, key=lambda item: item.classifier != champion.classifier, default=None)
    slices = explanation.slices if explanation else []
    return {(item.column, item.key, item.metric): item for item in slices if item.verdict == "worse"}
