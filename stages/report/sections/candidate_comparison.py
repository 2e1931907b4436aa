"""The section to compare candidates in pictures: curves laid over one another, scores, and any two metrics."""

from typing import Any

from stages.report.context import ReportContext
from stages.report.formatting import LABELS, LOWER_IS_BETTER
from stages.report.rendering.blocks import Block, Chart, Charts, Details, Panel, Paragraph, Section
from stages.report.sections import overlays
from stages.report.sections.threshold_explorer import default_pair
from stages.shared.schemas.leaderboard import Candidate

#: how many candidates are laid over one another at most
MOST = 8

#: the metrics that the scatter begins with: one of the ranking, one of the probabilities
FIRST = ("average_precision", "brier_score")

EXPLAINED = (
    "Measured on test. The dotted line is what guessing gives (ROC: the diagonal; precision–recall: the prevalence); "
    "for calibration it is what scores would be if they came true. The histograms are of the same scores, so a point "
    "of the calibration curve with few rows behind it is seen to be one; their height is logarithmic."
)


def section(context: ReportContext) -> Section:
    """ROC, precision–recall and calibration curves, histograms of scores, and a scatter of metrics."""
    leaderboard = context.leaderboard
    shown = first_shown(context)
    names = [str(item) for item in leaderboard.candidates]
    metrics = [metric for metric in LABELS if metric in leaderboard.candidates[0].test]
    data = {
        "overlays": {name: context.overlays[name].model_dump(exclude={"strategy", "classifier"}) for name in names},
        "metrics": {metric: [item.test[metric] for item in leaderboard.candidates] for metric in metrics},
        "metric_labels": {metric: axis_title(metric) for metric in metrics},
        "most": MOST,
        "names": {"positive": context.contract.positive, "negative": context.contract.negative},
    }
    values = {
        "names": names,
        "shown": [str(item) for item in shown],
        "most": MOST,
        "metrics": {metric: axis_title(metric) for metric in metrics},
        "first": FIRST,
    }
    curves = Charts(
        [
            overlays.roc(context, shown),
            overlays.precision_recall(context, shown),
            overlays.calibration(context, shown),
        ]
    )
    histograms = Charts(
        [overlays.scores(context, shown)],
        [("negative", context.contract.negative), ("positive", context.contract.positive)],
    )
    blocks: list[Block] = [
        Paragraph(EXPLAINED),
        Panel("overlay.html.j2", values, data, []),
        curves,
        histograms,
        Details("The bins of the calibration curves, in numbers", [overlays.bins(context, shown)]),
        Panel("scatter.html.j2", values, {}, []),
        Charts(
            [_scatter(context)],
            [(f"glyph d{at}", name) for name, at in classifier_numbers(leaderboard.candidates).items()],
        ),
    ]
    return Section("explore", "Explore the candidates", blocks)


def first_shown(context: ReportContext) -> list[Candidate]:
    """What is drawn to begin with: doing nothing, SMOTE where it ran, and the champion."""
    pair = default_pair(context)
    return list({str(item): item for item in (*pair, context.champion)}.values())


def classifier_numbers(candidates: list[Candidate]) -> dict[str, int]:
    """A colour for each classifier, in the order of their first appearance; after the eighth they begin again."""
    names = list(dict.fromkeys(item.classifier for item in candidates))
    return {name: index % MOST for index, name in enumerate(names)}


def axis_title(metric: str) -> str:
    """A metric as an axis names it."""
    return f"{LABELS[metric]} (lower is better)" if metric in LOWER_IS_BETTER else LABELS[metric]


def _scatter(context: ReportContext) -> Chart:
    leaderboard, (across, up) = context.leaderboard, FIRST
    numbers = classifier_numbers(leaderboard.candidates)
    columns: dict[str, list[Any]] = {
        "x": [item.test[across] for item in leaderboard.candidates],
        "y": [item.test[up] for item in leaderboard.candidates],
        "series": [str(numbers[item.classifier]) for item in leaderboard.candidates],
        "name": [str(item) for item in leaderboard.candidates],
        "champion": [str(item) == str(context.champion) for item in leaderboard.candidates],
    }
    text = (
        f"{len(leaderboard.candidates)} candidates by two metrics on test, coloured by classifier; the champion has a "
        "ring. The numbers stand in the table of every candidate."
    )
    words = {"x": axis_title(across), "y": axis_title(up)}
    return Chart(
        "chart-candidates", f"{len(leaderboard.candidates)} candidates on test", text, "candidates", columns, words
    )
