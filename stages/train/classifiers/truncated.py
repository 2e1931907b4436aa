"""One fit for every size of an ensemble: the first trees of the largest are the smaller one, bit for bit.

A forest draws the seeds of its trees one after the other, and a tree depends on nothing but its seed and the rows, so
no tree knows how many follow it. A round of boosting knows the rounds before it alone, unless boosting is `dart`, which
changes the weights of earlier trees. (RUSBoost and EasyEnsemble are left out: seldom tuned, soon fitted.)
"""

from collections.abc import Callable
from copy import copy
from typing import Any

import numpy.typing as npt

from stages.train.params.allowed_settings import Settings


def serves(name: str, settings: Settings) -> bool:
    """Whether classifier `name`, fitted once with `settings`, gives the scores of every smaller n_estimators as well.

    False where n_estimators is missing or no number of trees: such settings are for the library to answer.
    """
    size = settings.get("n_estimators")
    return name in PREFIXES and type(size) is int and size > 0 and settings.get("booster", "gbtree") == "gbtree"


def prefix_scores(name: str, fitted_largest: Any, n_estimators: int, X: Any) -> npt.NDArray[Any]:
    """The scores, shape (rows,), that `predict_proba` of the same classifier with `n_estimators` trees would give.

    They have the type of the library: float64 of a forest, float32 of XGBoost. `serves` says when this holds.
    Raises ValueError when the fitted classifier has fewer trees than that.
    """
    if not 0 < n_estimators <= fitted_largest.n_estimators:
        raise ValueError(f"{n_estimators} trees of {fitted_largest.n_estimators} fitted ones")
    scores: npt.NDArray[Any] = PREFIXES[name](fitted_largest, n_estimators, X)[:, 1]
    return scores


def _of_forest(forest: Any, size: int, X: Any) -> Any:
    """A forest adds up the probabilities of its trees in order, and divides by their number: so does this one.

    One thread at a time: several add up in the order in which they happen to be ready, which moves the last digits.
    """
    smaller = copy(forest)
    smaller.n_jobs = 1
    smaller.n_estimators, smaller.estimators_ = size, forest.estimators_[:size]
    return smaller.predict_proba(X)


def _of_boosting(xgboost: Any, size: int, X: Any) -> Any:
    return xgboost.predict_proba(X, iteration_range=(0, size))


PREFIXES: dict[str, Callable[[Any, int, Any], Any]] = {
    "random_forest": _of_forest,
    "extra_trees": _of_forest,
    "balanced_random_forest": _of_forest,
    "xgboost": _of_boosting,
}
