import pytest

from stages.report.rendering.blocks import Chart, Charts, Panel
from stages.report.sections.candidate_comparison import make_section, style_classifiers
from tests.report.factory import Treatment
from tests.report.helpers import make_context

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


def test_no_two_classifiers_share_color_and_shape():
    many = Treatment("many", classifiers=tuple(f"c{index}" for index in range(20)), cv=0.5)
    styles = style_classifiers(make_context(many).leaderboard.candidates)
    assert len(set(styles.values())) == len(styles) == 21
    assert styles["c8"] == (0, 1)  # the tenth, after that of the baseline
