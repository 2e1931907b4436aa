"""The section to compare candidates in pictures: curves laid over one another, scores, and any two metrics."""

from itertools import pairwise
from typing import Any

from stages.report.findings import Findings
from stages.report.leaderboard import Candidate
from stages.report.page import Block, Chart, Charts, Details, Panel, Paragraph, Section, Table
from stages.report.what_if import default_pair
from stages.report.words import LABELS, LOWER_IS_BETTER, count, number, percent

#: bins of the score in the histograms: twentieths, five hundredths each
BINS = 20

#: how many candidates are laid over one another at most
MOST = 8

#: the metrics that the scatter begins with: one of the ranking, one of the probabilities
FIRST = ("average_precision", "brier_score")

EXPLAINED = (
    "Measured on test. The dotted line is what guessing gives (ROC: the diagonal; precision–recall: the prevalence); "
    "for calibration it is what scores would be if they came true. The histograms are of the same scores, so a point "
    "of the calibration curve with few rows behind it is seen to be one; their height is logarithmic."
)


def section(findings: Findings) -> Section:
    """ROC, precision–recall and calibration curves, histograms of scores, and a scatter of metrics."""
    board = findings.board
    shown = first_shown(findings)
    names = [str(item) for item in board.candidates]
    metrics = [metric for metric in LABELS if metric in board.candidates[0].test]
    data = {
        "overlays": {name: findings.overlays[name].model_dump(exclude={"strategy", "classifier"}) for name in names},
        "metrics": {metric: [item.test[metric] for item in board.candidates] for metric in metrics},
        "metric_labels": {metric: axis_title(metric) for metric in metrics},
        "most": MOST,
        "names": {"positive": findings.contract.positive, "negative": findings.contract.negative},
    }
    values = {
        "names": names,
        "shown": [str(item) for item in shown],
        "most": MOST,
        "metrics": {metric: axis_title(metric) for metric in metrics},
        "first": FIRST,
    }
    curves = Charts([_roc(findings, shown), _precision_recall(findings, shown), _calibration(findings, shown)])
    histograms = Charts(
        [_scores(findings, shown)], [("negative", findings.contract.negative), ("positive", findings.contract.positive)]
    )
    blocks: list[Block] = [
        Paragraph(EXPLAINED),
        Panel("overlay.html.j2", values, data, []),
        curves,
        histograms,
        Details("The bins of the calibration curves, in numbers", [_bins(findings, shown)]),
        Panel("scatter.html.j2", values, {}, []),
        Charts(
            [_scatter(findings)], [(f"glyph d{at}", name) for name, at in classifier_numbers(board.candidates).items()]
        ),
    ]
    return Section("explore", "Explore the candidates", blocks)


def first_shown(findings: Findings) -> list[Candidate]:
    """What is drawn to begin with: doing nothing, SMOTE where it ran, and the champion."""
    pair = default_pair(findings)
    return list({str(item): item for item in (*pair, findings.champion)}.values())


def classifier_numbers(candidates: list[Candidate]) -> dict[str, int]:
    """A colour for each classifier, in the order of their first appearance; after the eighth they begin again."""
    names = list(dict.fromkeys(item.classifier for item in candidates))
    return {name: place % MOST for place, name in enumerate(names)}


def axis_title(metric: str) -> str:
    """A metric as an axis names it."""
    return f"{LABELS[metric]} (lower is better)" if metric in LOWER_IS_BETTER else LABELS[metric]


def histogram(at_least: list[int], rows: int) -> list[int]:
    """Rows in each twentieth of the score, the last with its upper end, from counts at hundredths."""
    step = (len(at_least) - 1) // BINS
    edges = [rows, *at_least[step:-1:step], 0]
    return [above - below for above, below in pairwise(edges)]


def _roc(findings: Findings, shown: list[Candidate]) -> Chart:
    text = "; ".join(f"{item}: ROC-AUC {number('roc_auc', item.test['roc_auc'])}" for item in shown)
    columns = _columns(findings, shown, "recall")
    return Chart("chart-roc", "ROC curve", f"Recall against the false positive rate. {text}.", "roc", columns)


