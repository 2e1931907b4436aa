"""The section that follows one prediction, from the raw row to the decision."""

from typing import Any

from stages.report.explain.prediction import PredictionTrace
from stages.report.formatting import MINUS
from stages.report.rendering.blocks import Block, Chart, Charts, Details, Fact, Facts, Paragraph, Section, Table

#: columns and parts that a chart or a first look can carry
_MOST = 12

#: what the parts of a prediction are, by their kind
KINDS = {
    "hidden": ("Hidden units", "activation of the hidden unit"),
    "contributions": ("Contributions", "what it adds to the score or its log odds"),
    "none": ("", ""),
}


def section(trace: PredictionTrace, champion: str, positive: str, negative: str) -> Section:
    """The way of one made-up row, every value of it a median or most frequent level, through the champion."""
    explained = (
        f"A row that stands in no table, made of the middle of every column, on its way through {champion}. It shows "
        "how a score comes about; it says nothing about anybody."
    )
    blocks: list[Block] = [Paragraph(explained), _way(trace, positive, negative)]
    if trace.note:
        blocks.append(Paragraph(trace.note))
    if trace.parts:
        blocks += [_chart(trace), Details("Every part in numbers", [_parts(trace)])]
    blocks.append(
        Details(
            f"The row itself: {len(trace.raw)} features, encoded as {len(trace.encoded)} columns",
            [
                Table("The raw row.", ["Feature", "Value"], [[name, value] for name, value in trace.raw], "ll"),
                Table("The same row as the classifier sees it.", ["Column", "Number"], _numbers(trace.encoded), "lr"),
            ],
        )
    )
    return Section("prediction", "One prediction traced", blocks)


def _way(trace: PredictionTrace, positive: str, negative: str) -> Facts:
    calibrated = "as the score: nothing was calibrated" if trace.calibrated == trace.score else "a probability"
    compared = "at least" if trace.decision else "below"
    return Facts(
        [
            Fact("Raw row", f"{len(trace.raw)} features", f"encoded as {len(trace.encoded)} columns"),
            Fact("Score", f"{trace.score:.4f}", "as the classifier gives it"),
            Fact("Calibrated", f"{trace.calibrated:.4f}", calibrated),
            Fact(
                "Decision", positive if trace.decision else negative, f"{compared} the threshold {trace.threshold:.3f}"
            ),
        ]
    )


def _chart(trace: PredictionTrace) -> Charts:
    shown = trace.parts[:_MOST]
    title, axis = KINDS.get(trace.kind, KINDS["contributions"])
    base = "" if trace.base is None else f" They are added to {_plus(trace.base)}."
    largest = ", ".join(f"{name} {_plus(value)}" for name, value in shown[:5])
    text = f"The largest of {len(trace.parts)} parts: {largest}.{base}"
    columns: dict[str, list[Any]] = {
        "name": [name for name, _ in shown],
        "value": [round(value, 4) for _, value in shown],
    }
    return Charts([Chart("chart-parts", title, text, "parts", columns, {"x": axis})])


def _parts(trace: PredictionTrace) -> Table:
    base = [] if trace.base is None else [["base", _plus(trace.base)]]
    rows = [*base, *([name, _plus(value)] for name, value in trace.parts)]
    return Table("Every part, the largest first.", ["Part", "Adds"], rows, "lr")


def _plus(value: float) -> str:
    return f"{value:+.3f}".replace("-", MINUS)


def _numbers(pairs: list[tuple[str, float]]) -> list[list[str]]:
    return [[name, f"{value:.4f}".replace("-", MINUS)] for name, value in pairs]
