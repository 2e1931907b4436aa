"""The multi-layer perceptron, trained epoch by epoch with its training curve."""

import numpy as np
from sklearn.neural_network import MLPClassifier

from stages.shared.storage.arrow import Ints
from stages.train.classifiers.class_weights import compute_row_weights
from stages.train.classifiers.fitting import EpochMetrics, Features, FitRequest, Fitted, make_epoch


def fit_mlp(request: FitRequest) -> Fitted:
    """Fit a perceptron for max_iter epochs; compute its curve if there is an `eval_set`.

    The number of epochs is fixed, so scoring the `eval_set` does not change the model.
    """
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in request.settings.items()}
    mlp = MLPClassifier(**settings, random_state=request.random_state)
    return Fitted(mlp, request.weights, _train(mlp, request))


def _train(mlp: MLPClassifier, request: FitRequest) -> list[EpochMetrics]:
    X, y, curve = request.X, request.y, list[EpochMetrics]()
    sample_weight = compute_row_weights(request.weights, y, request.sample_weight)
    if isinstance(mlp.batch_size, int):
        mlp.batch_size = min(mlp.batch_size, len(X))  # as scikit-learn does, but without a warning in each epoch
    # each partial_fit starts with check_random_state: a number would draw the same batches in every epoch
    seed, mlp.random_state = mlp.random_state, np.random.RandomState(mlp.random_state)
    for epoch in range(1, mlp.max_iter + 1):
        mlp.partial_fit(X, y, classes=[0, 1], sample_weight=sample_weight)
        if request.eval_set is not None:
            curve.append(make_epoch(epoch, _measure(mlp, X, y), _measure(mlp, *request.eval_set)))
    mlp.random_state = seed
    # the optimizer and the random generator are not part of the model; without them its file is half as large
    del mlp._optimizer, mlp._random_state
    return curve


def _measure(mlp: MLPClassifier, X: Features, y: Ints) -> tuple[float, float]:
    """Return scikit-learn's log_loss and accuracy_score, whose input checks would take most of the time."""
    scores = mlp.predict_proba(X)[:, 1]
    epsilon = np.finfo(scores.dtype).eps
    likelihood = np.clip(np.where(y == 1, scores, 1 - scores), epsilon, 1 - epsilon)
    return float(-np.log(likelihood).mean()), float(np.mean((scores >= 0.5) == y))
