from stages.report.rendering.blocks import Charts, Panel
from stages.report.sections.sampling_ratio import find_sweeps, make_ratio_table, make_section
from stages.shared.schemas.tuning import Tuning
from tests.stages.report.made.factory import Treatment
from tests.stages.report.made.helpers import make_context
from tests.stages.report.made.runs import tuning_json

SMOTE = Treatment("smote", sampler="SMOTE")


def make_tunings(**changes):
    return {"smote": {"random_forest": Tuning.model_validate(tuning_json(**changes))}}


def test_without_tuning_the_section_is_empty():
    assert make_section(make_context(SMOTE)).blocks == []


def test_a_sweep_needs_two_numeric_ratios():
    assert find_sweeps(make_tunings(ratios=(0.5,))) == []
    assert find_sweeps(make_tunings(ratios=("auto", "minority"))) == []
    assert len(find_sweeps(make_tunings(ratios=("auto", 0.5, 1)))) == 1


def test_a_sweep_has_a_line_per_setting_over_rising_ratios():
    (sweep,) = find_sweeps(make_tunings(ratios=(1.0, 0.25)))
    assert sweep.ratios == [0.25, 1.0]
    assert sweep.lines == ["k_neighbors = 3", "k_neighbors = 5"]
    assert [value.mean for value in sweep.metrics["average_precision"][1]] == [0.79, 0.81]


def test_the_best_setting_of_the_classifier_is_shown():
    content = tuning_json(ratios=(0.5, 1.0), neighbors=(5,))
    better = {**content["results"][0], "classifier": {"C": 0.1}, "metrics": {
        **content["results"][0]["metrics"], "average_precision": {"mean": 0.95, "sd": 0.01},
    }}  # fmt: skip
    content["results"].append(better)
    (sweep,) = find_sweeps({"smote": {"lr": Tuning.model_validate(content)}})
    assert [value.mean for value in sweep.metrics["average_precision"][0]] == [0.95, 0.79]


def test_a_gap_in_the_grid_is_not_tried():
    content = tuning_json()
    del content["results"][0]
    (sweep,) = find_sweeps({"smote": {"lr": Tuning.model_validate(content)}})
    assert make_ratio_table(sweep, 0).rows[0] == ["average precision", "not tried", "0.810 ± 0.020"]


def test_the_section_has_a_chart_per_metric_with_its_band():
    blocks = make_section(make_context(SMOTE, tunings={"smote": {"random_forest": tuning_json()}})).blocks
    panel = next(block for block in blocks if isinstance(block, Panel))
    charts = next(block for block in blocks if isinstance(block, Charts))
    assert [chart.key for chart in charts.entries] == ["ratio-average_precision", "ratio-brier_score", "ratio-recall"]
    first = charts.entries[0]
    assert (first.columns["low"][0], first.columns["mean"][0], first.columns["high"][0]) == (0.78, 0.8, 0.82)
    assert first.signals == {"ratio": 0.25}
    assert panel.values["sweep"].ratios == [0.25, 0.5, 1.0]
    assert panel.data["sweeps"][0]["metrics"]["recall"][0][2] == [0.8, 0.04]
