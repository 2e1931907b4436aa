import json

from stages.shared.paths import TRAIN
from tools.audit.report.findings import Finding, Inflation, locate_column
from tools.audit.report.render import Audit, to_json, to_lines, to_markdown

FINE = Finding("fine", "params.yaml", "all is well")
ODD = Finding("suspicious", "data/train.parquet", "looks odd", "look again")
WRONG = Finding("wrong", locate_column(TRAIN, "a|b\x1b[2J<i>"), "tells the target", "name it in data.drop")
LEAK = Inflation("smote_before_split", "logistic_regression", "average_precision", 10, 0.7, 0.9, 0.2, 0.15, 0.25)
NOISE = Inflation("smote_before_split", "random_forest", "average_precision", 10, 0.8, 0.801, 0.001, -0.002, 0.004)


def audit(*findings, inflations=(LEAK, NOISE), notes=("A note.",)):
    by_check = {f"check{place}": [finding] for place, finding in enumerate(findings)}
    return Audit({"source": "t.csv"}, 0.95, by_check, list(inflations), list(notes))


def test_the_worst_stands_first():
    assert [finding for _, finding in audit(FINE, WRONG, ODD).worst_first] == [WRONG, ODD, FINE]
    lines = list(to_lines(audit(FINE, WRONG, ODD)))
    assert lines[0] == "Audit of t.csv: 1 wrong, 1 suspicious, 1 fine"
    assert [line.split()[0] for line in lines[2:5]] == ["wrong", "suspicious", "fine"]
    assert lines[3] == "suspicious data/train.parquet: looks odd; look again"


def test_the_table_for_a_terminal():
    lines = list(to_lines(audit(FINE)))
    assert max(map(len, lines)) <= 100
    start = lines.index("SMOTE before the split")
    assert lines[start + 1].split() == [
        "logistic_regression", "AP", "0.700", "0.900", "+0.200", "+0.150", "to", "+0.250", "inflates",
    ]  # fmt: skip
    assert lines[start + 2].endswith("within noise")
    assert lines[-1] == "- A note."


def test_no_cell_of_the_header_steers_a_terminal_or_a_page():
    assert "\x1b" not in "\n".join(to_lines(audit(WRONG)))
    page = to_markdown(audit(WRONG))
    assert "\x1b" not in page
    assert "<i>" not in page
    assert r"a\|b?" in page


def test_without_mistakes_there_is_no_table():
    assert list(to_lines(audit(FINE, inflations=(), notes=()))) == [
        "Audit of t.csv: 0 wrong, 0 suspicious, 1 fine", "", "fine       params.yaml: all is well",
    ]  # fmt: skip
    assert "Common mistakes" not in to_markdown(audit(FINE, inflations=(), notes=()))


def test_json_says_the_same():
    content = json.loads(json.dumps(to_json(audit(FINE, WRONG))))
    assert [(item["severity"], item["check"]) for item in content["findings"]] == [
        ("wrong", "check1"),
        ("fine", "check0"),
    ]
    assert [item["verdict"] for item in content["mistakes"]] == ["inflates", "within noise"]
    assert list(content) == ["source", "confidence", "findings", "mistakes", "notes"]
