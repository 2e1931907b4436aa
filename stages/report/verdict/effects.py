"""The effects of the treatments in sentences: which help, which harm, which do not matter, and what is unknown."""

from stages.report.formatting import (
    format_count,
    format_difference_interval,
    format_estimate,
    format_metric,
    join_names,
)
from stages.shared.metrics.registry import METRICS, list_family
from stages.shared.schemas.leaderboard import Effect, Leaderboard

#: more effects than this have a range, and more of single classifiers are counted
_MAX_NAMES = 4

#: the verdicts in the order of sentences
_VERDICTS = ("better", "worse", "same", "cannot_tell")


def get_main_metric(leaderboard: Leaderboard) -> str:
    """Return the metric of the verdict: `select.metric`, or average precision where that has no effects."""
    metric = leaderboard.settings.metric
    return metric if metric in leaderboard.settings.margins else next(iter(list_family("ranking")))


def count_positives(leaderboard: Leaderboard) -> int:
    """Return the positives of the rows from which the effects were estimated."""
    data = leaderboard.data
    return data.test.positives + (data.scored.positives if leaderboard.settings.rows == "all" else 0)


def describe_effects(leaderboard: Leaderboard, reference_name: str) -> list[str]:
    """Return the sentences on the effects, the mean over the classifiers first; none where nothing was compared."""
    metric = get_main_metric(leaderboard)
    if not leaderboard.mean_effects(metric):
        return []
    others = [name for name in list_family("ranking") if name != metric]
    sentences = [
        f"Against {reference_name}, in {METRICS[metric].label}: {_list_means(leaderboard, metric)}.",
        _describe_single(leaderboard, metric),
        _describe_power(leaderboard, metric),
        *(f"In {METRICS[name].label}: {_list_means(leaderboard, name)}." for name in others),
    ]
    return [sentence for sentence in sentences if sentence]


def format_effect(item: Effect) -> str:
    """Return an effect with its interval: +0.030 (+0.010 to +0.050)."""
    return format_estimate(item.metric, item.estimate, item.low, item.high)


def count_better(leaderboard: Leaderboard, classifier: str) -> int:
    """Return how many treatments are better than none with this classifier, in the metric of the verdict."""
    metric = get_main_metric(leaderboard)
    verdicts = [item.verdict for item in leaderboard.effects if (item.metric, item.classifier) == (metric, classifier)]
    return verdicts.count("better")


def _list_means(leaderboard: Leaderboard, metric: str) -> str:
    effects, margin = leaderboard.mean_effects(metric), leaderboard.settings.margins[metric]
    better, worse, same, unknown = ([item for item in effects if item.verdict == word] for word in _VERDICTS)
    clauses = [
        _list_clear(items, effects, verb)
        for items, verb in ((better, _agree(better, "help")), (worse, _agree(worse, "harm")))
        if items
    ]
    if same:
        clauses.append(f"{_name(same, effects)} {_agree(same, 'make')} no difference (within ±{margin:g})")
    if unknown:
        clauses.append(f"{_name(unknown, effects)} {'is' if len(unknown) == 1 else 'are'} too uncertain to tell")
    return "; ".join(clauses)


def _list_clear(items: list[Effect], every: list[Effect], verb: str) -> str:
    """Return each effect with its interval, or of many the range of the effects."""
    if len(items) <= _MAX_NAMES:
        return f"{join_names([f'{item.strategy} {format_effect(item)}' for item in items])} {verb}"
    low, *_, high = sorted(items, key=lambda item: item.estimate)
    return f"{_name(items, every)} {verb} ({format_difference_interval(low.metric, low.estimate, high.estimate)})"


def _describe_power(leaderboard: Leaderboard, metric: str) -> str:
    """Return which effects these rows can show, and what more rows would; empty if all treatments have a verdict."""
    unknown = [item for item in leaderboard.mean_effects(metric) if item.verdict == "cannot_tell"]
    if not unknown:
        return ""
    detectable, needed = (
        [getattr(item, key) for item in unknown] for key in ("minimum_detectable", "positives_needed")
    )
    rows = "train out of fold and test" if leaderboard.settings.rows == "all" else "test"
    sizes = _format_range([format_metric(metric, size) for size in sorted(detectable)])
    return (
        f"{format_count(count_positives(leaderboard))} positives ({rows}) show an effect of {sizes} or more, depending "
        f"on the treatment. An effect of {leaderboard.settings.margins[metric]:g} takes about "
        f"{_format_range([format_count(positives) for positives in sorted(needed)])} positives to show."
    )


def _describe_single(leaderboard: Leaderboard, metric: str) -> str:
    """Return the significant effects with a single classifier; empty where there is none."""
    clear = [
        item
        for item in leaderboard.effects
        if item.metric == metric and item.classifier and item.verdict in ("better", "worse")
    ]
    if not clear:
        return ""
    if len(clear) > _MAX_NAMES:
        better = sum(item.verdict == "better" for item in clear)
        total = sum(item.metric == metric and item.classifier is not None for item in leaderboard.effects)
        return (
            f"With single classifiers, {better} of {total} effects are better and {len(clear) - better} worse than "
            "no treatment."
        )
    verbs = {"better": "helps", "worse": "harms"}
    names = [f"{item.strategy} {verbs[item.verdict]} {item.classifier}: {format_effect(item)}" for item in clear]
    return f"{join_names(names)}."


def _format_range(texts: list[str]) -> str:
    """Return the first and the last of sorted numbers, or the only one."""
    return texts[0] if texts[0] == texts[-1] else f"{texts[0]} to {texts[-1]}"


def _agree(items: list[Effect], verb: str) -> str:
    return f"{verb}s" if len(items) == 1 else verb


def _name(items: list[Effect], every: list[Effect]) -> str:
    if len(items) == len(every) > 1:
        return f"all {len(every)} treatments"
    return join_names([item.strategy for item in items])
