from stages.report.rendering.blocks import Panel, Paragraph
from stages.report.sections.threshold_explorer import make_section, select_pair
from tests.report.factory import Treatment
from tests.report.helpers import make_context

SMOTE = Treatment("smote", sampler="SMOTENC")
WEIGHTS = Treatment("class_weight", class_weight="balanced")


def to_names(pair):
    return [str(item) for item in pair]


def test_the_pair_is_doing_nothing_and_smote():
    assert to_names(select_pair(make_context(WEIGHTS, SMOTE))) == ["baseline × random_forest", "smote × random_forest"]


def test_without_smote_the_champion_or_another_row_is_second():
    better = Treatment("class_weight", class_weight="balanced", cv=0.9)
    assert to_names(select_pair(make_context(better)))[1] == "class_weight × random_forest"
    assert to_names(select_pair(make_context(WEIGHTS)))[1] == "class_weight × random_forest"
    assert to_names(select_pair(make_context())) == ["baseline × random_forest"] * 2


def test_the_initial_counts_are_those_of_the_leaderboard():
    explained, panel = make_section(make_context(SMOTE)).blocks
    assert isinstance(explained, Paragraph)
    assert isinstance(panel, Panel)
    first = panel.values["views"][0]
    assert first["counts"] == {"tp": 30, "fp": 10, "fn": 10, "tn": 740}
    assert (first["threshold"], first["nearest"]) == ("0.190", 19)
    assert dict(first["rates"])["cost"] == "110"  # ten misses of 10, ten false positives of 1
    assert dict(first["rates"])["predicted positive"] == "5.06 %"  # 40 of 790


def test_the_script_has_counts_and_no_rows():
    panel = make_section(make_context(SMOTE)).blocks[1]
    assert (panel.data["positives"], panel.data["negatives"]) == (40, 750)
    entry = panel.data["candidates"][0]
    assert list(entry) == ["name", "threshold", "tuned", "tp", "fp"]
    assert (len(entry["tp"]), entry["tp"][0], entry["fp"][10]) == (101, 40, 550)


def test_markdown_has_a_table_of_both():
    (table,) = make_section(make_context(SMOTE)).blocks[1].fallback
    assert [row[0] for row in table.rows] == ["baseline × random_forest", "smote × random_forest"]
    assert table.rows[0][1:6] == ["0.190", "30", "10", "10", "740"]
    assert (
        len(make_section(make_context()).blocks[1].fallback[0].rows) == 1
    )  # one candidate is not compared with itself
