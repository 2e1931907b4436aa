import pytest

from stages.report.records import Epoch
from stages.report.training import course, some_epochs


@pytest.mark.parametrize(
    ("last", "shown"),
    [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (5, [1, 2, 3, 4, 5]), (61, [1, 16, 31, 46, 61])],
)
def test_the_first_and_last_epoch_are_shown(last, shown):
    assert some_epochs(last) == shown


def test_a_course_is_the_mean_over_the_folds():
    def epoch(number, loss):
        return Epoch(
            epoch=number, train_loss=loss, train_accuracy=0.5, validation_loss=2 * loss, validation_accuracy=0.25
        )

    found = course([epoch(1, 1.0), epoch(2, 0.5), epoch(1, 3.0), epoch(2, 1.5)])
    assert found.train_loss == [2.0, 1.0]
    assert found.validation_loss == [4.0, 2.0]
    assert found.validation_accuracy == [0.25, 0.25]
