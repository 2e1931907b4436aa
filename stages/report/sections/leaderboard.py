"""The sections with tables of results: leaderboard, verdicts by family, every candidate."""

from stages.report.context import ReportContext
from stages.report.formatting import format_axis_title, format_metric, format_percent
from stages.report.rendering.axis import Axis, make_axis
from stages.report.rendering.blocks import Head, Items, Section, Span, Table
from stages.report.verdict.cells import (
    format_calibrated,
    format_cell,
    format_cv_value,
    format_test_value,
    make_span,
)
from stages.report.verdict.counts import MAIN_METRIC
from stages.shared.metrics.registry import METRICS, Family, get_points
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Leaderboard

FAMILY_TITLES: dict[Family, str] = {
    "ranking": "Ranking",
    "probabilities": "Probabilities",
    "decisions": "Decisions at the tuned threshold",
    "decisions_at_half": "Decisions at 0.5",
}


def make_leaderboard_section(context: ReportContext) -> Section:
    """Return a row per strategy, best cross-validated first, with its difference from the reference."""
    leaderboard, level = context.leaderboard, format_percent(context.leaderboard.settings.confidence)
    axis = _make_family_axis(leaderboard, "ranking")
    candidates = [item for item in leaderboard.candidates if item in leaderboard.rows or item == context.champion]
    extra = "" if context.champion in leaderboard.rows else ", and the champion in a row of its own"
    points = get_points(leaderboard.settings.metric)
    labels = [METRICS[point].label for point in points]
    header: list[str | Head] = [
        "Strategy", "Classifier", Head(f"Average precision against {context.reference_name}", axis),
        *(f"CV {label}" for label in labels), *(f"{label[0].upper()}{label[1:]} ({level})" for label in labels),
        "CV average precision", f"Average precision ({level})", "ROC-AUC", "Brier", "Threshold", "Precision", "Recall",
        "F1",
    ]  # fmt: skip
    rows: list[list[str | Span]] = [
        [
            f"{row.strategy} (champion)" if str(row) == str(context.champion) else row.strategy,
            row.classifier,
            _make_span(leaderboard, row, "ranking", axis),
            *(format_cv_value(row, point) for point in points),
            *(format_test_value(row, point) for point in points),
            format_cv_value(row),
            format_test_value(row, "average_precision"),
            *(format_metric(metric, row.test[metric]) for metric in ("roc_auc", "brier_score")),
            format_metric("threshold", row.threshold),
            *(format_metric(metric, row.test[metric]) for metric in ("precision", "recall", "f1")),
        ]
        for row in candidates
    ]
    guess = format_metric("average_precision", leaderboard.data.test.prevalence)
    caption = (
        f"Each strategy with its best classifier{extra}, best cross-validated first. Everything but the CV column and "
        f"the threshold is measured on the untouched test rows. A dot is the difference from {leaderboard.reference}, "
        f"the bar its {level} interval. A bar that crosses 0 is a tie; right of 0 is better. "
        f"Guessing gives an average precision of {guess}, the prevalence."
    )
    marked = candidates.index(context.champion)
    table = Table(caption, header, rows, "lln" + "rr" * len(points) + "rrrrrrrr", sortable=True, marked=marked)
    not_applicable = [f"Not applicable to this table: {item.label}. {item.why}" for item in leaderboard.not_applicable]
    return Section(
        "leaderboard", "Which strategy is better?", [table, *([Items(not_applicable)] if not_applicable else [])]
    )


def make_families_section(context: ReportContext) -> Section:
    """Return the difference of each strategy from the reference, per family of metrics."""
    leaderboard, level = context.leaderboard, format_percent(context.leaderboard.settings.confidence)
    axes = {family: _make_family_axis(leaderboard, family) for family in FAMILY_TITLES}
    header: list[str | Head] = [
        "Strategy",
        *(
            Head(f"{title}: {format_axis_title(MAIN_METRIC[family])}", axes[family])
            for family, title in FAMILY_TITLES.items()
        ),
    ]
    rows: list[list[str | Span]] = [
        [str(row), *(_make_span(leaderboard, row, family, axis) for family, axis in axes.items())]
        for row in leaderboard.rows
    ]
    caption = f"The difference from {leaderboard.reference} on test, with its {level} interval."
    return Section("families", "Better, tie or worse", [Table(caption, header, rows, "lnnnn")])


def make_candidates_section(context: ReportContext) -> Section:
    """Return a table of every strategy × classifier."""
    leaderboard, level = context.leaderboard, format_percent(context.leaderboard.settings.confidence)
    header = [
        "Strategy", "Classifier", "CV average precision", f"Test average precision ({level})", "ROC-AUC",
        "Calibration", "Brier", "Log loss", "ECE", "Mean score / prevalence", "Threshold", "Precision", "Recall", "F1",
        "Recall at 0.5", "Ranking against the same classifier",
    ]  # fmt: skip
    rows = [
        [
            item.strategy,
            item.classifier,
            format_cv_value(item),
            format_test_value(item, "average_precision"),
            format_metric("roc_auc", item.test["roc_auc"]),
            item.calibration.method,
            *(format_calibrated(item, metric) for metric in ("brier_score", "log_loss", "ece", "mean_score_ratio")),
            format_metric("threshold", item.threshold),
            *(format_metric(metric, item.test[metric]) for metric in ("precision", "recall", "f1")),
            format_metric("recall", item.at_half["recall"]),
            format_cell(leaderboard, "classifier", item),
        ]
        for item in leaderboard.candidates
    ]
    caption = (
        "Every strategy × classifier, best cross-validated first. Metrics that calibration changed are shown before → "
        "after; all others are of calibrated scores. The last column is the comparison with the same classifier of "
        f"{leaderboard.reference.strategy}, or with the classifier that it names."
    )
    table = Table(caption, header, rows, "llrrrlnnnnrrrrrn", sortable=True, file="candidates.csv")
    return Section("candidates", "Every candidate", [table])


def _make_family_axis(leaderboard: Leaderboard, family: Family) -> Axis:
    """Return an axis for the intervals of all strategies in the main metric of a family."""
    items = (leaderboard.comparison("strategy", row, family, MAIN_METRIC[family]) for row in leaderboard.rows)
    return make_axis([(item.low, item.high) for item in items if item])


def _make_span(leaderboard: Leaderboard, row: Candidate, family: Family, axis: Axis) -> str | Span:
    """Return the difference from the reference; "" for another candidate of the reference strategy."""
    metric = MAIN_METRIC[family]
    item = leaderboard.comparison("strategy", row, family, metric) or leaderboard.comparison(
        "classifier", row, family, metric
    )
    if not item:
        return "reference" if str(row) == str(leaderboard.reference) else ""
    return make_span(item.verdict, metric, item.difference, item.low, item.high, axis)
