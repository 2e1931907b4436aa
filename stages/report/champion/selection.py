"""The champion: chosen by the folds of train, never by test."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stages.report.params import AUTO, ReportParams
from stages.shared.classifiers import BLEND, CLASSIFIERS
from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS, selectable
from stages.shared.schemas.leaderboard import Candidate, CvComparison, Leaderboard


def check_agreement(params: ReportParams, leaderboard: Leaderboard, flat: Mapping[str, Any]) -> None:
    """Raises InputError when the leaderboard is not about these params, or `flat` (strategy metrics) not about it."""
    ranked = [row.strategy for row in leaderboard.strategies]
    again = "run `dvc repro`"
    problems = [
        f"metrics/leaderboard.json: strategy {name!r} of params.yaml is missing; {again}"
        for name in params.strategies
        if name not in ranked
    ]
    problems += [
        f"metrics/leaderboard.json: strategy {name!r} is no longer in params.yaml; {again}"
        for name in ranked
        if name not in params.strategies
    ]
    if leaderboard.settings.metric != params.select.metric:
        result = f"made for select.metric {leaderboard.settings.metric}, params.yaml says {params.select.metric}"
        problems.append(f"metrics/leaderboard.json: {result}; {again}")
    problems += [
        f"metrics/strategies/{name}.json: does not agree with metrics/leaderboard.json; {again}"
        for name, metrics in flat.items()
        if name in ranked and metrics != flat_metrics(leaderboard.row(name))
    ]
    if problems:
        raise InputError(problems)


@dataclass(frozen=True)
class ChampionChoice:
    """The champion, and how it came to be chosen."""

    champion: Candidate
    best: Candidate  # in cross-validation
    doubt: CvComparison | None = None  # the best against the champion, where the folds cannot tell them apart
    ties: tuple[Candidate, ...] = ()  # with the best, that one left out


def choose(params: ReportParams, leaderboard: Leaderboard) -> ChampionChoice:
    """The blend with nothing done, or else the simplest of the candidates that tie with the best.

    Among many candidates and few folds the best is a lucky one as much as a good one (docs/decisions/15-choice.md). So
    the blend of the strategy that does nothing, or of the one strategy that `select` allows, is the champion unless the
    folds show the best to be better than it. Where there is no such blend, or it is beaten, a tie with the best goes to
    the simplest: few moving parts in the treatment (nothing, class weights, a sampler, more), logistic regression
    before other classifiers and these before a blend, a better cross-validation, the order of params.yaml.
    Raises InputError when `select` names what is not there, listing what is.
    """
    _check_names(params, leaderboard)
    metric, sign = params.select.metric, _sign(params)
    allowed = _allowed(params, leaderboard)
    best = allowed[0]
    holder = _find_default_blend(params, leaderboard, allowed)
    ties = _find_ties(params, leaderboard, allowed)
    if holder is not None:
        if holder == best:
            return ChampionChoice(holder, best)
        result = leaderboard.cv_comparison(best, holder, metric)
        if result is not None and result.is_tie:
            return ChampionChoice(holder, best, result)
        # a blend that was beaten gives way to what is better than it alone
        ties = [item for item in ties if sign * item.cv[metric].mean < sign * holder.cv[metric].mean]
    order = list(params.strategies)

    def simplicity(candidate: Candidate) -> tuple[int, int, float, int]:
        name, complexity = candidate.strategy, CLASSIFIERS[candidate.classifier].complexity
        return params.strategies[name].moving_parts, complexity, sign * candidate.cv[metric].mean, order.index(name)

    # the first of equals, so the leaderboard's order comes last
    return ChampionChoice(min(ties, key=simplicity), best, ties=tuple(ties[1:]))


def _allowed(params: ReportParams, leaderboard: Leaderboard) -> list[Candidate]:
    """The candidates that `select` allows, best first."""
    select, sign = params.select, _sign(params)
    allowed = [
        candidate
        for candidate in leaderboard.candidates
        if select.strategy in (AUTO, candidate.strategy) and select.classifier in (AUTO, candidate.classifier)
    ]
    return sorted(allowed, key=lambda candidate: sign * candidate.cv[select.metric].mean)


def _find_default_blend(params: ReportParams, leaderboard: Leaderboard, allowed: list[Candidate]) -> Candidate | None:
    """The blend that another has to beat: of the strategy that does nothing, or of the one that `select` allows."""
    named, reference = params.select.strategy, leaderboard.settings.reference.strategy
    strategy = reference if named == AUTO else named
    if params.select.classifier != AUTO or (named == AUTO and not params.strategies[reference].does_nothing):
        return None
    return next((item for item in allowed if (item.strategy, item.classifier) == (strategy, BLEND)), None)


def _find_ties(params: ReportParams, leaderboard: Leaderboard, allowed: list[Candidate]) -> list[Candidate]:
    """Those of `allowed` that tie with the first of them, the best; best first.

    One ties when its cross-validated metric is within `select.tolerance` of the best; and the reference strategy ties
    when the folds cannot tell its same classifier from the best: a treatment has to earn its place.
    """
    metric, best = params.select.metric, allowed[0]
    rounding = 1e-9  # of the difference of two numbers with 6 digits

    def ties(item: Candidate) -> bool:
        if abs(item.cv[metric].mean - best.cv[metric].mean) <= params.select.tolerance + rounding:
            return True
        if (item.strategy, item.classifier) != (leaderboard.settings.reference.strategy, best.classifier):
            return False
        result = leaderboard.cv_comparison(best, item, metric)
        return result is not None and result.is_tie

    return [item for item in allowed if ties(item)]


def _sign(params: ReportParams) -> int:
    return -METRICS[params.select.metric].sign


def flat_metrics(candidate: Candidate) -> dict[str, Any]:
    """The candidate's metrics in the flat form of metrics/strategies/<strategy>.json."""
    scores = selectable()
    return {
        "classifier": candidate.classifier,
        **{key: value for key, value in candidate.test.items() if key in scores},
        "threshold": candidate.threshold,
        **{key: value for key, value in candidate.test.items() if key not in scores},
        "cv_average_precision": candidate.cv["average_precision"].mean,
    }


def _check_names(params: ReportParams, leaderboard: Leaderboard) -> None:
    select, key = params.select, "params.yaml: select"
    classifiers: dict[str, None] = {}  # of the named strategy, or of all; a dict keeps their order
    problems = []
    if select.strategy not in (AUTO, *params.strategies):
        allowed = ", ".join((AUTO, *params.strategies))
        problems.append(f"{key}.strategy: no such strategy; found {select.strategy!r}; allowed: {allowed}")
    for candidate in leaderboard.candidates:
        if select.strategy == candidate.strategy or select.strategy not in params.strategies:
            classifiers[candidate.classifier] = None
    if select.classifier not in (AUTO, *classifiers):
        where = f"strategy {select.strategy} has" if select.strategy in params.strategies else "any strategy has"
        result = f"no classifier that {where}; found {select.classifier!r}"
        problems.append(f"{key}.classifier: {result}; allowed: {', '.join((AUTO, *classifiers))}")
    if problems:
        raise InputError(problems)
