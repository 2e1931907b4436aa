"""The blend: a weighted vote of the classifiers of one strategy, with weights learned from out-of-fold scores.

Ensemble selection by Caruana, Niculescu-Mizil, Crew & Ksikes (2004). It begins without members. Each round adds the
member that improves the mean most, and a member may be added more than once.
"""

from dataclasses import replace

import numpy as np
from sklearn.ensemble import VotingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder

from stages.shared.classifiers import BLEND
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats, Ints
from stages.train.classifiers.calibration import CalibrationSpec
from stages.train.classifiers.class_weights import RowWeights
from stages.train.folds.splitter import find_other_folds
from stages.train.strategy.context import StrategyContext
from stages.train.strategy.results import StrategyResult

#: beyond about twenty rounds the weights hardly change
DEFAULT_ROUNDS = 20


def learn_weights(y: Ints, scores: Floats, metric: str, n_rounds: int, sample_weight: RowWeights = None) -> Floats:
    """Return the weight of each member, shape (members,), with sum 1; `scores` has shape (rows, members).

    Each round adds the member that improves the blend most. Ties go to the member with the best
    score of its own, then to the first.
    """
    sign, value = METRICS[metric].sign, METRICS[metric].score

    def evaluate(blended: Floats) -> float:
        return round(sign * value(y, blended, sample_weight), 6)  # further digits are rounding noise

    individual = [evaluate(member) for member in scores.T]
    counts, total = np.zeros(scores.shape[1]), np.zeros(len(y))
    for n_members in range(n_rounds):
        values = [evaluate((total + member) / (n_members + 1)) for member in scores.T]
        best = max(range(len(values)), key=lambda member: (values[member], individual[member]))
        counts[best] += 1
        total += scores[:, best]
    weights: Floats = counts / n_rounds
    return weights


def blend_oof(
    y: Ints,
    scores: Floats,
    fold: Ints,
    n_splits: int,
    metric: str,
    n_rounds: int,
    by_time: bool = False,
    sample_weight: RowWeights = None,
) -> Floats:
    """Return out-of-fold scores of the blend, shape (rows,), with weights learned on the other folds of the repeat.

    Weights scored on the rows that they were learned from would be optimistic. A small optimism remains, because the
    scores of the other folds come from models fitted on this fold. docs/decisions/10-classifiers.md measures it.
    """
    result = np.empty(len(y))
    for index in np.unique(fold):
        inside, others = fold == index, find_other_folds(fold, index, n_splits, by_time)
        weights = None if sample_weight is None else sample_weight[others]
        result[inside] = scores[inside] @ learn_weights(y[others], scores[others], metric, n_rounds, weights)
    return result


def make_voting(models: dict[str, Pipeline], weights: dict[str, float]) -> Pipeline:
    """Return the fitted members as scikit-learn's soft voting of whole pipelines, without members of weight 0."""
    members = {name: models[name] for name, weight in weights.items() if weight > 0}
    # names only: with the members here and below, the file would store each of them twice
    placeholders = [(name, "fitted") for name in members]
    voting = VotingClassifier(placeholders, voting="soft", weights=[weights[name] for name in members])
    # the attributes that its own `fit` sets
    voting.estimators_ = list(members.values())
    voting.le_ = LabelEncoder().fit([0, 1])
    voting.classes_ = voting.le_.classes_
    return Pipeline([("classifier", voting)])


def add_blend(context: StrategyContext, result: StrategyResult) -> StrategyResult:
    """Return `result` with the blend of its classifiers as one more candidate; no classifier is fitted again."""
    params, n_rounds = context.params, (context.blend or {}).get("n_rounds", DEFAULT_ROUNDS)
    validation = np.concatenate([fold.validation for fold in result.folds])
    fold = np.repeat(np.arange(len(result.folds)), [len(fold.validation) for fold in result.folds])
    y, scores, metric = context.y[validation], np.column_stack([*result.oof.values()]), params.tuning.metric
    row_weights = context.select_weights(validation)
    weights = dict(zip(result.oof, learn_weights(y, scores, metric, n_rounds, row_weights).tolist(), strict=True))
    specs = result.calibration_specs
    shift = sum(weight * specs[name].shift for name, weight in weights.items())
    by_time = context.table.contract.time is not None
    # if the scores of any member are distorted, the blend is calibrated as that member is
    method = next((spec.method for spec in specs.values() if spec.method != "none"), "none")
    return replace(
        result,
        oof={
            **result.oof,
            BLEND: blend_oof(y, scores, fold, params.cv.n_splits, metric, n_rounds, by_time, row_weights),
        },
        models={**result.models, BLEND: make_voting(result.models, weights)},
        calibration_specs={**specs, BLEND: CalibrationSpec(method, shift)},
        blend_weights=weights,
    )
