"""Logistic regression at its optimum as a scikit-learn estimator, and its fit in the pipeline."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Tags, compute_class_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from stages.shared.classifiers import CONVERGED, Settings
from stages.shared.storage.arrow import Floats
from stages.train.classifiers.class_weights import ClassWeights, count_classes
from stages.train.classifiers.fitting import FitRequest, Fitted, fit_estimator
from stages.train.classifiers.logistic.loss import expit
from stages.train.classifiers.logistic.path import WeightedRows, fit_paths


class NewtonLogisticRegression(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Binary logistic regression with an L2 penalty, solved until only rounding is left.

    The loss and the parameters are those of scikit-learn's LogisticRegression, which stops at a tolerance. With its
    default an average precision may differ by a few thousandths from that of the optimum. The result does not depend on
    `n_jobs`.

    >>> NewtonLogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]).predict([[0.5], [2.5]]).tolist()
    [0, 1]
    """

    def __init__(
        self,
        C: float = 1.0,
        *,
        fit_intercept: bool = True,
        max_iter: int = 100,
        class_weight: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.C, self.fit_intercept, self.max_iter = C, fit_intercept, max_iter
        self.class_weight, self.n_jobs = class_weight, n_jobs

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "NewtonLogisticRegression":
        """Fit on `X`, shape (rows, columns), and two classes `y`. Warns if max_iter steps are too few.

        `sample_weight`, shape (rows,), multiplies the class weights.
        """
        X, y = validate_data(self, X, y, dtype=(np.float64, np.float32))
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) > 2:
            raise ValueError(f"Only binary classification is supported. The type of the target is {type_of_target(y)}.")
        if len(self.classes_) < 2:
            raise ValueError(f"y must contain two classes; found one class, {self.classes_[0]!r}")
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
            if not all(count_classes(codes, sample_weight)):
                raise ValueError("y must contain two classes; the rows of one class have no weight")
        by_class = compute_class_weight(self.class_weight, classes=self.classes_, y=y, sample_weight=sample_weight)
        weights, threads = ClassWeights(*by_class.tolist()), self.n_jobs or 1
        rows = WeightedRows(X, codes, weights, sample_weight)
        (path,) = fit_paths([rows], [self.C], None, self.fit_intercept, self.max_iter, threads)
        self.coef_, self.intercept_ = path.coefficients[[0]], path.intercepts[[0]]
        self.n_iter_ = np.array([path.steps], dtype=np.int32)
        return self

    def decision_function(self, X: Any) -> Floats:
        """Return the log odds of the second class, shape (rows,)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=(np.float64, np.float32), reset=False)
        return np.asarray(X @ self.coef_[0] + self.intercept_[0])

    def predict_proba(self, X: Any) -> Floats:
        """Return the probabilities of both classes, shape (rows, 2)."""
        positive = expit(self.decision_function(X).astype(np.float64), np.zeros(1))
        return np.column_stack([1 - positive, positive])

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the more probable class of each row, shape (rows,)."""
        above = self.decision_function(X) > 0
        return np.asarray(self.classes_[above.astype(int)])

    def to_sklearn(self, **params: Any) -> LogisticRegression:
        """Return the same model as a fitted LogisticRegression with `params`, a type that any reader can load."""
        model = LogisticRegression(
            C=self.C,
            fit_intercept=self.fit_intercept,
            max_iter=self.max_iter,
            class_weight=self.class_weight,
            solver="newton-cholesky",
            **params,
        )
        model.classes_, model.coef_, model.intercept_ = self.classes_, self.coef_, self.intercept_
        model.n_iter_, model.n_features_in_ = self.n_iter_, self.n_features_in_
        return model

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


def fit_logistic_regression(request: FitRequest) -> Fitted:
    """Fit logistic regression to its optimum, or with the solver of scikit-learn that params.yaml names."""
    if not is_converged(request.settings):
        return fit_estimator(request)
    settings = {key: value for key, value in request.settings.items() if key != "solver"}
    class_weight = request.weights.by_label()
    model = NewtonLogisticRegression(**settings, class_weight=class_weight, n_jobs=request.n_jobs)
    model.fit(request.X, request.y, request.sample_weight)
    return Fitted(model.to_sklearn(random_state=request.random_state), request.weights)


def is_converged(settings: Settings) -> bool:
    """Return whether logistic regression with these settings goes to its optimum."""
    return bool(settings.get("solver", CONVERGED) == CONVERGED)
