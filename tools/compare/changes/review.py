"""The review of a pull request, put together from the states of its two revisions."""

from collections.abc import Callable

from stages.report.formatting import format_difference, format_metric
from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS
from tools.compare.changes.gate import judge_gate, question_changed
from tools.compare.changes.paired import (
    ORDER,
    Bootstrap,
    Changes,
    Pair,
    moved_first,
    paired,
    unpaired,
    without_intervals,
)
from tools.compare.changes.params_diff import code_changes, data_changes, param_changes
from tools.compare.changes.test_scores import pair_scores
from tools.compare.review_schema import Champion, Change, Comparison, Kind, MetricRow, Review, Side, StrategyChange
from tools.compare.revisions.libraries import describe_library_changes
from tools.compare.revisions.records import Candidate
from tools.compare.revisions.snapshot import State


def review(base: State, head: State, metrics_diff: Callable[[], list[MetricRow] | None]) -> Review:
    """What became of the champion, of the strategies, and of all that they come from.

    `metrics_diff` gives the rows of DVC, which works on them meanwhile.
    Raises InputError when head's select.metric is none that the review knows.
    """
    primary = head.leaderboard.settings.metric
    if primary not in METRICS:
        where = head.revision.where("metrics/leaderboard.json")
        raise InputError(f"{where}: settings.metric: {primary!r} is none of {', '.join(METRICS)}; run `dvc repro`")
    changes, comparison = _measure(base, head, primary)
    main = changes.champion[primary]
    return Review(
        base=Side(name=base.revision.name, commit=base.revision.commit),
        head=Side(name=head.revision.name, commit=head.revision.commit),
        sentence=sentence(main),
        comparison=comparison,
        champion_before=_champion(base.champion),
        champion_after=_champion(head.champion),
        primary=main,
        metrics=moved_first(changes.champion.values()),
        strategies=_strategies(base, head, changes.strategies, primary),
        params=param_changes(base.params, head.params),
        data=data_changes(base, head),
        code=code_changes(base, head),
        metrics_diff=metrics_diff(),
        gate=judge_gate(base, head, main),
        notes=[
            *describe_library_changes(base.revision, head.revision),
            *question_changed(base, head),
            *base.doubts,
            *head.doubts,
            *_notes(base, head),
        ],
    )


def sentence(change: Change) -> str:
    """The verdict: what became of the primary metric."""
    label = METRICS[change.metric].label
    values = f"{format_metric(change.metric, change.before)} → {format_metric(change.metric, change.after)}"
    difference = f"({format_difference(change.metric, change.change)})" if change.change else ""
    heading = {
        "better": f"Better {label}",
        "worse": f"Worse {label}",
        "within noise": f"No detectable change in {label}",
        "unchanged": f"No change in {label}",
        "not compared": f"Not comparable: {label}",
    }[change.word]
    return f"{heading}: {values} {difference}".rstrip() if change.change else f"{heading}: {values.split(' ')[-1]}"


def _measure(base: State, head: State, primary: str) -> tuple[Changes, Comparison]:
    """The changes, paired where that can be had, and how they came about."""
    champion: Pair = (base.champion, head.champion)
    strategies = _both(base, head)
    settings, confidence = head.leaderboard.settings, head.leaderboard.settings.confidence
    how = Bootstrap(settings.n_resamples, head.settings.random_state, confidence)

    def comparison(kind: Kind, why: str, n_resamples: int | None = None) -> Comparison:
        side = head.leaderboard.data.test
        return Comparison(
            kind=kind, why=why, rows=side.rows, positives=side.positives, confidence=confidence, n_resamples=n_resamples
        )

    if changed := question_changed(base, head):
        return without_intervals(champion, strategies, primary), comparison("none", "; ".join(changed))
    try:
        result = paired(champion, strategies, primary, pair_scores(base, head), how)
        return result, comparison("paired", "", settings.n_resamples)
    except InputError as error:
        why = "; ".join(error.problems)
    if base.leaderboard.settings.confidence != confidence:
        why += f", and evaluate.confidence was {base.leaderboard.settings.confidence:g} and is {confidence:g}"
        return without_intervals(champion, strategies, primary), comparison("none", why)
    return unpaired(champion, strategies, primary), comparison("unpaired", why)


def _both(base: State, head: State) -> dict[str, Pair]:
    """The rows of the strategies that both revisions have and that are not equal."""
    before = base.representatives
    pairs = {name: (before[name], after) for name, after in head.representatives.items() if name in before}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _strategies(base: State, head: State, moved: dict[str, Change], primary: str) -> list[StrategyChange]:
    """Added, removed, and changed ones; of the changed those that moved first."""
    before, after = base.representatives, head.representatives
    changed = [name for word in ORDER for name, change in moved.items() if change.word == word]
    names = [*(name for name in after if name not in before), *(name for name in before if name not in after), *changed]
    return [_strategy(name, before.get(name), after.get(name), moved.get(name), primary) for name in names]


def _strategy(
    name: str, before: Candidate | None, after: Candidate | None, change: Change | None, primary: str
) -> StrategyChange:
    return StrategyChange(
        strategy=name,
        status="changed" if before and after else "added" if after else "removed",
        before=before.classifier if before else None,
        after=after.classifier if after else None,
        value_before=getattr(before.test, primary) if before else None,
        value_after=getattr(after.test, primary) if after else None,
        primary=change,
    )


def _champion(candidate: Candidate) -> Champion:
    counts = {name: getattr(candidate.test, name) for name in ("tp", "fp", "fn", "tn")}
    return Champion(
        strategy=candidate.strategy, classifier=candidate.classifier, threshold=candidate.threshold, **counts
    )


def _notes(base: State, head: State) -> list[str]:
    """Settings that make the same model look another."""
    before, after = base.leaderboard.settings, head.leaderboard.settings
    notes = []
    if before.metric != after.metric:
        notes.append(f"select.metric was {before.metric} and is {after.metric}; the verdict is about the latter.")
    return notes