def _precision_recall(findings: Findings, shown: list[Candidate]) -> Chart:
    side = findings.board.data.test
    columns = _columns(findings, shown, "precision")
    columns["prevalence"] = [round(side.positives / side.rows, 6)] * len(columns["x"])
    measured = (
        f"{item}: average precision {number('average_precision', item.test['average_precision'])}" for item in shown
    )
    text = f"Precision against recall; the prevalence is {percent(side.positives / side.rows)}. {'; '.join(measured)}."
    return Chart("chart-precision-recall", "Precision–recall curve", text, "precision_recall", columns)


def _calibration(findings: Findings, shown: list[Candidate]) -> Chart:
    columns: dict[str, list[Any]] = {"x": [], "y": [], "series": [], "name": []}
    for place, item in enumerate(shown):
        found = findings.overlays[str(item)]
        for mean, share in zip(found.mean_score, found.positive_share, strict=True):
            if mean is not None:
                _append(columns, x=mean, y=share, series=str(place), name=str(item))
    errors = "; ".join(
        f"{item}: expected calibration error {number('ece', item.calibration.after.ece)}" for item in shown
    )
    text = f"Share of positives against the mean score, by tenths of the score. {errors}."
    return Chart("chart-calibration", "Calibration curve", text, "calibration", columns)


def _scores(findings: Findings, shown: list[Candidate]) -> Chart:
    side, contract = findings.board.data.test, findings.contract
    columns: dict[str, list[Any]] = {"name": [], "part": [], "label": [], "low": [], "high": [], "rows": []}
    for item in shown:
        found = findings.thresholds[str(item)]
        for part, label, counts, rows in (
            ("negative", contract.negative, found.fp, side.rows - side.positives),
            ("positive", contract.positive, found.tp, side.positives),
        ):
            for place, number_of in enumerate(histogram(counts, rows)):
                if number_of:
                    low, high = place / BINS, (place + 1) / BINS
                    _append(columns, name=str(item), part=part, label=label, low=low, high=high, rows=number_of)
    text = "Test rows by score and class, in twentieths of the score, of " + ", ".join(map(str, shown)) + "."
    return Chart("chart-scores", "Scores by class", text, "scores", columns)


def _scatter(findings: Findings) -> Chart:
    board, (across, up) = findings.board, FIRST
    numbers = classifier_numbers(board.candidates)
    columns: dict[str, list[Any]] = {
        "x": [item.test[across] for item in board.candidates],
        "y": [item.test[up] for item in board.candidates],
        "series": [str(numbers[item.classifier]) for item in board.candidates],
        "name": [str(item) for item in board.candidates],
        "champion": [str(item) == str(findings.champion) for item in board.candidates],
    }
    text = (
        f"{len(board.candidates)} candidates by two metrics on test, coloured by classifier; the champion has a ring. "
        "The numbers stand in the table of every candidate."
    )
    words = {"x": axis_title(across), "y": axis_title(up)}
    return Chart("chart-candidates", f"{len(board.candidates)} candidates on test", text, "candidates", columns, words)


def _bins(findings: Findings, shown: list[Candidate]) -> Table:
    rows = []
    for item in shown:
        found, counted = findings.overlays[str(item)], findings.thresholds[str(item)]
        tenths = [
            sum(pair)
            for pair in zip(*(histogram(counts, counts[0]) for counts in (counted.tp, counted.fp)), strict=True)
        ]
        for place, (mean, share) in enumerate(zip(found.mean_score, found.positive_share, strict=True)):
            if mean is not None and share is not None:
                inside = tenths[2 * place] + tenths[2 * place + 1]
                span = f"{place / 10:g} to {(place + 1) / 10:g}"
                rows.append([str(item), span, count(inside), f"{mean:.3f}", f"{share:.3f}"])
    header = ["Candidate", "Scores", "Test rows", "Mean score", "Share of positives"]
    return Table("Tenths of the score that hold a row.", header, rows, "llrrr")


def _columns(findings: Findings, shown: list[Candidate], part: str) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"x": [], "y": [], "series": [], "name": []}
    for place, item in enumerate(shown):
        values: list[float] = getattr(findings.overlays[str(item)], part)
        columns["x"] += [at / 100 for at in range(len(values))]
        columns["y"] += values
        columns["series"] += [str(place)] * len(values)
        columns["name"] += [str(item)] * len(values)
    return columns


def _append(columns: dict[str, list[Any]], **values: Any) -> None:
    for key, value in values.items():
        columns[key].append(value)
