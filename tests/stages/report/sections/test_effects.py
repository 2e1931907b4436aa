from types import SimpleNamespace

from stages.report.rendering.blocks import Mark, Span
from stages.report.sections.effects import make_section
from tests.stages.report.verdict.test_effects import effect, with_effects


def make(*effects):
    return make_section(SimpleNamespace(leaderboard=with_effects(*effects), reference_name="doing nothing"))


def test_there_is_no_section_without_effects():
    assert make().blocks == []


def test_a_row_of_means_has_a_span_for_each_metric():
    names = [("a", "better"), ("b", "cannot_tell")]
    effects = [effect(*name, metric=metric) for metric in ("average_precision", "roc_auc") for name in names]
    section = make(*effects)
    first, second = section.blocks[0].rows
    assert [type(cell) for cell in first] == [str, Span, Span, str, str]
    assert str(first[1]) == "better +0.030 (+0.010 to +0.050)"
    assert second[0] == "b"
    assert second[-2:] == ["0.040", "1,234"]


def test_the_matrix_has_a_mark_for_each_classifier():
    balanced = effect("b", "worse", "balanced_random_forest").model_copy(
        update={"reference_classifier": "random_forest"}
    )
    cells = [effect("a", "better", "mlp"), effect("a", "same", "random_forest"), balanced]
    section = make(effect("a", "better"), effect("a", "better", metric="roc_auc"), *cells)
    matrix = section.blocks[1]
    assert matrix.header == ["Treatment", "mlp", "random_forest"]
    assert matrix.rows == [
        [
            "a",
            Mark("better", "+0.030", "(+0.010 to +0.050)", "better"),
            Mark("same", "+0.001", "(−0.004 to +0.006)", "same"),
        ],
        ["b × balanced_random_forest", "", Mark("worse", "−0.030", "(−0.050 to −0.010)", "worse")],
    ]
