"""Watched slices in which the champion of head is worse than elsewhere, and that of base was not."""

from stages.shared.metrics.registry import METRICS
from tools.compare.revisions.records import Slice
from tools.compare.revisions.snapshot import Snapshot

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
