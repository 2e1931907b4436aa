"""The section that traces predictions from the raw row to the decision: a positive found, one missed, a false alarm."""

from stages.report.champion.prediction import PredictionTrace
from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_difference
from stages.report.rendering.blocks import Block, Fact, Facts, Paragraph, Section, Table

#: features in a table
_MAX_ROWS = 12

_MEANING = (
    "The last column is the change of the probability if only this feature had its typical value. For a number that is "
    "the value that replaces gaps, for a category the most frequent one, for a text no text. The changes do not add "
    "up, because features interact."
)

#: how a row was chosen, by its outcome
_CHOICES = {
    "found": "the positive found with the lowest probability",
    "missed": "the positive missed with the lowest probability",
    "false alarm": "the false alarm with the highest probability",
}


def make_section(context: ReportContext) -> Section:
    """Return the section; it is empty without a traced prediction."""
    traces, title = context.predictions, "Decisions explained"
    if not traces:
        return Section("prediction", title, [])
    contract, first = context.contract, traces[0]
    explained = (
        f"Rows of the train set, chosen by their out-of-fold probabilities. {context.champion} was also fitted on "
        "these rows; only the out-of-fold probability is of models that were not."
    )
    rows = [
        [
            trace.outcome,
            _CHOICES[trace.outcome],
            format_count(trace.row + 1),
            f"{trace.oof_probability:.3f}",
            f"{trace.probability:.3f}",
        ]
        for trace in traces
    ]
    header = ["Out of fold", "Which row", f"Row of {contract.source}", "Probability out of fold", "Of the champion"]
    caption = f"The threshold is {first.threshold:.3f}. Rows are counted without the header."
    blocks: list[Block] = [
        Paragraph(explained),
        Table(caption, header, rows, "lltrr"),
        Paragraph(f"Row {format_count(first.row + 1)}, step by step:"),
        _list_steps(first, contract.positive if first.decision else contract.negative, context.champion.prior_shift),
        Paragraph(_MEANING),
        *map(_make_table, traces),
    ]
    return Section("prediction", title, blocks)


def _make_table(trace: PredictionTrace) -> Table:
    largest = [effect for effect in trace.effects if round(effect.change, 4)][:_MAX_ROWS] or trace.effects[:1]
    rows = [
        [effect.name, effect.value, effect.typical, format_difference("probability", effect.change)]
        for effect in largest
    ]
    caption = (
        f"{trace.outcome.capitalize()}, row {format_count(trace.row + 1)}: the {format_count(len(rows))} largest of "
        f"{format_count(len(trace.effects))} changes."
    )
    return Table(caption, ["Feature", "Value", "Typical value", "Change of the probability"], rows, "lllr")


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
