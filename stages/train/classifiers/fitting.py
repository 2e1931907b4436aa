"""Fits of classifiers: the request, the result, and the fit by scikit-learn's interface."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.dummy import DummyClassifier

from stages.shared.classifiers import ClassifierSpec, Settings
from stages.shared.storage.arrow import Floats, Ints
from stages.train.classifiers.budget import cap_iterations
from stages.train.classifiers.class_weights import ClassWeights, RowWeights

Features = npt.NDArray[Any]  # shape (rows, columns), float64, or float32 for classifiers that read it

#: one point of a training curve, as `Epoch` in the trace but for the fold
EpochMetrics = dict[str, Any]


@dataclass(frozen=True)
class FitRequest:
    """A classifier with its settings, and the rows to fit it on."""

    spec: ClassifierSpec
    settings: Settings
    class_weight: Any  # as in params.yaml
    weights: ClassWeights  # the same in numbers, on these rows
    random_state: int
    X: Features
    y: Ints
    eval_set: tuple[Features, Ints] | None = None  # only scored, for a training curve
    n_jobs: int = 1  # threads; the result does not depend on them
    bins: dict[ClassWeights, Any] | None = None  # keeps XGBoost's binned rows, if several fits share them
    sample_weight: RowWeights = None  # of `data.weight`; class weights multiply it

    def build(self, **params: Any) -> Any:
        """Return the unfitted estimator with the settings and `params`."""
        return self.spec.load(self.spec.estimator)(**self.settings, random_state=self.random_state, **params)


@dataclass(frozen=True)
class Fitted:
    """A fitted classifier and its training curve, if it has epochs and got an `eval_set`."""

    classifier: Any
    weights: ClassWeights  # of a row of each class, as the classifier used them
    curve: Sequence[EpochMetrics] = ()
    used_fallback: bool = False  # a constant score replaces it

    def scores(self, X: Features) -> Floats:
        """Return the probability of the positive class, shape (rows,)."""
        return np.asarray(self.classifier.predict_proba(X)[:, 1], dtype=np.float64)


def make_epoch(epoch: int, train: tuple[float, float], validation: tuple[float, float]) -> EpochMetrics:
    """Return a point of a curve; `train` and `validation` are log loss without weights, and accuracy at 0.5."""
    (train_loss, train_accuracy), (validation_loss, validation_accuracy) = train, validation
    return {
        "epoch": epoch, "train_loss": train_loss, "train_accuracy": train_accuracy,
        "validation_loss": validation_loss, "validation_accuracy": validation_accuracy,
    }  # fmt: skip


def fit(request: FitRequest) -> Fitted:
    """Fit a classifier. Raises ValueError or TypeError, as its library does, for settings that cannot work."""
    spec = request.spec
    settings = cap_iterations(request.settings, len(request.y), spec.iterations)
    fitted: Fitted = spec.load(spec.fit)(replace(request, settings=settings))
    return fitted


def fit_estimator(request: FitRequest) -> Fitted:
    """Fit a classifier with scikit-learn's interface: class weights as a parameter, and perhaps threads.

    RUSBoost raises an error if its first tree is not better than chance, which is common with a weak signal. A constant
    score, the prevalence, then replaces it, so that a single candidate does not stop the comparison.
    """
    params = {}
    if "class_weight" in signature(request.spec.load(request.spec.estimator)).parameters:
        per_tree = request.spec.weights_per_tree and request.class_weight == "balanced_subsample"
        params["class_weight"] = request.class_weight if per_tree else request.weights.by_label()
    classifier = request.build(**params)
    has_threads = "n_jobs" in classifier.get_params()
    if has_threads and request.n_jobs > 1:
        classifier.set_params(n_jobs=request.n_jobs)
    sample_weight = {} if request.sample_weight is None else {"sample_weight": request.sample_weight}
    if sample_weight and "sample_weight" not in signature(classifier.fit).parameters:
        raise ValueError("cannot use the weights of data.weight; leave it out, or set data.weight to null")
    try:
        classifier.fit(request.X, request.y, **sample_weight)
    except ValueError as error:
        if "worse than random" not in str(error):
            raise
        constant = DummyClassifier(strategy="prior").fit(request.X, request.y, **sample_weight)
        return Fitted(constant, request.weights, used_fallback=True)
    if has_threads:
        classifier.set_params(n_jobs=1)  # threads add the scores of trees in any order, which changes the last digits
    return Fitted(classifier, request.weights)
