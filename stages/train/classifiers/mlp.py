"""Trains a multi-layer perceptron epoch by epoch, and keeps the curve of each epoch."""

from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
from sklearn.neural_network import MLPClassifier

Features = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]


class Epoch(TypedDict):
    """One line of a training curve: log loss without weights, and accuracy at 0.5."""

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float


def fit_by_epoch(
    mlp: MLPClassifier, X: Features, y: Target, weights: Features | None, validation: tuple[Features, Target] | None
) -> list[Epoch]:
    """Fits `mlp` in place for max_iter epochs; returns its curve when a validation part is given.

    The number of epochs is fixed, so looking at the validation part changes nothing in the model: the curve is
    for people. `weights` has shape (rows,).
    """
    curve: list[Epoch] = []
    if isinstance(mlp.batch_size, int):
        mlp.batch_size = min(mlp.batch_size, len(X))  # as scikit-learn does, but without a warning an epoch
    # each partial_fit begins with check_random_state: from a number it would draw the same batches in every epoch
    seed, mlp.random_state = mlp.random_state, np.random.RandomState(mlp.random_state)
    for epoch in range(1, mlp.max_iter + 1):
        mlp.partial_fit(X, y, classes=[0, 1], sample_weight=weights)
        if validation is not None:
            curve.append(_measure(mlp, epoch, (X, y), validation))
    mlp.random_state = seed
    # the optimiser and the generator are not part of the model; without them the file is half as large
    del mlp._optimizer, mlp._random_state
    return curve


def _measure(mlp: MLPClassifier, epoch: int, train: tuple[Features, Target], validation: tuple[Any, Any]) -> Epoch:
    numbers = []
    for X, y in (train, validation):
        scores = mlp.predict_proba(X)[:, 1]
        # scikit-learn's log_loss and accuracy_score, whose checks of their input would take most of the time here
        epsilon = np.finfo(scores.dtype).eps
        of_the_truth = np.clip(np.where(y == 1, scores, 1 - scores), epsilon, 1 - epsilon)
        numbers += [float(-np.log(of_the_truth).mean()), float(np.mean((scores >= 0.5) == y))]
    return Epoch(
        epoch=epoch,
        train_loss=numbers[0],
        train_accuracy=numbers[1],
        validation_loss=numbers[2],
        validation_accuracy=numbers[3],
    )
