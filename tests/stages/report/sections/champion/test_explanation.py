"""The section on what the model uses and where it fails."""

from dataclasses import replace

from stages.report.rendering.blocks import Charts, Details, Paragraph, Table
from stages.report.sections.champion.explanation import make_section
from stages.shared.schemas.curves import Explanation, Slice
from tests.stages.report.made.factory import Treatment
from tests.stages.report.made.helpers import make_context
from tests.stages.report.made.runs import slice_json

CONTEXT = make_context(Treatment("smote", sampler="SMOTE"))


def test_the_tables_name_what_is_used_and_what_is_worse() -> None:
    section = make_section(CONTEXT)
    importance, worse = [block for block in section.blocks if isinstance(block, Table)]
    assert [str(cell) for row in importance.rows for cell in row] == [
        "age", "+0.300 (+0.100 to +0.500)", "sex", "+0.010 (−0.020 to +0.040)",
    ]  # fmt: skip
    assert "1 of 2 features show a loss that is not noise" in importance.caption
    assert [str(cell) for row in worse.rows for cell in row] == [
        "sex = M", "recall", "30", "0.500", "worse −0.300 (−0.500 to −0.100)",
    ]  # fmt: skip
    assert "1 of 12 comparisons are worse" in worse.caption
    (folded,) = [block for block in section.blocks if isinstance(block, Details)]
    assert [str(cell) for cell in folded.blocks[0].rows[0]][:2] == ["age ≤ 40", "recall"]  # type: ignore[union-attr]


def test_a_chart_per_feature() -> None:
    section = make_section(CONTEXT)
    (charts,) = [block for block in section.blocks if isinstance(block, Charts)]
    *curves, calibration = charts.entries
    assert [(chart.spec, chart.columns["value"]) for chart in curves] == [
        ("dependence", [20.0, 60.0]), ("dependence_categories", ["F", "M"]),
    ]  # fmt: skip
    assert (calibration.spec, set(calibration.columns["name"])) == ("calibration", {str(CONTEXT.champion)})
    assert charts.entries[0].description == "Mean probability by age: lowest 0.010 at 20, highest 0.200 at 60."


def test_another_candidate_of_the_strategy_is_named() -> None:
    assert CONTEXT.explanation is not None
    other = CONTEXT.explanation.model_copy(update={"classifier": "mlp"})
    section = make_section(replace(CONTEXT, explanation=other))
    assert isinstance(section.blocks[0], Paragraph)
    assert section.blocks[0].text.startswith(f"{other} is explained here")


def test_a_watched_slice_with_few_rows_comes_first() -> None:
    assert CONTEXT.explanation is not None
    watched = Slice.model_validate(slice_json("sex", "sex = X", watched=True, rows=3, value=1.0, difference=0.2))
    changed = CONTEXT.explanation.model_copy(update={"slices": [*CONTEXT.explanation.slices, watched]})
    section = make_section(replace(CONTEXT, explanation=changed))
    table = [block for block in section.blocks if isinstance(block, Table)][-1]
    assert [str(cell) for cell in table.rows[0]] == [
        "sex = X (watched)", "recall", "3", "1.000", "cannot tell: too few rows",
    ]  # fmt: skip


def test_without_an_explanation_the_calibration_stays() -> None:
    champion = CONTEXT.champion
    empty = Explanation(
        strategy=champion.strategy,
        classifier=champion.classifier,
        importance=[],
        dependence=[],
        slices=[],
        compared=0,
        worse=0,
    )
    for explanation in (empty, None):
        charts, *_ = make_section(replace(CONTEXT, explanation=explanation)).blocks
        assert isinstance(charts, Charts)
        assert [chart.spec for chart in charts.entries] == ["calibration"]
