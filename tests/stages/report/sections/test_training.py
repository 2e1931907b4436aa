from stages.report.rendering.blocks import Charts, Details
from stages.report.sections.training import make_section
from tests.stages.report.made.factory import Treatment
from tests.stages.report.made.helpers import make_context

MLP = ("random_forest", "mlp")


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
