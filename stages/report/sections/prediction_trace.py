"""The section that follows one prediction, from the raw row to the decision."""

from typing import Any

from stages.report.champion.prediction import PredictionTrace
from stages.report.context import ReportContext
from stages.report.formatting import MINUS, count
from stages.report.rendering.blocks import Block, Chart, Charts, Details, Fact, Facts, Paragraph, Section, Table

#: features in the chart
_MAX_BARS = 12


def section(context: ReportContext) -> Section:
    """Trace a row of the train set through the champion."""
    trace, contract = context.prediction, context.contract
    assert trace is not None  # the caller checked it
    explained = (
        f"Row {count(trace.row + 1)} of {contract.source}, a positive of the train set: of all its positives, its "
        f"out-of-fold probability is nearest to the threshold. {context.champion} was fitted on this row too, so its "
        "out-of-fold probability, by models that did not see it, is the fair estimate."
    )
    meaning = (
        "A bar is the change of the probability if only this feature had its typical value: the value that replaces "
        "gaps for a number, the most frequent one for a category. The changes do not add up, because features interact."
    )
    shown = trace.effects[:_MAX_BARS]
    columns: dict[str, list[Any]] = {
        "name": [effect.name for effect in shown],
        "value": [round(effect.change, 4) for effect in shown],
    }
    largest = ", ".join(f"{effect.name} {_signed(effect.change)}" for effect in shown[:5])
    text = f"The largest of {len(trace.effects)} changes: {largest}."
    chart = Chart("chart-parts", "Single features", text, "parts", columns, {"x": "change of the probability"})
    rows = [[effect.name, effect.value, effect.typical, _signed(effect.change)] for effect in trace.effects]
    header = ["Feature", "Value", "Typical value", "Change of the probability"]
    blocks: list[Block] = [
        Paragraph(explained),
        _list_steps(trace, contract.positive, contract.negative),
        Paragraph(meaning),
        Charts([chart]),
        Details("The row and every change in numbers", [Table("The largest change first.", header, rows, "lllr")]),
    ]
    return Section("prediction", "One prediction traced", blocks)


def _list_steps(trace: PredictionTrace, positive: str, negative: str) -> Facts:
    calibrated = "as the score: nothing was calibrated" if trace.probability == trace.score else "the calibrated score"
    compared = "at least" if trace.decision else "below"
    return Facts(
        [
            Fact("Raw row", f"{len(trace.effects)} features", f"encoded as {trace.n_columns} columns"),
            Fact("Score", f"{trace.score:.4f}", "as the classifier returns it"),
            Fact("Probability", f"{trace.probability:.4f}", f"{calibrated}; out of fold {trace.oof_probability:.4f}"),
            Fact(
                "Decision",
                positive if trace.decision else negative,
                f"the probability is {compared} the threshold {trace.threshold:.3f}",
            ),
        ]
    )


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", MINUS)
