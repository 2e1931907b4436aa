"""The section that traces one prediction from the raw row to the decision."""

from typing import Any

from stages.report.champion.prediction import PredictionTrace
from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_difference
from stages.report.rendering.blocks import Block, Chart, Charts, Details, Fact, Facts, Paragraph, Section, Table

#: features in the chart
_MAX_BARS = 12
#: features in the table
_MAX_ROWS = 200

_MEANING = (
    "A bar is the change of the probability if only this feature had its typical value. For a number that is the value "
    "that replaces gaps, for a category the most frequent one, for a text no text. The changes do not add up, because "
    "features interact."
)


def make_section(trace: PredictionTrace, context: ReportContext) -> Section:
    """Return the section."""
    contract = context.contract
    explained = (
        f"Row {format_count(trace.row + 1)} of {contract.source}, without the header, is a positive of the train set. "
        "Of all positives, its out-of-fold probability is nearest to the threshold. "
        f"{context.champion} was also fitted on this row. Only its out-of-fold probability is of models that were not."
    )
    shown = trace.effects[:_MAX_BARS]
    columns: dict[str, list[Any]] = {
        "name": [effect.name for effect in shown],
        "value": [round(effect.change, 4) for effect in shown],
    }
    changes = [format_difference("probability", effect.change) for effect in trace.effects]
    largest = ", ".join(f"{effect.name} {change}" for effect, change in zip(shown[:5], changes, strict=False))
    text = f"The largest of {len(trace.effects)} changes: {largest}."
    words = {"x": "change of the probability"}
    chart = Chart("chart-effects", "What the features do", text, "effects", columns, words, caption=_MEANING)
    rows = [
        [effect.name, effect.value, effect.typical, change]
        for effect, change in zip(trace.effects[:_MAX_ROWS], changes, strict=False)
    ]
    caption = "The largest change first."
    if len(trace.effects) > _MAX_ROWS:
        caption = f"The largest {_MAX_ROWS} of {format_count(len(trace.effects))} changes, the largest first."
    header = ["Feature", "Value", "Typical value", "Change of the probability"]
    blocks: list[Block] = [
        Paragraph(explained),
        _list_steps(trace, contract.positive if trace.decision else contract.negative, context.champion.prior_shift),
        Charts([chart]),
        Details("The row and every change in numbers", [Table(caption, header, rows, "lllr")]),
    ]
    return Section("prediction", "One prediction traced", blocks)


def _list_steps(trace: PredictionTrace, decision: str, prior_shift: float) -> Facts:
    source = "equal to the score: no calibration" if trace.probability == trace.score else "the calibrated score"
    if prior_shift:
        source = "the calibrated score, at the prevalence in use"
    relation = "at least" if trace.decision else "below"
    return Facts(
        [
            Fact("Raw row", f"{len(trace.effects)} features", f"encoded as {trace.n_columns} columns"),
            Fact("Score", f"{trace.score:.4f}", "as the classifier returns it"),
            Fact("Probability", f"{trace.probability:.4f}", f"{source}; out of fold {trace.oof_probability:.4f}"),
            Fact("Decision", decision, f"the probability is {relation} the threshold {trace.threshold:.3f}"),
        ]
    )
