"""The curve of the multi-layer perceptron has a point per epoch and does not change the model."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import log_loss

from stages.shared.storage.parquet import Table
from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.fitting import Fitted
from stages.train.params import TrainParams
from stages.train.strategy.cross_validation import fit_strategy
from tests.stages.train.classifiers.helpers import fit_classifier

RANDOM = np.random.RandomState(0)
Y = np.repeat([0, 1], [60, 20])
#: classes that lie far apart
X, X_VALIDATION = (RANDOM.normal(size=(80, 2)) + 4 * Y[:, None] for _ in range(2))
VALIDATION = (X_VALIDATION, Y)


def fit(epochs: int, settings: dict[str, Any] | None = None, **request: Any) -> Fitted:
    given = {"hidden_layer_sizes": [4], "max_iter": epochs, "learning_rate_init": 0.05, **(settings or {})}
    return fit_classifier("mlp", given, X, Y, **request)


def test_the_loss_falls_on_an_easy_set() -> None:
    curve = fit(30, eval_set=VALIDATION).curve
    assert [point["epoch"] for point in curve] == list(range(1, 31))
    assert np.isfinite([list(point.values()) for point in curve]).all()
    for part in ("train", "validation"):
        losses = [point[f"{part}_loss"] for point in curve]  # type: ignore[literal-required]
        assert losses[-1] < losses[0] / 3
        assert curve[-1][f"{part}_accuracy"] > 0.98  # type: ignore[literal-required]


def test_a_point_is_the_state_after_its_epoch() -> None:
    fitted = fit(1, eval_set=VALIDATION)
    (point,) = fitted.curve
    scores = fitted.scores(X_VALIDATION)
    assert point["train_loss"] == pytest.approx(log_loss(Y, fitted.scores(X)))
    assert point["validation_loss"] == pytest.approx(log_loss(Y, scores))
    assert point["validation_accuracy"] == ((scores >= 0.5) == Y).mean()
    assert fit(3, eval_set=VALIDATION).curve[0] == point


def test_the_validation_part_does_not_change_the_model() -> None:
    watched, alone = fit(5, eval_set=VALIDATION), fit(5)
    assert (len(watched.curve), len(alone.curve)) == (5, 0)
    for one, other in zip(watched.classifier.coefs_, alone.classifier.coefs_, strict=True):
        assert np.array_equal(one, other)


def test_weights_raise_the_scores_of_their_class() -> None:
    plain, even, heavy = (fit(3, weights=ClassWeights(1.0, weight)) for weight in (1.0, 1.0 + 1e-12, 5.0))
    assert np.allclose(plain.classifier.coefs_[0], even.classifier.coefs_[0])
    assert heavy.scores(X).mean() > plain.scores(X).mean()


def test_a_batch_larger_than_the_fold_is_the_fold() -> None:
    """Without a warning per epoch: here warnings are errors."""
    large, whole = (fit(3, {"batch_size": size}) for size in (1000, 80))
    assert np.array_equal(large.classifier.coefs_[0], whole.classifier.coefs_[0])


def test_only_the_mlp_has_a_curve_in_every_fold(
    make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    params = make_params({"sampler": "SMOTE"}, ["logistic_regression", "mlp"], n_splits=3)
    result = fit_strategy(make_table(), "tried", params, lambda _: None)
    assert [list(curves) for curves in result.curves] == [["mlp"]] * 3
    assert [len(curves["mlp"]) for curves in result.curves] == [3] * 3  # max_iter is 3
    for curves, fold in zip(result.curves, result.folds, strict=True):
        inside = np.isin(np.concatenate([fold.validation for fold in result.folds]), fold.validation)
        scores, y = result.oof["mlp"][inside], make_table().target[fold.validation]
        assert curves["mlp"][-1]["validation_loss"] == pytest.approx(log_loss(y, scores, labels=[0, 1]))


def test_every_epoch_draws_other_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a number as random_state, partial_fit would shuffle in the same way every time."""
    orders = []

    def record(X: Any, *_: Any, random_state: np.random.RandomState) -> Any:
        orders.append(random_state.permutation(len(X)).tolist())
        return orders[-1]

    monkeypatch.setattr("sklearn.neural_network._multilayer_perceptron.shuffle", record)
    mlp = fit(3, {"batch_size": 40}).classifier
    assert len(orders) == 3
    assert orders[0] != orders[1] != orders[2]
    assert mlp.random_state == 0
