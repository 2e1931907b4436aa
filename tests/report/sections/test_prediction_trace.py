from dataclasses import dataclass, field, replace

from stages.report.build import build
from stages.report.rendering.blocks import Charts, Details, Facts, Page
from stages.report.rendering.html import to_html
from stages.report.sections.prediction_trace import section
from tests.report.findings import findings_of
from tests.report.rendering.test_html import Balance


@dataclass(frozen=True)
class Trace:
    raw: list = field(default_factory=lambda: [("age", "54"), ("<script>|", "F")])
    encoded: list = field(default_factory=lambda: [("age", 0.1), ("<script>|_F", 1.0)])
    kind: str = "contributions"
    parts: list = field(default_factory=lambda: [("age", -1.25), ("<script>|_F", 0.5)])
    base: float | None = -2.0
    score: float = 0.06
    calibrated: float = 0.05
    threshold: float = 0.19
    decision: bool = False
    note: str = "A note."


def view(trace):
    return section(trace, "smote × mlp", "sick", "well")


def test_the_way_from_the_row_to_the_decision():
    facts = next(block for block in view(Trace()).blocks if isinstance(block, Facts))
    assert [(fact.question, fact.answer) for fact in facts.entries] == [
        ("Raw row", "2 features"), ("Score", "0.0600"), ("Calibrated", "0.0500"), ("Decision", "well"),
    ]  # fmt: skip
    assert facts.entries[3].note == "below the threshold 0.190"
    alarm = replace(Trace(), decision=True, calibrated=0.19)
    facts = next(block for block in view(alarm).blocks if isinstance(block, Facts))
    assert (facts.entries[3].answer, facts.entries[3].note) == ("sick", "at least the threshold 0.190")


def test_parts_are_drawn_and_listed_with_their_base():
    blocks = view(Trace()).blocks
    (chart,) = next(block for block in blocks if isinstance(block, Charts)).entries
    assert chart.columns == {"name": ["age", "<script>|_F"], "value": [-1.25, 0.5]}
    (table,) = next(block for block in blocks if isinstance(block, Details)).blocks
    assert table.rows == [["base", "−2.000"], ["age", "−1.250"], ["<script>|_F", "+0.500"]]


def test_without_parts_there_is_no_chart():
    blocks = view(replace(Trace(), kind="none", parts=[], base=None)).blocks
    assert not [block for block in blocks if isinstance(block, Charts)]


def test_feature_names_stay_text():
    html = to_html(Page("t", "s", ["v"], Facts([]), [view(Trace())]))
    assert Balance(html).seen.count("script") == 3


def test_it_stands_in_the_report_where_there_is_a_trace():
    keys = [part.key for part in build(replace(findings_of(), prediction=Trace())).sections]
    assert keys.index("training") + 1 == keys.index("prediction")
    assert "prediction" not in [part.key for part in build(findings_of()).sections]
