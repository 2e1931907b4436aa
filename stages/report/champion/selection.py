"""The selection of the champion, by cross-validation on the train set; the test set is not used."""

from dataclasses import dataclass

from stages.report.params import AUTO, ReportParams
from stages.shared.classifiers import BLEND, CLASSIFIERS
from stages.shared.errors import InputError, raise_problems
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import CvComparison, Leaderboard


def check_agreement(params: ReportParams, leaderboard: Leaderboard) -> None:
    """Raise InputError if the leaderboard was not made with these params, or a refit would not fit its calibration."""
    ranked = [row.strategy for row in leaderboard.strategies]
    not_applicable = [item.strategy for item in leaderboard.not_applicable if item.classifier is None]
    problems = [
        f"metrics/leaderboard.json: strategy {name!r} of params.yaml is missing; run `dvc repro`"
        for name in params.strategies
        if name not in (*ranked, *not_applicable)
    ]
    problems += [
        f"metrics/leaderboard.json: strategy {name!r} is no longer in params.yaml; run `dvc repro`"
        for name in (*ranked, *not_applicable)
        if name not in params.strategies
    ]
    if leaderboard.settings.metric != params.select.metric:
        problems.append(
            f"metrics/leaderboard.json: made for select.metric {leaderboard.settings.metric}, params.yaml says "
            f"{params.select.metric}; run `dvc repro`"
        )
    if params.select.refit == "all" and leaderboard.data.train.weighted_positives is not None:
        problems.append(
            "params.yaml: select.refit: is all, and split.negatives left a share of the negatives of train; the "
            "champion's calibration and threshold would be wrong for a model of all rows; set select.refit to train"
        )
    raise_problems(problems)


@dataclass(frozen=True)
class ChampionChoice:
    """The champion, and the comparisons that led to it."""

    champion: Candidate
    best: Candidate  # in cross-validation
    blend_tie: CvComparison | None = None  # the best minus the blend, if the difference is not significant
    ties: tuple[Candidate, ...] = ()  # the other candidates that tie with the best


def choose_champion(params: ReportParams, leaderboard: Leaderboard) -> ChampionChoice:
    """Return the untreated blend, or else the simplest of the candidates that tie with the best.

    The best score of many candidates is optimistically biased (docs/decisions/15-choice.md). So the blend of the
    strategy without treatment, or of the only strategy that `select` allows, is the champion. Only a candidate that is
    significantly better over the folds takes its place. Without such a blend, or if it is worse, it is the simplest of
    the candidates that tie with the best. With `select.prefer: blend` the blend is the champion in any case. With
    `simple` the blend is a candidate like the others. The simplest has the fewest parts in its treatment: none, class
    weights, a sampler, or more. Of equals it has the simplest classifier: logistic regression, others, a blend. After
    that the CV score and the order in params.yaml decide. Raises InputError with the valid names if `select` names an
    unknown strategy or classifier.
    """
    _check_names(params, leaderboard)
    metric, sign = params.select.metric, _get_sign(params)
    allowed = _find_allowed(params, leaderboard)
    best = allowed[0]
    blend = None if params.select.prefer == "simple" else _find_default_blend(params, leaderboard, allowed)
    ties = _find_ties(params, leaderboard, allowed)
    if blend is not None:
        if blend == best or params.select.prefer == "blend":
            return ChampionChoice(blend, best)
        comparison = leaderboard.cv_comparison(best, blend, metric)
        if comparison is not None and comparison.is_tie:
            return ChampionChoice(blend, best, comparison)
        # only a candidate with a better score replaces the blend
        ties = [item for item in ties if sign * item.cv[metric].mean < sign * blend.cv[metric].mean]
    order = list(params.strategies)

    def simplicity(candidate: Candidate) -> tuple[int, int, float, int]:
        name, complexity = candidate.strategy, CLASSIFIERS[candidate.classifier].complexity
        return params.strategies[name].moving_parts, complexity, sign * candidate.cv[metric].mean, order.index(name)

    # min returns the first of equals, so the leaderboard's order is the last criterion
    return ChampionChoice(min(ties, key=simplicity), best, ties=tuple(ties[1:]))


def _find_allowed(params: ReportParams, leaderboard: Leaderboard) -> list[Candidate]:
    """Return the candidates that `select` allows, best first."""
    select, sign = params.select, _get_sign(params)
    allowed = [
        candidate
        for candidate in leaderboard.candidates
        if select.strategy in (AUTO, candidate.strategy) and select.classifier in (AUTO, candidate.classifier)
    ]
    return sorted(allowed, key=lambda candidate: sign * candidate.cv[select.metric].mean)


def _find_default_blend(params: ReportParams, leaderboard: Leaderboard, allowed: list[Candidate]) -> Candidate | None:
    """Return the blend that is the default champion, of the untreated strategy or of the one that `select` names."""
    select, reference = params.select, leaderboard.settings.reference.strategy
    if select.classifier != AUTO or (select.strategy == AUTO and not params.strategies[reference].does_nothing):
        return None
    strategy = reference if select.strategy == AUTO else select.strategy
    return next((item for item in allowed if (item.strategy, item.classifier) == (strategy, BLEND)), None)


def _find_ties(params: ReportParams, leaderboard: Leaderboard, allowed: list[Candidate]) -> list[Candidate]:
    """Return the candidates that tie with the first of `allowed`, which is the best; best first.

    A candidate ties if its CV score is within `select.tolerance` of the best. A treatment must show an
    effect: the untreated candidate with the same classifier ties if the difference over the folds is not significant.
    """
    metric, best = params.select.metric, allowed[0]
    rounding = 1e-9  # scores have 6 digits

    def ties(item: Candidate) -> bool:
        if abs(item.cv[metric].mean - best.cv[metric].mean) <= params.select.tolerance + rounding:
            return True
        if (item.strategy, item.classifier) != (leaderboard.settings.reference.strategy, best.classifier):
            return False
        comparison = leaderboard.cv_comparison(best, item, metric)
        return comparison is not None and comparison.is_tie

    return [item for item in allowed if ties(item)]


def _get_sign(params: ReportParams) -> int:
    return -METRICS[params.select.metric].sign


def _check_names(params: ReportParams, leaderboard: Leaderboard) -> None:
    select, key = params.select, "params.yaml: select"
    classifiers: dict[str, None] = {}  # of the named strategy, or of all; a dict keeps the order
    problems = []
    if select.strategy not in (AUTO, *params.strategies):
        allowed = ", ".join((AUTO, *params.strategies))
        problems.append(f"{key}.strategy: no such strategy; found {select.strategy!r}; allowed: {allowed}")
    for item in leaderboard.not_applicable:
        if item.strategy == select.strategy and item.classifier in (None, select.classifier):
            raise InputError(f"{key}: {item.label} is not applicable to this table ({item.why}); select another")
    for candidate in leaderboard.candidates:
        if select.strategy == candidate.strategy or select.strategy not in params.strategies:
            classifiers[candidate.classifier] = None
    if select.classifier not in (AUTO, *classifiers):
        owner = f"strategy {select.strategy}" if select.strategy in params.strategies else "any strategy"
        allowed = ", ".join((AUTO, *classifiers))
        problems.append(
            f"{key}.classifier: no classifier that {owner} has; found {select.classifier!r}; allowed: {allowed}"
        )
    raise_problems(problems)
