from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from stages.report.rendering.blocks import Chart, Charts, Panel
from stages.report.sections.candidate_comparison import classifier_numbers, first_shown, section
from stages.report.sections.overlays import histogram
from tests.report.context import make_context
from tests.report.factory import Treatment

SMOTE = Treatment("smote", sampler="SMOTENC", classifiers=("random_forest", "mlp"))
WEIGHTS = Treatment("class_weight", class_weight="balanced", cv=0.9)


def charts_of(*treatments):
    blocks = section(make_context(*treatments)).blocks
    return {chart.key: chart for block in blocks if isinstance(block, Charts) for chart in block.entries}


def test_shown_are_the_reference_smote_and_the_champion():
    assert [item.strategy for item in first_shown(make_context(SMOTE, WEIGHTS))] == [
        "baseline",
        "smote",
        "class_weight",
    ]


def test_every_candidate_can_be_drawn():
    panel = next(block for block in section(make_context(SMOTE, WEIGHTS)).blocks if isinstance(block, Panel))
    assert len(panel.data["overlays"]) == len(panel.data["metrics"]["recall"]) == 4
    assert len(panel.data["overlays"]["smote × mlp"]["recall"]) == 101


def test_curves_are_columns_with_a_number_for_each_line():
    roc: Chart = charts_of(SMOTE)["chart-roc"]
    assert roc.columns["x"][:3] == [0.0, 0.01, 0.02]
    assert (roc.columns["y"][25], roc.columns["series"][25], roc.columns["series"][-1]) == (0.5, "0", "1")
    assert set(charts_of(SMOTE)["chart-precision-recall"].columns["prevalence"]) == {round(40 / 790, 6)}


def test_empty_bins_are_not_drawn():
    calibration = charts_of(SMOTE)["chart-calibration"]
    assert calibration.columns["x"][:4] == pytest.approx([0.05, 0.15, 0.25, 0.45])


def test_a_histogram_counts_every_row_once():
    at_least = [10] * 5 + [7] * 5 + [0] * 91  # three rows below 0.05, seven from there to 0.1
    assert histogram(at_least, 10) == [3, 7, *[0] * 18]
    assert histogram([10] * 101, 10)[-1] == 10  # a score of 1 is in the last one


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=60))
def test_a_histogram_is_whole(scores):
    at_least = [sum(score >= place for score in scores) for place in range(101)]
    found = histogram(at_least, len(scores))
    assert (len(found), sum(found)) == (20, len(scores))
    assert found[0] == sum(score < 5 for score in scores)


def test_the_ninth_classifier_begins_the_colours_again():
    many = Treatment("many", classifiers=tuple(f"c{place}" for place in range(8)), cv=0.5)
    assert classifier_numbers(make_context(many).leaderboard.candidates)["c7"] == 0
