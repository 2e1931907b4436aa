"""The champion: the best candidate by cross-validation on train, never by test."""

from collections.abc import Mapping
from typing import Any

from stages.report.leaderboard import Candidate, Leaderboard
from stages.report.params import AUTO, ReportParams
from stages.report.words import LOWER_IS_BETTER
from stages.shared.errors import InputError

_TEST_KEYS = ("average_precision", "roc_auc", "brier_score", "log_loss")
#: how much there is in a classifier, where it is not one model of many parts
_MEMBERS = {"logistic_regression": 0, "blend": 2}

_DECISION_KEYS = (
    "precision", "recall", "specificity", "f1", "g_mean", "balanced_accuracy", "accuracy", "tp", "fp", "fn", "tn",
)  # fmt: skip


def check_agreement(params: ReportParams, board: Leaderboard, flat: Mapping[str, Any]) -> None:
    """Raises InputError when the leaderboard is not about these params, or `flat` (strategy metrics) not about it."""
    ranked = [row.strategy for row in board.strategies]
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
    if board.settings.metric != params.select.metric:
        found = f"made for select.metric {board.settings.metric}, params.yaml says {params.select.metric}"
        problems.append(f"metrics/leaderboard.json: {found}; {again}")
    problems += [
        f"metrics/strategies/{name}.json: does not agree with metrics/leaderboard.json; {again}"
        for name, metrics in flat.items()
        if name in ranked and metrics != flat_metrics(board.row(name))
    ]
    if problems:
        raise InputError(problems)


def choose(params: ReportParams, board: Leaderboard) -> Candidate:
    """The simplest of the candidates that tie with the best.

    Simple is, in this order: few moving parts in the treatment (nothing, class weights, a sampler, more), logistic
    regression before other classifiers and these before a blend, a better cross-validation, the order of params.yaml.
    Raises InputError when `select` names what is not there, listing what is.
    """
    order = list(params.strategies)
    sign = _sign(params)

    def simplicity(candidate: Candidate) -> tuple[int, int, float, int]:
        name = candidate.strategy
        mean = candidate.cv[params.select.metric].mean
        members = _MEMBERS.get(candidate.classifier, 1)
        return params.strategies[name].moving_parts, members, sign * mean, order.index(name)

    return min(tied(params, board), key=simplicity)  # the first of equals, so the leaderboard's order comes last


def tied(params: ReportParams, board: Leaderboard) -> list[Candidate]:
    """The candidates that `select` allows and that tie with the best of them, best first.

    One ties when its cross-validated metric is within `select.tolerance` of the best; and the reference strategy ties
    when the folds cannot tell its same classifier from the best: a treatment has to earn its place.
    Raises InputError when `select` names what is not there, listing what is.
    """
    select, sign = params.select, _sign(params)
    _check_names(params, board)
    allowed = [
        candidate
        for candidate in board.candidates
        if select.strategy in (AUTO, candidate.strategy) and select.classifier in (AUTO, candidate.classifier)
    ]
    allowed.sort(key=lambda candidate: sign * candidate.cv[select.metric].mean)
    best = allowed[0]
    rounding = 1e-9  # of the difference of two numbers with 6 digits

    def ties(item: Candidate) -> bool:
        if abs(item.cv[select.metric].mean - best.cv[select.metric].mean) <= select.tolerance + rounding:
            return True
        if (item.strategy, item.classifier) != (board.settings.reference.strategy, best.classifier):
            return False
        found = board.cv_comparison(best, select.metric)
        return found is not None and found.is_tie

    return [item for item in allowed if ties(item)]


def _sign(params: ReportParams) -> int:
    return 1 if params.select.metric in LOWER_IS_BETTER else -1


def flat_metrics(candidate: Candidate) -> dict[str, Any]:
    """The candidate's metrics in the flat form of metrics/strategies/<strategy>.json."""
    return {
        "classifier": candidate.classifier,
        **{key: candidate.test[key] for key in _TEST_KEYS},
        "threshold": candidate.threshold,
        **{key: candidate.test[key] for key in _DECISION_KEYS},
        "cv_average_precision": candidate.cv["average_precision"].mean,
    }


def _check_names(params: ReportParams, board: Leaderboard) -> None:
    select, key = params.select, "params.yaml: select"
    classifiers: dict[str, None] = {}  # of the named strategy, or of all; a dict keeps their order
    problems = []
    if select.strategy not in (AUTO, *params.strategies):
        allowed = ", ".join((AUTO, *params.strategies))
        problems.append(f"{key}.strategy: no such strategy; found {select.strategy!r}; allowed: {allowed}")
    for candidate in board.candidates:
        if select.strategy == candidate.strategy or select.strategy not in params.strategies:
            classifiers[candidate.classifier] = None
    if select.classifier not in (AUTO, *classifiers):
        where = f"strategy {select.strategy} has" if select.strategy in params.strategies else "any strategy has"
        found = f"no classifier that {where}; found {select.classifier!r}"
        problems.append(f"{key}.classifier: {found}; allowed: {', '.join((AUTO, *classifiers))}")
    if problems:
        raise InputError(problems)
