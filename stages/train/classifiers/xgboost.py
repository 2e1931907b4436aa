"""XGBoost: rows binned once for several fits, the curve of its boosting rounds, and scores of its first trees.

Binning takes a tenth of a fit of 300 rounds. A boosting round depends only on earlier rounds. So a single fit with the
largest n_estimators of a grid serves them all.
"""

from operator import index
from typing import Any

import numpy as np
from xgboost import Booster, DMatrix, QuantileDMatrix, XGBClassifier, train
from xgboost.callback import TrainingCallback

from stages.shared.classifiers import Settings
from stages.shared.storage.arrow import Floats, Ints
from stages.train.classifiers.class_weights import ClassWeights, compute_row_weights, scale_pos_weight
from stages.train.classifiers.fitting import EpochMetrics, Features, FitRequest, Fitted, make_epoch

#: XGBoost's tree methods that read bins; the others read the values
_BINNED_METHODS = (None, "auto", "hist")

#: points of a curve; more are not visible
_MAX_POINTS = 60


def fit_xgboost(request: FitRequest) -> Fitted:
    """Fit XGBoost; compute its curve, with at most 60 points, if there is an `eval_set`.

    The number of rounds is fixed, so scoring the `eval_set` does not change the model. Losses are log losses without
    weights, for any `eval_metric`.
    """
    ratio, weights = split_weights(request.class_weight, request.weights)
    classifier: XGBClassifier = request.build(scale_pos_weight=ratio, n_jobs=request.n_jobs)
    sample_weight = compute_row_weights(weights, request.y, request.sample_weight)
    bins = {} if request.bins is None else request.bins
    matrix = bins.setdefault(weights, CachedDMatrix(request.X, request.y, sample_weight)).matrix(classifier)
    curve: list[EpochMetrics] = []
    if request.eval_set is None:
        _fit_on_matrix(classifier, matrix)
    else:
        # with weights, the curve needs an unweighted matrix: XGBoost would weight the losses
        unweighted = matrix if sample_weight is None else _make_matrix(classifier, (request.X, request.y), matrix)
        validation = _make_matrix(classifier, request.eval_set, matrix)
        callback = _CurveCallback(unweighted, validation, classifier.get_num_boosting_rounds())
        _fit_on_matrix(classifier, matrix, [callback], eval_metric=["logloss", "error"])
        curve = callback.curve
    return Fitted(classifier, ClassWeights(weights.negative, weights.positive * ratio), curve)


def split_weights(class_weight: Any, weights: ClassWeights) -> tuple[float, ClassWeights]:
    """Return scale_pos_weight and the weights of rows, which together give `weights`.

    scale_pos_weight serves where only the balance of the classes matters. With `prevalence` a row stands for several,
    so the rows are weighted. Sums of gradients and Hessians then estimate those over all rows. So min_child_weight and
    the penalties mean the same as without a sampler. With a scale_pos_weight of 1 / w a positive would count as a
    fraction of a row (docs/decisions/08-calibration.md has the figures).
    """
    if class_weight == "prevalence":
        return 1.0, weights
    return scale_pos_weight(weights), ClassWeights(1.0, 1.0)


class CachedDMatrix:
    """Training rows, perhaps with weights of shape (rows,), binned when they are first needed."""

    def __init__(self, X: Features, y: Ints, weights: Floats | None = None) -> None:
        self._rows, self._weights = (X, y), weights
        self._matrices: dict[Any, DMatrix] = {}

    def matrix(self, classifier: XGBClassifier) -> DMatrix:
        """Return the matrix that `classifier.fit` would make of the rows; it is made once for each number of bins."""
        key = _count_bins(classifier)
        if key not in self._matrices:
            self._matrices[key] = _make_matrix(classifier, self._rows, weights=self._weights)
        return self._matrices[key]


def can_truncate(settings: Settings) -> bool:
    """Return whether an XGBoost model with `settings` contains every model with fewer trees.

    False for the booster `dart`, which changes the weights of earlier trees. False also if n_estimators is missing or
    not a positive number, because the library must refuse these settings.
    """
    size = settings.get("n_estimators")
    return type(size) is int and size > 0 and settings.get("booster", "gbtree") == "gbtree"


def truncated_scores(fitted: Any, n_estimators: int, X: Features) -> Floats:
    """Return the scores of the positive class, shape (rows,), by the first `n_estimators` trees of a fitted XGBoost.

    They equal the scores of a model fitted with that many trees, to the last bit, if `can_truncate` allows it.
    Raises ValueError if the fitted model has fewer trees.
    """
    if not 0 < n_estimators <= fitted.n_estimators:
        raise ValueError(f"{n_estimators} trees of {fitted.n_estimators} fitted ones")
    return np.asarray(fitted.predict_proba(X, iteration_range=(0, n_estimators))[:, 1], dtype=np.float64)


def _fit_on_matrix(
    classifier: XGBClassifier, matrix: DMatrix, callbacks: list[TrainingCallback] | None = None, **params: Any
) -> None:
    """Fit in place on `matrix`: the model that `classifier.fit` gives, to the byte of its file.

    `params` hold only during the fit, such as `eval_metric`; the file then names them.
    """
    requested = classifier.get_params()
    settings = {**classifier.get_xgb_params(), **params}
    booster = train(settings, matrix, classifier.get_num_boosting_rounds(), callbacks=callbacks, verbose_eval=False)
    classifier.n_classes_ = 2  # as its `fit` does, and before the model: the order of attributes reaches the file
    classifier.load_model(booster.save_raw())
    classifier.get_booster().load_config(booster.save_config())
    classifier.set_params(**requested)  # load_model sets parameters that were left open


def _count_bins(classifier: XGBClassifier) -> Any:
    """Return the number of bins, or `exact` if the rows are not binned."""
    is_binned = classifier.tree_method in _BINNED_METHODS and classifier.booster != "gblinear"
    return classifier.max_bin if is_binned else "exact"


def _make_matrix(
    classifier: XGBClassifier,
    rows: tuple[Features, Ints],
    reference: DMatrix | None = None,
    weights: Floats | None = None,
) -> DMatrix:
    """Return rows as XGBoost reads them, in the bins of `reference` if there is one."""
    bins = _count_bins(classifier)
    content = {"data": rows[0], "label": rows[1], "weight": weights, "nthread": classifier.n_jobs}
    if bins == "exact":
        return DMatrix(**content, missing=classifier.missing)
    return QuantileDMatrix(**content, missing=classifier.missing, max_bin=bins, ref=reference)


class _CurveCallback(TrainingCallback):
    """Measure the rounds of the curve. XGBoost's own `eval_set` measures every round, which takes longer."""

    def __init__(self, training: DMatrix, validation: DMatrix, n_rounds: int) -> None:
        self._parts = [(training, "training"), (validation, "validation")]
        points = np.linspace(1, index(n_rounds), min(n_rounds, _MAX_POINTS))
        self._rounds = set(points.round().astype(int).tolist())
        self.curve: list[EpochMetrics] = []

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        """Return False: the training never stops early."""
        if epoch + 1 in self._rounds:
            self.curve.append(_measure(model, epoch, self._parts))
        return False


def _measure(booster: Booster, epoch: int, parts: list[tuple[DMatrix, str]]) -> EpochMetrics:
    # XGBoost returns text: a label, then loss and error of each part as name:value
    _, *values = booster.eval_set(parts, epoch).split()
    train_loss, train_error, validation_loss, validation_error = (float(value.rpartition(":")[2]) for value in values)
    return make_epoch(epoch + 1, (train_loss, 1 - train_error), (validation_loss, 1 - validation_error))
