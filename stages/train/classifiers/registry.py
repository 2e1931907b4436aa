"""The classifiers by name: how each is built, weighted and fitted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from imblearn.ensemble import BalancedRandomForestClassifier, EasyEnsembleClassifier, RUSBoostClassifier
import numpy as np
import numpy.typing as npt
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from xgboost import XGBClassifier

from stages.train.classifiers.budget import cap_iterations, iterations_of
from stages.train.classifiers.class_weights import ClassWeights, of_xgboost, row_weights
from stages.train.classifiers.logistic.path import fit_path, is_converged, path_settings
from stages.train.classifiers.mlp import Epoch, fit_by_epoch
from stages.train.classifiers.xgb_data import CachedDMatrix
from stages.train.classifiers.xgboost import fit_by_round
from stages.train.params.allowed_settings import Settings

Features = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]
Build = Callable[[Settings, Any, ClassWeights, int], Any]


def _by_label(weights: ClassWeights) -> dict[int, float] | None:
    return None if weights == (1.0, 1.0) else {0: weights.negative, 1: weights.positive}


def _logistic_regression(settings: Settings, class_weight: Any, weights: ClassWeights, random_state: int) -> Any:
    return LogisticRegression(**settings, class_weight=_by_label(weights), random_state=random_state)


def _forest(kind: type) -> Build:
    def build(settings: Settings, class_weight: Any, weights: ClassWeights, random_state: int) -> Any:
        per_tree = class_weight == "balanced_subsample"
        weight = class_weight if per_tree else _by_label(weights)
        return kind(**settings, class_weight=weight, random_state=random_state, n_jobs=1)

    return build


def _xgboost(settings: Settings, class_weight: Any, weights: ClassWeights, random_state: int) -> Any:
    ratio, _ = of_xgboost(class_weight, weights)
    return XGBClassifier(**settings, scale_pos_weight=ratio, random_state=random_state, n_jobs=1)


def _mlp(settings: Settings, class_weight: Any, weights: ClassWeights, random_state: int) -> Any:
    as_tuples = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
    return MLPClassifier(**as_tuples, random_state=random_state)


def _ensemble(kind: type) -> Build:
    def build(settings: Settings, class_weight: Any, weights: ClassWeights, random_state: int) -> Any:
        return kind(**settings, random_state=random_state)

    return build


CLASSIFIERS: dict[str, Build] = {
    "logistic_regression": _logistic_regression,
    "random_forest": _forest(RandomForestClassifier),
    "extra_trees": _forest(ExtraTreesClassifier),
    "xgboost": _xgboost,
    "mlp": _mlp,
    "balanced_random_forest": _ensemble(BalancedRandomForestClassifier),
    "easy_ensemble": _ensemble(EasyEnsembleClassifier),
    "rus_boost": _ensemble(RUSBoostClassifier),
}


#: classifiers that convert the rows to float32: a copy made once serves all fits and saves half of the memory
READS_FLOAT32 = frozenset(
    ("random_forest", "extra_trees", "xgboost", "balanced_random_forest", "easy_ensemble", "rus_boost")
)


class Training(NamedTuple):
    """The rows that a classifier is fitted on."""

    X: Any  # shape (rows, columns), float64 or float32
    y: Target
    #: keeps the rows as XGBoost bins them, by the weights of the classes, where they serve several fits
    bins: dict[ClassWeights, CachedDMatrix] | None = None


@dataclass(frozen=True)
class Fitted:
    """A fitted classifier and, where it has epochs and saw a validation part, its curve."""

    classifier: Any
    curve: list[Epoch]
    used_fallback: bool = False  # whether a constant stands in for it

    def scores(self, X: Features) -> Features:
        """The probability of the positive class, shape (rows,)."""
        return np.asarray(self.classifier.predict_proba(X)[:, 1], dtype=np.float64)


def fit(
    name: str,
    settings: Settings,
    class_weight: Any,
    weights: ClassWeights,
    random_state: int,
    training: Training,
    validation: tuple[Features, Target] | None = None,
    n_jobs: int = 1,
) -> Fitted:
    """The classifier `name` fitted on `training`; `validation` is only watched, never learned from.

    n_jobs: the threads that it may take; what it learns does not depend on them.

    RUSBoost refuses to be fitted where its first tree is no better than a coin, which on a weak signal is common. One
    candidate must not stop the comparison: a constant, the prevalence, then stands in for it.
    """
    X, y, bins = training
    settings = cap_iterations(settings, len(y), iterations_of(name))
    if name == "logistic_regression" and is_converged(settings):
        C, common = settings.get("C", 1.0), path_settings(settings)
        path = fit_path(X, y, weights, [C], threads=n_jobs, **common)
        own = {**common, "C": C, "class_weight": _by_label(weights), "random_state": random_state}
        return Fitted(path.model(0, **own), [])
    classifier = CLASSIFIERS[name](settings, class_weight, weights, random_state)
    if n_jobs > 1 and "n_jobs" in classifier.get_params():
        classifier.set_params(n_jobs=n_jobs)
    if name == "mlp":
        return Fitted(classifier, fit_by_epoch(classifier, X, y, row_weights(weights, y), validation))
    if name == "xgboost":
        _, of_rows = of_xgboost(class_weight, weights)
        row_weight = row_weights(of_rows, y)
        binned = ({} if bins is None else bins).setdefault(of_rows, CachedDMatrix(X, y, row_weight))
        return Fitted(classifier, fit_by_round(classifier, (X, y), validation, row_weight, binned))
    try:
        classifier.fit(X, y)
        if "n_jobs" in classifier.get_params():
            classifier.set_params(n_jobs=1)  # threads would add the scores of trees up in any order: other last digits
        return Fitted(classifier, [])
    except ValueError as error:
        if "worse than random" not in str(error):
            raise
        return Fitted(DummyClassifier(strategy="prior").fit(X, y), [], used_fallback=True)
