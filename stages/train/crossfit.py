"""One treatment of the imbalance, measured and learned: out-of-fold scores, then models fitted on all of train."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline

from stages.shared.contract import Step
from stages.shared.errors import InputError
from stages.shared.tables import Table
from stages.train.calibrate import Recipe, recipe
from stages.train.classifiers import Fitted, fit
from stages.train.folds import Fold, make_folds
from stages.train.params import Settings, Strategy, TrainParams
from stages.train.preprocess import make_steps
from stages.train.resample import Prepared, prepare_fold, transform
from stages.train.samplers import Plan, make_plan
from stages.train.weights import ClassWeights, class_weights

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FoldRecord:
    """Class counts of one fold on its way, and the curves of the classifiers that have epochs."""

    training: tuple[int, int]  # negatives, positives
    resampled: tuple[int, int]
    validation: tuple[int, int]
    added: int
    removed: int
    curves: dict[str, list[Any]]


@dataclass(frozen=True)
class Outcome:
    """Everything that a strategy yields on one train side."""

    plan: Plan
    folds: list[Fold]
    oof: dict[str, Scores]  # per classifier, shape (sum of validation rows,), fold by fold
    records: list[FoldRecord]
    flow: list[Step]  # of the fit on all of train
    weights: dict[str, ClassWeights]  # of the fit on all of train
    models: dict[str, Pipeline]  # no sampler in them
    recipes: dict[str, Recipe]  # how their scores are calibrated
    gave_up: dict[str, int]  # fits in which a constant stood in for the classifier


def fit_strategy(table: Table, name: str, params: TrainParams, progress: Callable[[str], None]) -> Outcome:
    """Strategy `name` with each of its classifiers on one table, the train side.

    Every fold is preprocessed and resampled once, for all classifiers. `progress` is told of each finished fit.
    Raises InputError naming the params key when a sampler or a classifier cannot work with its settings.
    """
    strategy = params.strategies[name]
    settings = strategy.classifiers or params.classifiers
    key = f"strategies.{name}.classifiers" if strategy.classifiers else "classifiers"
    features, y = table.features(), table.target
    n_numeric, n_categorical = len(table.contract.numeric), len(table.contract.categorical)
    plan = make_plan(name, strategy, n_numeric, n_categorical, params.random_state)
    folds = make_folds(y, table.units, params.cv, params.random_state)

    def prepare(rows: Any) -> Prepared:
        steps = make_steps(table.contract, params.preprocess)
        try:
            return prepare_fold(features.iloc[rows], y[rows], steps, plan, n_numeric)
        except InputError as error:
            raise InputError(f"params.yaml: strategies.{name}: {error}") from None

    oof: dict[str, list[Scores]] = {classifier: [] for classifier in settings}
    gave_up = dict.fromkeys(settings, 0)
    records = []
    for number, fold in enumerate(folds):
        prepared = prepare(fold.training)
        X_validation = transform(prepared.steps, features.iloc[fold.validation])
        watched = (X_validation, y[fold.validation])
        curves = {}
        for classifier in settings:
            fitted = _fit(classifier, key, settings, strategy, params.random_state, prepared, watched)
            oof[classifier].append(fitted.classifier.predict_proba(X_validation)[:, 1])
            gave_up[classifier] += fitted.gave_up
            if fitted.curve:
                curves[classifier] = fitted.curve
            progress(f"{classifier}, fold {number + 1} of {len(folds)}")
        records.append(_record(y, fold, prepared, curves))

    prepared = prepare(np.arange(len(y)))
    models, weights, recipes = {}, {}, {}
    for classifier in settings:
        fitted = _fit(classifier, key, settings, strategy, params.random_state, prepared)
        models[classifier] = Pipeline([*prepared.steps, ("classifier", fitted.classifier)])
        gave_up[classifier] += fitted.gave_up
        weights[classifier] = class_weights(strategy.class_weight, prepared.y)
        recipes[classifier] = recipe(
            params.calibration, strategy, classifier, _counts(y), _counts(prepared.y), weights[classifier]
        )
        progress(f"{classifier}, all of train")
    return Outcome(
        plan=plan,
        folds=folds,
        oof={classifier: np.concatenate(parts).astype(np.float64) for classifier, parts in oof.items()},
        records=records,
        flow=[*table.flow, *prepared.flow],
        weights=weights,
        models=models,
        recipes=recipes,
        gave_up={classifier: count for classifier, count in gave_up.items() if count},
    )


def _fit(
    classifier: str,
    key: str,  # where `settings` stand in params.yaml
    settings: dict[str, Settings],
    strategy: Strategy,
    random_state: int,
    prepared: Prepared,
    watched: tuple[Scores, npt.NDArray[np.int64]] | None = None,
) -> Fitted:
    weights = class_weights(strategy.class_weight, prepared.y)
    training = (prepared.X, prepared.y)
    try:
        fitted = fit(classifier, settings[classifier], strategy.class_weight, weights, random_state, training, watched)
        if not np.isfinite(fitted.classifier.predict_proba(prepared.X[:1])).all():
            raise ValueError("its scores are no numbers; a setting is out of its range")
        return fitted
    except (ValueError, TypeError) as error:  # XGBoostError is a ValueError, and ends in a stack trace
        message = " ".join(str(error).partition("Stack trace:")[0].split())
        raise InputError(f"params.yaml: {key}.{classifier}: {message}") from None


def _record(y: npt.NDArray[np.int64], fold: Fold, prepared: Prepared, curves: dict[str, list[Any]]) -> FoldRecord:
    return FoldRecord(
        training=_counts(y[fold.training]),
        resampled=_counts(prepared.y),
        validation=_counts(y[fold.validation]),
        added=prepared.added,
        removed=prepared.removed,
        curves=curves,
    )


def _counts(y: npt.NDArray[np.int64]) -> tuple[int, int]:
    """Negatives and positives."""
    negative, positive = np.bincount(y, minlength=2)
    return int(negative), int(positive)
