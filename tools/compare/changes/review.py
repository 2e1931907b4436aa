"""The review of a pull request, built from the snapshots of its two revisions."""

from collections.abc import Callable

from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS, get_points, is_metric
from tools.compare.changes.gate import apply_gate, find_question_changes, find_worse_slices
from tools.compare.changes.paired import Intervals, Pairs, compute_paired, compute_unpaired, describe_change, get_rank
from tools.compare.changes.paired_scores import Scores, pair_scores
from tools.compare.changes.params_diff import compare_code, compare_data, compare_params, describe_library_changes
from tools.compare.changes.verdict import describe_verdict, judge_champion
from tools.compare.review_schema import Champion, Comparison, Kind, MetricRow, Review, RevisionName, StrategyChange
from tools.compare.revisions.records import CandidateRecord
from tools.compare.revisions.snapshot import Snapshot


def build_review(base: Snapshot, head: Snapshot, read_metrics: Callable[[], list[MetricRow] | None]) -> Review:
    """Compare the champion, the strategies, and everything that they depend on.

    `read_metrics` waits for the rows of `dvc metrics diff`. Raises InputError when head's select.metric is unknown.
    """
    before, after = base.leaderboard.settings.metric, head.leaderboard.settings.metric
    if not is_metric(after):
        path = head.revision.describe("metrics/leaderboard.json")
        raise InputError(f"{path}: settings.metric: {after!r} is none of {', '.join(METRICS)}; run `dvc repro`")
    base_candidates = base.representatives
    strategies = {
        name: (base_candidates[name], candidate)
        for name, candidate in head.representatives.items()
        if name in base_candidates and base_candidates[name] != candidate
    }
    pairs = Pairs((base.champion, head.champion), strategies)
    primary = after if hasattr(base.champion.test, after) else "average_precision"
    intervals, comparison, scores = _compute_intervals(base, head, pairs, primary)
    changes = {
        metric: describe_change(metric, pairs.champion, intervals.champion.get(metric))
        for metric in (*METRICS, *get_points(primary))
    }
    verdict = judge_champion(base, head, changes[primary], scores, comparison.why)
    notes = [*describe_library_changes(base.revision, head.revision), *find_question_changes(base, head)]
    notes += [*base.stale_reasons, *head.stale_reasons, *(f"{worse}." for worse in find_worse_slices(base, head))]
    if before != after:
        subject = "the latter" if primary == after else METRICS[primary].label  # which base has not measured
        notes.append(f"select.metric was {before} and is {after}; the verdict is about {subject}.")
    return Review(
        base=RevisionName(name=base.revision.name, commit=base.revision.commit),
        head=RevisionName(name=head.revision.name, commit=head.revision.commit),
        sentence=describe_verdict(verdict, changes[primary]),
        comparison=comparison,
        champion_before=_describe_champion(base.champion),
        champion_after=_describe_champion(head.champion),
        verdict=verdict,
        primary=changes[primary],
        metrics=sorted(changes.values(), key=get_rank),
        strategies=_compare_strategies(base, head, pairs, intervals, primary),
        params=compare_params(base.params, head.params),
        data=compare_data(base, head),
        code=compare_code(base, head),
        metrics_diff=read_metrics(),
        gate=apply_gate(base, head, verdict),
        notes=notes,
    )


def _compute_intervals(
    base: Snapshot, head: Snapshot, pairs: Pairs, primary: str
) -> tuple[Intervals, Comparison, Scores | None]:
    """Return paired intervals if possible, else unpaired ones or none, the method, and the scores that are paired."""
    settings = head.leaderboard.settings.model_copy(update={"metric": primary})
    test = head.leaderboard.data.test
    kind: Kind = "none"
    scores = None
    why, intervals = "; ".join(find_question_changes(base, head)), Intervals({}, {})
    if not why:
        try:
            scores = pair_scores(base, head)
            intervals = compute_paired(pairs, scores, settings, head.settings.random_state)
            kind = "paired"
        except InputError as error:
            scores = None
            why = "; ".join(error.problems)
            confidence = base.leaderboard.settings.confidence
            if confidence != settings.confidence:
                why += f", and evaluate.confidence was {confidence:g} and is {settings.confidence:g}"
            else:
                kind, intervals = "unpaired", compute_unpaired(pairs, settings.metric)
    comparison = Comparison(
        kind=kind,
        why=why,
        rows=test.rows,
        positives=test.positives,
        confidence=settings.confidence,
        n_resamples=settings.n_resamples if kind == "paired" else None,
    )
    return intervals, comparison, scores


def _compare_strategies(
    base: Snapshot, head: Snapshot, pairs: Pairs, intervals: Intervals, primary: str
) -> list[StrategyChange]:
    """Return the added, removed and changed strategies; important changes come first."""
    before, after = base.representatives, head.representatives
    changes = {
        name: describe_change(primary, pair, intervals.strategies.get(name)) for name, pair in pairs.strategies.items()
    }
    ordered = sorted(changes, key=lambda name: get_rank(changes[name]))
    rows = []
    added = [name for name in after if name not in before]
    removed = [name for name in before if name not in after]
    for name in [*added, *removed, *ordered]:
        old, new = before.get(name), after.get(name)
        rows.append(
            StrategyChange(
                strategy=name,
                status="changed" if old and new else "added" if new else "removed",
                before=old.classifier if old else None,
                after=new.classifier if new else None,
                value_before=getattr(old.test, primary) if old else None,
                value_after=getattr(new.test, primary) if new else None,
                primary=changes.get(name),
            )
        )
    return rows


def _describe_champion(candidate: CandidateRecord) -> Champion:
    fields = {**candidate.model_dump(), **candidate.test.model_dump()}
    return Champion(**{name: fields[name] for name in Champion.model_fields})
