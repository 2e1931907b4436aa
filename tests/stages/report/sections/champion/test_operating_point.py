import pytest
from ruamel.yaml import YAML

from stages.evaluate.params import ThresholdParams
from stages.report.rendering.blocks import Panel, Paragraph
from stages.report.sections.champion.operating_point import (
    compute_rates,
    make_section,
    select_initial_candidates,
    write_policy,
)
from tests.stages.report.made.factory import Treatment
from tests.stages.report.made.helpers import make_context

SMOTE = Treatment("smote", sampler="SMOTENC")
WEIGHTS = Treatment("class_weight", class_weight="balanced")


def to_names(candidates):
    return [str(item) for item in candidates]


def make_panel(*treatments):
    explained, panel = make_section(make_context(*treatments)).blocks
    assert isinstance(explained, Paragraph)
    assert isinstance(panel, Panel)
    return panel


def test_charts_begin_with_doing_nothing_smote_and_the_champion():
    assert to_names(select_initial_candidates(make_context(WEIGHTS, SMOTE))) == [
        "baseline × random_forest",
        "smote × random_forest",
    ]
    better = Treatment("class_weight", class_weight="balanced", cv=0.9)
    assert to_names(select_initial_candidates(make_context(better, SMOTE)))[1:] == [
        "smote × random_forest",
        f"{better.name} × random_forest",
    ]


def test_without_smote_the_champion_or_another_row_is_second():
    better = Treatment("class_weight", class_weight="balanced", cv=0.9)
    assert to_names(select_initial_candidates(make_context(better)))[1] == "class_weight × random_forest"
    assert to_names(select_initial_candidates(make_context(WEIGHTS)))[1] == "class_weight × random_forest"
    assert to_names(select_initial_candidates(make_context())) == ["baseline × random_forest"]


def test_the_champion_comes_first_and_one_candidate_is_alone():
    better = Treatment("class_weight", class_weight="balanced", cv=0.9)
    views = make_panel(better, SMOTE).values["views"]
    assert [view["name"] for view in views] == ["class_weight × random_forest", "baseline × random_forest"]
    assert len(make_panel().values["views"]) == 1


def test_rates_follow_the_prevalence():
    counts = {"tp": 30, "fp": 75, "fn": 10, "tn": 675}
    rates = compute_rates(counts, 0.2)
    assert rates == pytest.approx({
        "tp": 0.15, "fn": 0.05, "fp": 0.08, "tn": 0.72, "recall": 0.75, "precision": 0.15 / 0.23, "alarms": 0.23,
        "cost": 0.58,
    })  # fmt: skip
    assert compute_rates({"tp": 0, "fp": 0, "fn": 10, "tn": 90}, 0.1)["precision"] == 0


def test_the_initial_counts_are_those_of_the_leaderboard():
    panel = make_panel(SMOTE)
    view = panel.values["views"][0]
    assert view["cells"] == {"tp": ("38", "30"), "fn": ("12.7", "10"), "fp": ("12.7", "10"), "tn": ("937", "740")}
    assert view["rates"]["threshold"] == "0.190, tuned"
    assert view["rates"]["alarms per 1,000 rows"] == "50.6"  # 40 of 790
    assert view["rates"]["cost per 1,000 rows, in false alarms"] == "139 if a miss costs 10"  # 110 of 790 rows
    assert panel.values["classes"] == ["diagnosis = hypothyroid", "diagnosis = negative"]
    assert panel.charts[0].signals == {"x0": 0.75, "y0": 0.75, "x1": 0.75, "y1": 0.75}


def test_the_curve_at_the_prevalence_of_the_test_rows_is_the_curve_of_the_file():
    chart = make_panel(SMOTE).charts[0]
    assert chart.columns["y"][:3] == [1.0, 0.995, 0.99]
    assert (chart.columns["x"][50], chart.columns["series"][50], chart.columns["series"][-1]) == (0.5, "0", "1")


def test_the_script_has_counts_and_no_rows():
    panel = make_panel(SMOTE)
    assert (panel.data["positives"], panel.data["negatives"]) == (40, 750)
    entry = panel.data["candidates"][0]
    assert list(entry) == ["name", "threshold", "tuned", "tp", "fp"]
    assert (len(entry["tp"]), entry["tp"][0], entry["fp"][10]) == (101, 40, 550)


@pytest.mark.parametrize(
    "threshold",
    [
        {"policy": "f1"}, {"policy": "f_beta", "beta": 2}, {"policy": "cost"}, {"policy": "top_share", "share": 0.02},
        {"policy": "min_recall", "recall": 0.95, "promise": 0.9},
    ],
)  # fmt: skip
def test_the_policy_in_effect_is_written_as_params(threshold):
    params = ThresholdParams.model_validate(threshold)
    text = write_policy(params.policy, params.policy_param, params.promise)
    assert ThresholdParams.model_validate(YAML().load(text)["evaluate"]["threshold"]) == params


def test_markdown_has_a_table_of_both():
    (table,) = make_panel(SMOTE).fallback
    assert [row[0] for row in table.rows] == ["baseline × random_forest", "smote × random_forest"]
    assert table.rows[0][1:6] == ["0.190", "30", "10", "10", "740"]
    assert len(make_panel().fallback[0].rows) == 1  # one candidate is not compared with itself
