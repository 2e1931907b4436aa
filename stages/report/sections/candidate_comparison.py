"""The section with charts of several candidates: curves, histograms of scores, and any two metrics."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from stages.report.context import ReportContext
from stages.report.formatting import format_axis_title, format_metric, format_percent
from stages.report.rendering.blocks import Block, Chart, Charts, Panel, Paragraph, Section, to_columns
from stages.report.sections.champion.operating_point import select_initial_candidates
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.curves import Overlay

#: the curves of this many candidates are distinguishable in one chart
MAX_SHOWN = 9

#: digits of the curves
DIGITS = 3

#: bins of the score in the histograms
N_BINS = 20

#: the initial metrics of the scatter chart
FIRST_METRICS = ("average_precision", "brier_score")

Columns = dict[str, list[Any]]


def make_section(context: ReportContext) -> Section:
    """Return ROC, precision–recall and calibration curves, histograms of scores, and a scatter chart of metrics."""
    candidates, contract = context.leaderboard.candidates, context.contract
    selected, names = select_initial_candidates(context), [str(item) for item in candidates]
    titles = {metric: format_axis_title(metric) for metric in METRICS if metric in candidates[0].test}
    data = {
        "overlays": {name: _round(context.overlays[name]) for name in names},
        "metrics": {metric: [item.test[metric] for item in candidates] for metric in titles},
        "metric_labels": titles,
        "max_shown": MAX_SHOWN,
        "names": {"positive": contract.positive, "negative": contract.negative},
    }
    curves = {"names": names, "shown": [str(item) for item in selected], "max_shown": MAX_SHOWN}
    classes = [("negative", contract.negative), ("positive", contract.positive)]
    glyphs = [(f"glyph c{color} d{shape}", name) for name, (color, shape) in style_classifiers(candidates).items()]
    blocks: list[Block] = [
        Paragraph("All charts are of the untouched test rows."),
        Panel("overlay.html.j2", curves, data, []),
        Charts(
            [
                make_roc(context, selected),
                _make_precision_recall(context, selected),
                make_calibration(context, selected),
            ]
        ),
        Charts([_make_histograms(context, selected)], classes),
        Panel("scatter.html.j2", {"metrics": titles, "first": FIRST_METRICS}, {}, []),
        Charts([_make_scatter(context)], glyphs),
    ]
    return Section("explore", "Explore the candidates", blocks)


def _round(overlay: Overlay) -> dict[str, list[float | None]]:
    """Return the curves of a candidate with as many digits as a picture shows."""
    columns = overlay.model_dump(exclude={"strategy", "classifier"})
    return {
        name: [value if value is None else round(value, DIGITS) for value in values] for name, values in columns.items()
    }


def style_classifiers(candidates: list[Candidate]) -> dict[str, tuple[int, int]]:
    """Return color and shape of each classifier, by first appearance; no two of 81 classifiers share both."""
    names = list(dict.fromkeys(item.classifier for item in candidates))
    return {name: (i % MAX_SHOWN, (i + i // MAX_SHOWN) % MAX_SHOWN) for i, name in enumerate(names)}


def make_roc(context: ReportContext, selected: list[Candidate]) -> Chart:
    """Return recall against the false positive rate."""
    values = "; ".join(f"{item}: ROC-AUC {format_metric('roc_auc', item.test['roc_auc'])}" for item in selected)
    text = f"Recall against the false positive rate. {values}."
    caption = "Up and to the left is better. The dotted line is a random classifier."
    return Chart("chart-roc", "ROC curve", text, "roc", _make_curves(context, selected, "recall"), caption=caption)


def _make_precision_recall(context: ReportContext, selected: list[Candidate]) -> Chart:
    size, metric = context.leaderboard.data.test, "average_precision"
    prevalence = size.prevalence
    columns = _make_curves(context, selected, "precision")
    columns["prevalence"] = [round(prevalence, 6)] * len(columns["x"])
    values = "; ".join(
        f"{item}: {METRICS[metric].label} {format_metric(metric, item.test[metric])}" for item in selected
    )
    text = f"Precision against recall; the prevalence is {format_percent(prevalence)}. {values}."
    caption = "Up and to the right is better. The dotted line is the prevalence, a random classifier."
    return Chart("chart-precision-recall", "Precision–recall curve", text, "precision_recall", columns, caption=caption)


def make_calibration(context: ReportContext, selected: list[Candidate], key: str = "chart-calibration") -> Chart:
    """Return the share of positives against the mean score of each bin that has rows."""
    overlays = [context.overlays[str(item)] for item in selected]
    rows = [
        {"x": mean, "y": share, "series": str(i), "name": str(item)}
        for i, (item, overlay) in enumerate(zip(selected, overlays, strict=True))
        for mean, share in zip(overlay.mean_score, overlay.positive_share, strict=True)
        if mean is not None
    ]
    errors = (
        f"{item}: expected calibration error {format_metric('ece', item.calibration.after.ece)}" for item in selected
    )
    text = f"Share of positives against the mean score, in ten bins of the score. {'; '.join(errors)}."
    caption = "On the dotted line the probabilities are right. Below it they are too high."
    return Chart(key, "Calibration curve", text, "calibration", to_columns(rows), caption=caption)


def _make_histograms(context: ReportContext, selected: list[Candidate]) -> Chart:
    size, contract = context.leaderboard.data.test, context.contract
    bars = []
    for item in selected:
        counts = context.thresholds[str(item)]
        for part, label, at_least, n_rows in (
            ("negative", contract.negative, counts.fp, size.counted_negatives),
            ("positive", contract.positive, counts.tp, size.counted_positives),
        ):
            for i, rows in enumerate(compute_histogram(at_least, n_rows)):
                if rows:
                    edges = {"low": i / N_BINS, "high": (i + 1) / N_BINS}
                    bars.append({"name": str(item), "part": part, "label": label, **edges, "rows": rows})
    text = f"Test rows by score and class, in {N_BINS} bins of the score, of {', '.join(map(str, selected))}."
    caption = "The less the classes overlap, the better the ranking. Heights are logarithmic."
    return Chart("chart-scores", "Test rows by score and class", text, "scores", to_columns(bars), caption=caption)


def compute_histogram(at_least: Sequence[float], n_rows: float) -> list[float]:
    """Return the rows in each of N_BINS bins; `at_least` counts the rows with a score of at least each hundredth."""
    step = (len(at_least) - 1) // N_BINS
    edges = [n_rows, *at_least[step:-1:step], 0]
    return [above - below for above, below in pairwise(edges)]


def _make_scatter(context: ReportContext) -> Chart:
    candidates, (x, y) = context.leaderboard.candidates, FIRST_METRICS
    styles = style_classifiers(candidates)
    columns: Columns = {
        "x": [item.test[x] for item in candidates],
        "y": [item.test[y] for item in candidates],
        "series": [str(styles[item.classifier][0]) for item in candidates],
        "shape": [str(styles[item.classifier][1]) for item in candidates],
        "name": [str(item) for item in candidates],
        "champion": [str(item) == str(context.champion) for item in candidates],
    }
    title = f"{len(candidates)} candidates on test"
    text = (
        f"{len(candidates)} candidates by two metrics on test, colored by classifier; the champion has a ring. The "
        "table of every candidate contains the numbers."
    )
    words = {"x": format_axis_title(x), "y": format_axis_title(y)}
    caption = "Color and shape name the classifier. The ring is the champion."
    return Chart("chart-candidates", title, text, "candidates", columns, words, caption=caption)


def _make_curves(context: ReportContext, selected: list[Candidate], part: str) -> Columns:
    """Return the curve `part` of the overlays, at the hundredths of x."""
    return to_columns([
        {"x": j / 100, "y": value, "series": str(i), "name": str(item)}
        for i, item in enumerate(selected)
        for j, value in enumerate(getattr(context.overlays[str(item)], part))
    ])  # fmt: skip
