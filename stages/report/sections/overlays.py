"""The charts in which candidates are laid over one another: their columns, and what they show in words."""

from itertools import pairwise
from typing import Any

from stages.report.context import ReportContext
from stages.report.formatting import count, number, percent
from stages.report.rendering.blocks import Chart, Table
from stages.shared.schemas.leaderboard import Candidate

#: bins of the score in the histograms: twentieths, five hundredths each
BINS = 20


def histogram(at_least: list[int], rows: int) -> list[int]:
    """Rows in each twentieth of the score, the last with its upper end, from counts at hundredths."""
    step = (len(at_least) - 1) // BINS
    edges = [rows, *at_least[step:-1:step], 0]
    return [above - below for above, below in pairwise(edges)]


def roc(context: ReportContext, shown: list[Candidate]) -> Chart:
    """Recall against the false positive rate."""
    text = "; ".join(f"{item}: ROC-AUC {number('roc_auc', item.test['roc_auc'])}" for item in shown)
    columns = _columns(context, shown, "recall")
    return Chart("chart-roc", "ROC curve", f"Recall against the false positive rate. {text}.", "roc", columns)


def precision_recall(context: ReportContext, shown: list[Candidate]) -> Chart:
    """Precision against recall, with the prevalence."""
    side = context.leaderboard.data.test
    columns = _columns(context, shown, "precision")
    columns["prevalence"] = [round(side.positives / side.rows, 6)] * len(columns["x"])
    measured = (
        f"{item}: average precision {number('average_precision', item.test['average_precision'])}" for item in shown
    )
    text = f"Precision against recall; the prevalence is {percent(side.positives / side.rows)}. {'; '.join(measured)}."
    return Chart("chart-precision-recall", "Precision–recall curve", text, "precision_recall", columns)


def calibration(context: ReportContext, shown: list[Candidate]) -> Chart:
    """Share of positives against mean score; tenths without a row are left out."""
    columns: dict[str, list[Any]] = {"x": [], "y": [], "series": [], "name": []}
    for index, item in enumerate(shown):
        result = context.overlays[str(item)]
        for mean, share in zip(result.mean_score, result.positive_share, strict=True):
            if mean is not None:
                _append(columns, x=mean, y=share, series=str(index), name=str(item))
    errors = "; ".join(
        f"{item}: expected calibration error {number('ece', item.calibration.after.ece)}" for item in shown
    )
    text = f"Share of positives against the mean score, by tenths of the score. {errors}."
    return Chart("chart-calibration", "Calibration curve", text, "calibration", columns)


def scores(context: ReportContext, shown: list[Candidate]) -> Chart:
    """Test rows by score and class."""
    side, contract = context.leaderboard.data.test, context.contract
    columns: dict[str, list[Any]] = {"name": [], "part": [], "label": [], "low": [], "high": [], "rows": []}
    for item in shown:
        result = context.thresholds[str(item)]
        for part, label, counts, rows in (
            ("negative", contract.negative, result.fp, side.rows - side.positives),
            ("positive", contract.positive, result.tp, side.positives),
        ):
            for index, number_of in enumerate(histogram(counts, rows)):
                if number_of:
                    low, high = index / BINS, (index + 1) / BINS
                    _append(columns, name=str(item), part=part, label=label, low=low, high=high, rows=number_of)
    text = "Test rows by score and class, in twentieths of the score, of " + ", ".join(map(str, shown)) + "."
    return Chart("chart-scores", "Scores by class", text, "scores", columns)


def bins(context: ReportContext, shown: list[Candidate]) -> Table:
    """The tenths of the calibration curves, in numbers."""
    rows = []
    for item in shown:
        result, counted = context.overlays[str(item)], context.thresholds[str(item)]
        tenths = [
            sum(pair)
            for pair in zip(*(histogram(counts, counts[0]) for counts in (counted.tp, counted.fp)), strict=True)
        ]
        for index, (mean, share) in enumerate(zip(result.mean_score, result.positive_share, strict=True)):
            if mean is not None and share is not None:
                inside = tenths[2 * index] + tenths[2 * index + 1]
                span = f"{index / 10:g} to {(index + 1) / 10:g}"
                rows.append([str(item), span, count(inside), f"{mean:.3f}", f"{share:.3f}"])
    header = ["Candidate", "Scores", "Test rows", "Mean score", "Share of positives"]
    return Table("Tenths of the score that hold a row.", header, rows, "llrrr")


def _columns(context: ReportContext, shown: list[Candidate], part: str) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"x": [], "y": [], "series": [], "name": []}
    for index, item in enumerate(shown):
        values: list[float] = getattr(context.overlays[str(item)], part)
        columns["x"] += [at / 100 for at in range(len(values))]
        columns["y"] += values
        columns["series"] += [str(index)] * len(values)
        columns["name"] += [str(item)] * len(values)
    return columns


def _append(columns: dict[str, list[Any]], **values: Any) -> None:
    for key, value in values.items():
        columns[key].append(value)
