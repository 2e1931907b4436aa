import pytest

from stages.report.rendering.blocks import Charts, Details
from stages.report.sections.training import average_folds, make_section, select_evenly
from stages.shared.schemas.trace import Epoch
from tests.report.factory import Treatment
from tests.report.helpers import make_context

MLP = ("random_forest", "mlp")


@pytest.mark.parametrize(
    ("n", "indices"),
    [(1, [0]), (2, [0, 1]), (3, [0, 1, 2]), (5, [0, 1, 2, 3, 4]), (61, [0, 15, 30, 45, 60])],
)
def test_the_first_and_last_index_are_selected(n, indices):
    assert select_evenly(n, 5) == indices


def test_a_curve_is_the_mean_over_the_folds():
    def make_epoch(epoch, loss):
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


def test_a_chart_has_a_description_and_a_table():
    _, charts, numbers = make_section(make_context(baseline=Treatment("baseline", classifiers=MLP, cv=0.82))).blocks
    assert isinstance(charts, Charts)
    (chart,) = charts.entries
    assert chart.description == (
        "Log loss from epoch or round 1 to 60: train from 0.650 to 0.060, validation from 0.750 to 0.062. "
        "Below it the accuracy."
    )
    assert len(chart.columns["epoch"]) == 40
    assert (chart.columns["epoch"][0], chart.columns["epoch"][-1]) == (1, 60)
    assert isinstance(numbers, Details)
    assert numbers.blocks[0].rows[0] == ["baseline", "mlp", "1", "0.650", "0.750", "0.900", "0.800"]


def test_without_epochs_the_section_is_empty():
    assert make_section(make_context()).blocks == []
