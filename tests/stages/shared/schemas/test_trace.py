"""Training curves: means over the folds, at some of the epochs."""

import pytest

from stages.shared.schemas.trace import Epoch, average_folds, select_evenly


@pytest.mark.parametrize(
    ("n", "indices"),
    [(1, [0]), (2, [0, 1]), (3, [0, 1, 2]), (5, [0, 1, 2, 3, 4]), (61, [0, 15, 30, 45, 60])],
)
def test_the_first_and_last_index_are_selected(n: int, indices: list[int]) -> None:
    assert select_evenly(n, 5) == indices


def test_a_curve_is_the_mean_over_the_folds() -> None:
    def make_epoch(epoch: int, loss: float) -> Epoch:
        return Epoch(
            fold=0,
            epoch=epoch,
            train_loss=loss,
            train_accuracy=0.5,
            validation_loss=2 * loss,
            validation_accuracy=0.25,
        )

    curve = average_folds([make_epoch(1, 1.0), make_epoch(7, 0.5), make_epoch(1, 3.0), make_epoch(7, 1.5)])
    assert curve.epochs == [1, 7]  # rounds may be thinned
    assert curve.train_loss == [2.0, 1.0]
    assert curve.validation_loss == [4.0, 2.0]
    assert curve.validation_accuracy == [0.25, 0.25]
