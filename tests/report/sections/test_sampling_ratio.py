from stages.report.rendering.blocks import Charts, Panel
from stages.report.sections.parameter_sweeps import find_sweeps
from stages.report.sections.sampling_ratio import HOW, make_ratio_table, section
from stages.shared.schemas.tuning import Tuning
from tests.report.context import make_context
from tests.report.factory import Treatment, tuning_json

SMOTE = Treatment("smote", sampler="SMOTE")


def tuned(**changes):
    return {"smote": {"random_forest": Tuning.model_validate(tuning_json(**changes))}}


def test_without_tuning_it_says_how_to_get_it():
    (paragraph,) = section(make_context(SMOTE)).blocks
    assert paragraph.text == HOW


def test_one_ratio_or_a_word_is_no_sweep():
    assert find_sweeps(tuned(ratios=(0.5,))) == []
    assert find_sweeps(tuned(ratios=("auto", "minority"))) == []
    assert len(find_sweeps(tuned(ratios=("auto", 0.5, 1)))) == 1


def test_a_line_for_each_setting_over_rising_ratios():
    (found,) = find_sweeps(tuned(ratios=(1.0, 0.25)))
    assert found.ratios == [0.25, 1.0]
    assert found.lines == ["k_neighbors = 3", "k_neighbors = 5"]
    assert [spread.mean for spread in found.metrics["average_precision"][1]] == [0.79, 0.81]


def test_of_several_settings_of_the_classifier_the_best_is_drawn():
    content = tuning_json(ratios=(0.5, 1.0), neighbours=(5,))
    better = {**content["results"][0], "classifier": {"C": 0.1}, "metrics": {
        **content["results"][0]["metrics"], "average_precision": {"mean": 0.95, "sd": 0.01},
    }}  # fmt: skip
    content["results"].append(better)
    (found,) = find_sweeps({"smote": {"lr": Tuning.model_validate(content)}})
    assert [spread.mean for spread in found.metrics["average_precision"][0]] == [0.95, 0.79]


def test_a_gap_in_the_grid_is_said():
    content = tuning_json()
    del content["results"][0]
    (found,) = find_sweeps({"smote": {"lr": Tuning.model_validate(content)}})
    assert make_ratio_table(found, 0).rows[0] == ["average precision", "not tried", "0.810 ± 0.020"]


def test_the_section_has_a_chart_a_metric_with_its_band():
    blocks = section(make_context(SMOTE, tunings={"smote": {"random_forest": tuning_json()}})).blocks
    panel = next(block for block in blocks if isinstance(block, Panel))
    charts = next(block for block in blocks if isinstance(block, Charts))
    assert [chart.key for chart in charts.entries] == ["ratio-average_precision", "ratio-brier_score", "ratio-recall"]
    first = charts.entries[0]
    assert (first.columns["low"][0], first.columns["mean"][0], first.columns["high"][0]) == (0.78, 0.8, 0.82)
    assert first.signals == {"ratio": 0.25}
    assert panel.values["ratios"] == [0.25, 0.5, 1.0]
    assert panel.data["sweeps"][0]["metrics"]["recall"][0][2] == [0.8, 0.04]
