"""The curve of the multi-layer perceptron: as many lines as epochs, and watching changes nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from stages.shared.storage.parquet import Table
from stages.train.classifiers.mlp import fit_by_epoch
from stages.train.cross_validation import fit_strategy
from stages.train.params import TrainParams

Data = tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]


@pytest.fixture(scope="module")
def easy() -> tuple[Data, Data]:
    """A training and a validation part whose classes lie far apart."""
    rng = np.random.RandomState(0)
    y = np.repeat([0, 1], [60, 20])
    return (rng.normal(size=(80, 2)) + 4 * y[:, None], y), (rng.normal(size=(80, 2)) + 4 * y[:, None], y)


def mlp(epochs: int, **settings: float) -> MLPClassifier:
    return MLPClassifier((4,), max_iter=epochs, learning_rate_init=0.05, random_state=0, **settings)


def test_the_loss_falls_on_an_easy_set(easy: tuple[Data, Data]) -> None:
    training, validation = easy
    curve = fit_by_epoch(mlp(30), *training, None, validation)
    assert [line["epoch"] for line in curve] == list(range(1, 31))
    assert np.isfinite([list(line.values()) for line in curve]).all()
    for loss, accuracy in (("train_loss", "train_accuracy"), ("validation_loss", "validation_accuracy")):
        losses = [line[loss] for line in curve]  # type: ignore[literal-required]
        assert losses[-1] < losses[0] / 3
        assert curve[-1][accuracy] > 0.98  # type: ignore[literal-required]


def test_a_line_is_the_state_after_its_epoch(easy: tuple[Data, Data]) -> None:
    (X, y), (X_validation, y_validation) = easy
    classifier = mlp(1)
    (line,) = fit_by_epoch(classifier, X, y, None, (X_validation, y_validation))
    scores = classifier.predict_proba(X_validation)[:, 1]
    assert line["train_loss"] == pytest.approx(log_loss(y, classifier.predict_proba(X)[:, 1]))
    assert line["validation_loss"] == pytest.approx(log_loss(y_validation, scores))
    assert line["validation_accuracy"] == ((scores >= 0.5) == y_validation).mean()
    longer = fit_by_epoch(mlp(3), X, y, None, (X_validation, y_validation))
    assert longer[0] == line


def test_watching_a_validation_part_changes_nothing(easy: tuple[Data, Data]) -> None:
    training, validation = easy
    watched, alone = mlp(5), mlp(5)
    assert len(fit_by_epoch(watched, *training, None, validation)) == 5
    assert fit_by_epoch(alone, *training, None, None) == []
    for one, other in zip(watched.coefs_ + watched.intercepts_, alone.coefs_ + alone.intercepts_, strict=True):
        assert np.array_equal(one, other)


def test_rows_without_weights_are_rows_of_weight_one(easy: tuple[Data, Data]) -> None:
    (X, y), _ = easy
    plain, weighted, heavy = mlp(3), mlp(3), mlp(3)
    fit_by_epoch(plain, X, y, None, None)
    fit_by_epoch(weighted, X, y, np.ones(80), None)
    fit_by_epoch(heavy, X, y, np.where(y == 1, 5.0, 1.0), None)
    assert np.allclose(plain.coefs_[0], weighted.coefs_[0])
    assert heavy.predict_proba(X)[:, 1].mean() > plain.predict_proba(X)[:, 1].mean()


def test_a_batch_larger_than_the_fold_is_the_fold(easy: tuple[Data, Data]) -> None:
    """Without a warning an epoch: here warnings are errors."""
    (X, y), _ = easy
    large, whole = mlp(3, batch_size=1000), mlp(3, batch_size=80)
    fit_by_epoch(large, X, y, None, None)
    fit_by_epoch(whole, X, y, None, None)
    assert np.array_equal(large.coefs_[0], whole.coefs_[0])


def test_every_fold_has_its_curve_and_only_the_mlp_has_one(
    make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    params = make_params({"sampler": "SMOTE"}, ["logistic_regression", "mlp"], n_splits=3)
    result = fit_strategy(make_table(), "tried", params, lambda _: None)
    assert [list(record.curves) for record in result.summaries] == [["mlp"]] * 3
    assert [len(record.curves["mlp"]) for record in result.summaries] == [3] * 3  # max_iter is 3
    for record, fold in zip(result.summaries, result.folds, strict=True):
        inside = np.isin(np.concatenate([fold.validation for fold in result.folds]), fold.validation)
        scores, y = result.oof["mlp"][inside], make_table().target[fold.validation]
        assert record.curves["mlp"][-1]["validation_loss"] == pytest.approx(log_loss(y, scores, labels=[0, 1]))


def test_every_epoch_draws_other_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a number as random_state, partial_fit would shuffle in the same way every time."""
    orders = []

    def noted(X: Any, *_: Any, random_state: np.random.RandomState) -> Any:
        orders.append(random_state.permutation(len(X)).tolist())
        return orders[-1]

    monkeypatch.setattr("sklearn.neural_network._multilayer_perceptron.shuffle", noted)
    mlp = MLPClassifier((2,), max_iter=3, batch_size=4, random_state=0)
    fit_by_epoch(mlp, np.arange(8.0).reshape(-1, 1), np.tile([0, 1], 4), None, None)
    assert len(orders) == 3
    assert orders[0] != orders[1] != orders[2]
    assert mlp.random_state == 0
