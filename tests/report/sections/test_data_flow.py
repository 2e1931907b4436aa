"""The chart of the folds and the test set."""

from dataclasses import replace

from stages.report.context import ReportContext
from stages.report.rendering.blocks import Charts
from stages.report.sections.data_flow import make_section
from stages.shared.schemas.trace import ClassCounts
from tests.report.helpers import make_context

CONTEXT = make_context()


def read_bars(context: ReportContext) -> list[tuple[str, str, int]]:
    chart = next(block for block in make_section(context).blocks if isinstance(block, Charts)).entries[0]
    return list(zip(*(chart.columns[key] for key in ("name", "part", "rows")), strict=True))


def with_folds(*sizes: tuple[int, int]) -> ReportContext:
    """Return the context with validation folds of so many negatives and positives; train has 2262 and 111."""
    (name, trace), *_ = CONTEXT.traces.items()
    folds = [
        trace.folds[0].model_copy(
            update={
                "fold": number,
                "validation": ClassCounts(rows=sum(size), negative=size[0], positive=size[1]),
            }
        )
        for number, size in enumerate(sizes)
    ]
    return replace(CONTEXT, traces={name: trace.model_copy(update={"folds": folds})})


TEST = [("test", "negative", 750), ("test", "positive", 40)]


def test_the_folds_and_the_test_set_by_class() -> None:
    assert read_bars(with_folds((1131, 55), (1131, 56))) == [
        ("fold 1", "negative", 1131), ("fold 1", "positive", 55),
        ("fold 2", "negative", 1131), ("fold 2", "positive", 56),
        *TEST,
    ]  # fmt: skip


def test_another_repeat_is_left_out() -> None:
    once = read_bars(with_folds((1131, 55), (1131, 56)))
    assert read_bars(with_folds((1131, 55), (1131, 56), (1130, 56), (1132, 55))) == once


def test_rows_before_the_first_period_are_not_scored() -> None:
    assert read_bars(with_folds((1000, 50), (1000, 40))) == [
        ("not scored", "negative", 262), ("not scored", "positive", 21),
        ("fold 1", "negative", 1000), ("fold 1", "positive", 50),
        ("fold 2", "negative", 1000), ("fold 2", "positive", 40), *TEST,
    ]  # fmt: skip
