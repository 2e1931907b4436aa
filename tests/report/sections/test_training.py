import pytest

from stages.report.rendering.blocks import Charts, Details
from stages.report.sections.training import course, section, select_epochs
from stages.shared.schemas.trace import Epoch
from tests.report.context import make_context
from tests.report.factory import Treatment

MLP = ("random_forest", "mlp")


@pytest.mark.parametrize(
    ("last", "shown"),
    [(1, [0]), (2, [0, 1]), (3, [0, 1, 2]), (5, [0, 1, 2, 3, 4]), (61, [0, 15, 30, 45, 60])],
)
def test_the_first_and_last_epoch_are_shown(last, shown):
    assert select_epochs(last, 5) == shown


def test_a_course_is_the_mean_over_the_folds():
    def epoch(number, loss):
        return Epoch(
            fold=0,
            epoch=number,
            train_loss=loss,
            train_accuracy=0.5,
            validation_loss=2 * loss,
            validation_accuracy=0.25,
        )

    found = course([epoch(1, 1.0), epoch(7, 0.5), epoch(1, 3.0), epoch(7, 1.5)])
    assert found.epochs == [1, 7]  # rounds may be thinned
    assert found.train_loss == [2.0, 1.0]
    assert found.validation_loss == [4.0, 2.0]
    assert found.validation_accuracy == [0.25, 0.25]


def test_a_chart_says_in_words_what_it_draws_and_has_a_table_beside_it():
    _, charts, numbers = section(make_context(baseline=Treatment("baseline", classifiers=MLP, cv=0.82))).blocks
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


def test_without_epochs_it_says_so():
    (paragraph,) = section(make_context()).blocks
    assert paragraph.text == "No classifier here is trained in epochs or rounds."
