from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from stages.report.rendering.blocks import Chart, Charts, Panel
from stages.report.sections.candidate_comparison import compute_histogram, make_section, style_classifiers
from tests.stages.report.made.factory import Treatment
from tests.stages.report.made.helpers import make_context

SMOTE = Treatment("smote", sampler="SMOTENC", classifiers=("random_forest", "mlp"))
WEIGHTS = Treatment("class_weight", class_weight="balanced", cv=0.9)


def make_charts(*treatments):
    blocks = make_section(make_context(*treatments)).blocks
    return {chart.key: chart for block in blocks if isinstance(block, Charts) for chart in block.entries}


def test_the_script_has_the_data_of_every_candidate():
    panel = next(block for block in make_section(make_context(SMOTE, WEIGHTS)).blocks if isinstance(block, Panel))
    assert len(panel.data["overlays"]) == len(panel.data["metrics"]["recall"]) == 4
    assert len(panel.data["overlays"]["smote × mlp"]["recall"]) == 101


def test_a_curve_is_a_series_of_points():
    roc: Chart = make_charts(SMOTE)["chart-roc"]
    assert roc.columns["x"][:3] == [0.0, 0.01, 0.02]
    assert (roc.columns["y"][25], roc.columns["series"][25], roc.columns["series"][-1]) == (0.5, "0", "1")
    assert set(make_charts(SMOTE)["chart-precision-recall"].columns["prevalence"]) == {round(40 / 790, 6)}


def test_empty_bins_are_not_shown():
    calibration = make_charts(SMOTE)["chart-calibration"]
    assert calibration.columns["x"][:4] == pytest.approx([0.05, 0.15, 0.25, 0.45])


def test_a_histogram_of_counts():
    at_least = [10] * 5 + [7] * 5 + [0] * 91  # three rows below 0.05, seven from there to 0.1
    assert compute_histogram(at_least, 10) == [3, 7, *[0] * 18]
    assert compute_histogram([10] * 101, 10)[-1] == 10  # a score of 1 is in the last one


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=60))
def test_a_histogram_contains_all_rows(scores):
    at_least = [sum(score >= index for score in scores) for index in range(101)]
    counts = compute_histogram(at_least, len(scores))
    assert (len(counts), sum(counts)) == (20, len(scores))
    assert counts[0] == sum(score < 5 for score in scores)


def test_no_two_classifiers_share_color_and_shape():
    many = Treatment("many", classifiers=tuple(f"c{index}" for index in range(20)), cv=0.5)
    styles = style_classifiers(make_context(many).leaderboard.candidates)
    assert len(set(styles.values())) == len(styles) == 21
    assert styles["c8"] == (0, 1)  # the tenth, after that of the baseline
