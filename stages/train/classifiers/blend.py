"""The blend: a weighted vote of the classifiers of one strategy, with weights learned from out-of-fold scores.

Ensemble selection by Caruana, Niculescu-Mizil, Crew & Ksikes (2004): beginning with no member, the one whose addition
to the mean is best is added, as often as wanted, and a member may be added again.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import VotingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder

from stages.shared.metrics.registry import METRICS
from stages.train.classifiers.calibration import Recipe
from stages.train.outputs.results import Outcome
from stages.train.params.allowed_settings import BLEND
from stages.train.strategy import Workbench

Scores = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]

#: beyond some twenty rounds the shares hardly move
DEFAULT_ROUNDS = 20


def learn_weights(y: Target, scores: Scores, metric: str, n_rounds: int) -> Scores:
    """The share of each member, shape (members,), adding up to 1; `scores` has shape (rows, members).

    Of members that are equally good to add, the one that is best by itself is added, and of equals there the first.
    """
    sign, value = METRICS[metric].sign, METRICS[metric].score

    def merit(blended: Scores) -> float:
        return round(sign * value(y, blended), 6)  # what differs beyond is noise of the arithmetic

    alone = [merit(member) for member in scores.T]
    counts, total = np.zeros(scores.shape[1]), np.zeros(len(y))
    for already in range(n_rounds):
        added = [merit((total + member) / (already + 1)) for member in scores.T]
        best = max(range(len(added)), key=lambda member: (added[member], alone[member]))
        counts[best] += 1
        total += scores[:, best]
    shares: Scores = counts / n_rounds
    return shares


def cross_blended(y: Target, scores: Scores, fold: Target, n_splits: int, metric: str, n_rounds: int) -> Scores:
    """Out-of-fold scores of the blend, shape (rows,): in each fold by weights learned on the others of the same repeat.

    Weights judged on the rows that they were learned from would look better than they are. Something of that is left:
    the members' scores of the other folds come from models that knew this one (docs/decisions/10-classifiers.md has
    how much).
    """
    result = np.empty(len(y))
    for number in np.unique(fold):
        inside, repeat = fold == number, fold // n_splits == number // n_splits
        others = repeat & ~inside
        result[inside] = scores[inside] @ learn_weights(y[others], scores[others], metric, n_rounds)
    return result


def vote(models: dict[str, Pipeline], weights: dict[str, float]) -> Pipeline:
    """The fitted members as one model: scikit-learn's soft vote of the whole pipelines, without those of no weight."""
    members = {name: models[name] for name, weight in weights.items() if weight > 0}
    # only the names: with the members here as well as below, a file would hold every one of them twice
    named = [(name, "fitted") for name in members]
    voting = VotingClassifier(named, voting="soft", weights=[weights[name] for name in members])
    # what its own `fit` sets, had it fitted the members
    voting.estimators_ = list(members.values())
    voting.le_ = LabelEncoder().fit([0, 1])
    voting.classes_ = voting.le_.classes_
    return Pipeline([("classifier", voting)])


def with_blend(bench: Workbench, outcome: Outcome) -> Outcome:
    """`outcome` with one candidate more: the vote of the others, which needs no further fit."""
    params, n_rounds = bench.params, (bench.blend or {}).get("n_rounds", DEFAULT_ROUNDS)
    validation = np.concatenate([fold.validation for fold in outcome.folds])
    number = np.repeat(np.arange(len(outcome.folds)), [len(fold.validation) for fold in outcome.folds])
    y, scores, metric = bench.y[validation], np.column_stack([*outcome.oof.values()]), params.tuning.metric
    shares = dict(zip(outcome.oof, learn_weights(y, scores, metric, n_rounds).tolist(), strict=True))
    recipes = outcome.recipes
    shift = sum(share * recipes[name].shift for name, share in shares.items())
    # distorted by any of its members, the vote is calibrated as they are
    method = next((recipe.method for recipe in recipes.values() if recipe.method != "none"), "none")
    blended = cross_blended(y, scores, number, params.cv.n_splits, metric, n_rounds)
    return replace(
        outcome,
        oof={**outcome.oof, BLEND: blended},
        models={**outcome.models, BLEND: vote(outcome.models, shares)},
        recipes={**recipes, BLEND: Recipe(method, shift)},
        shares=shares,
    )
