"""The review of a pull request, built from the snapshots of its two revisions."""

from collections.abc import Callable

from stages.report.formatting import format_difference, format_metric
from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS
from tools.compare.changes.gate import apply_gate, find_question_changes
from tools.compare.changes.paired import Intervals, Pairs, compute_paired, compute_unpaired, describe_change, rank
from tools.compare.changes.params_diff import compare_code, compare_data, compare_params
from tools.compare.changes.test_scores import pair_scores
from tools.compare.review_schema import (
    Champion,
    Change,
    Comparison,
    Kind,
    MetricRow,
    Review,
    RevisionName,
    StrategyChange,
)
from tools.compare.revisions.libraries import describe_library_changes
from tools.compare.revisions.records import Candidate
from tools.compare.revisions.snapshot import Snapshot


def build_review(base: Snapshot, head: Snapshot, read_metrics: Callable[[], list[MetricRow] | None]) -> Review:
    """Compare the champion, the strategies, and everything that they depend on.

    `read_metrics` waits for the rows of `dvc metrics diff`. Raises InputError when head's select.metric is unknown.
    """
    before, after = base.leaderboard.settings.metric, head.leaderboard.settings.metric
    if after not in METRICS:
        path = head.revision.describe("metrics/leaderboard.json")
        raise InputError(f"{path}: settings.metric: {after!r} is none of {', '.join(METRICS)}; run `dvc repro`")
    base_candidates = base.representatives
    strategies = {
        name: (base_candidates[name], candidate)
        for name, candidate in head.representatives.items()
        if name in base_candidates and base_candidates[name] != candidate
    }
    pairs = Pairs((base.champion, head.champion), strategies)
    intervals, comparison = _compute_intervals(base, head, pairs)
    changes = {metric: describe_change(metric, pairs.champion, intervals.champion.get(metric)) for metric in METRICS}
    notes = [*describe_library_changes(base.revision, head.revision), *find_question_changes(base, head)]
    notes += [*base.doubts, *head.doubts]
    if before != after:
        notes.append(f"select.metric was {before} and is {after}; the verdict is about the latter.")
    return Review(
        base=RevisionName(name=base.revision.name, commit=base.revision.commit),
        head=RevisionName(name=head.revision.name, commit=head.revision.commit),
        sentence=describe_verdict(changes[after]),
        comparison=comparison,
        champion_before=_describe_champion(base.champion),
        champion_after=_describe_champion(head.champion),
        primary=changes[after],
        metrics=sorted(changes.values(), key=rank),
        strategies=_compare_strategies(base, head, pairs, intervals),
        params=compare_params(base.params, head.params),
        data=compare_data(base, head),
        code=compare_code(base, head),
        metrics_diff=read_metrics(),
        gate=apply_gate(base, head, changes[after]),
        notes=notes,
    )


def describe_verdict(change: Change) -> str:
    """Return the change of the primary metric as a sentence."""
    label = METRICS[change.metric].label
    heading = {
        "better": f"Better {label}",
        "worse": f"Worse {label}",
        "within noise": f"No detectable change in {label}",
        "unchanged": f"No change in {label}",
        "not compared": f"Not comparable: {label}",
    }[change.word]
    before, after = (format_metric(change.metric, value) for value in (change.before, change.after))
    if not change.change:
        return f"{heading}: {after}"
    return f"{heading}: {before} → {after} ({format_difference(change.metric, change.change)})"


def _compute_intervals(base: Snapshot, head: Snapshot, pairs: Pairs) -> tuple[Intervals, Comparison]:
    """Return paired intervals if possible, else unpaired ones or none, and the reason."""
    settings, test = head.leaderboard.settings, head.leaderboard.data.test
    kind: Kind = "none"
    why, intervals = "; ".join(find_question_changes(base, head)), Intervals({}, {})
    if not why:
        try:
            intervals = compute_paired(pairs, pair_scores(base, head), settings, head.settings.random_state)
            kind = "paired"
        except InputError as error:
            why = "; ".join(error.problems)
            confidence = base.leaderboard.settings.confidence
            if confidence != settings.confidence:
                why += f", and evaluate.confidence was {confidence:g} and is {settings.confidence:g}"
            else:
                kind, intervals = "unpaired", compute_unpaired(pairs, settings.metric)
    return intervals, Comparison(
        kind=kind,
        why=why,
        rows=test.rows,
        positives=test.positives,
        confidence=settings.confidence,
        n_resamples=settings.n_resamples if kind == "paired" else None,
    )


def _compare_strategies(base: Snapshot, head: Snapshot, pairs: Pairs, intervals: Intervals) -> list[StrategyChange]:
    """Return the added, removed and changed strategies; important changes come first."""
    primary = head.leaderboard.settings.metric
    before, after = base.representatives, head.representatives
    changes = {
        name: describe_change(primary, pair, intervals.strategies.get(name)) for name, pair in pairs.strategies.items()
    }
    ordered = sorted(changes, key=lambda name: rank(changes[name]))
    rows = []
    added, removed = ([name for name in one if name not in other] for one, other in ((after, before), (before, after)))
    for name in [*added, *removed, *ordered]:
        one, other = before.get(name), after.get(name)
        rows.append(
            StrategyChange(
                strategy=name,
                status="changed" if one and other else "added" if other else "removed",
                before=one.classifier if one else None,
                after=other.classifier if other else None,
                value_before=getattr(one.test, primary) if one else None,
                value_after=getattr(other.test, primary) if other else None,
                primary=changes.get(name),
            )
        )
    return rows


def _describe_champion(candidate: Candidate) -> Champion:
    fields = {**candidate.model_dump(), **candidate.test.model_dump()}
    return Champion(**{name: fields[name] for name in Champion.model_fields})
