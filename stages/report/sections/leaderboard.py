"""The sections with the numbers: leaderboard, verdicts by family, every candidate."""

from stages.report.context import ReportContext
from stages.report.formatting import LABELS, LOWER_IS_BETTER, interval, number, percent, signed, signed_interval
from stages.report.rendering.axis import Axis, axis
from stages.report.rendering.blocks import Block, Details, Head, Section, Span, Table
from stages.report.verdict.counts import MAIN_METRIC, count_verdicts
from stages.shared.metrics.registry import Family
from stages.shared.schemas.leaderboard import Candidate, Comparison, Leaderboard, Scope

FAMILY_TITLES: dict[Family, str] = {
    "ranking": "Ranking",
    "probabilities": "Probabilities",
    "decisions": "Decisions at the tuned threshold",
    "decisions_at_half": "Decisions at 0.5",
}


def leaderboard_section(context: ReportContext) -> Section:
    """A row a strategy, best cross-validated first, with its difference from doing nothing on a common axis."""
    leaderboard, level = context.leaderboard, percent(context.leaderboard.settings.confidence)
    shared = family_axis(leaderboard, "ranking")
    shown = [item for item in leaderboard.candidates if item in leaderboard.rows or item == context.champion]
    extra = "" if context.champion in leaderboard.rows else ", and the champion beside its own"
    header: list[str | Head] = [
        "Strategy", "Classifier", Head(f"Average precision against {context.reference_name}", shared),
        "CV average precision", f"Average precision ({level})", "ROC-AUC", "Brier", "Threshold", "Precision", "Recall",
        "F1",
    ]  # fmt: skip
    rows: list[list[str | Span]] = [
        [
            f"{row.strategy} (champion)" if str(row) == str(context.champion) else row.strategy,
            row.classifier,
            make_difference_cell(leaderboard, row, "ranking", shared),
            format_cv_value(row),
            format_test_value(row, "average_precision"),
            *(number(metric, row.test[metric]) for metric in ("roc_auc", "brier_score")),
            number("threshold", row.threshold),
            *(number(metric, row.test[metric]) for metric in ("precision", "recall", "f1")),
        ]
        for row in shown
    ]
    caption = (
        f"Each strategy with its best classifier{extra}, best cross-validated first. All but the CV column and the "
        f"threshold: on the untouched test rows. A dot is the difference from {leaderboard.reference}, the bar its "
        f"{level} interval: a bar that crosses the line of 0 is a tie. Right of the line is better."
    )
    marked = shown.index(context.champion)
    table = Table(caption, header, rows, "llnrrrrrrrr", sortable=True, marked=marked)
    return Section("leaderboard", "Which strategy is better?", [table])


def families(context: ReportContext) -> Section:
    """Who is better, even, or worse than doing nothing, in ranking, probabilities and decisions."""
    leaderboard = context.leaderboard
    counts_by_family = {family: count_verdicts(leaderboard, family) for family in FAMILY_TITLES}
    summary = [
        [
            f"{title} ({LABELS[MAIN_METRIC[family]]})",
            *(
                _names([item.strategy for item in items], counts_by_family[family].total)
                for items in (
                    counts_by_family[family].better,
                    counts_by_family[family].tie,
                    counts_by_family[family].worse,
                )
            ),
        ]
        for family, title in FAMILY_TITLES.items()
    ]
    axes = {family: family_axis(leaderboard, family) for family in FAMILY_TITLES}
    detail: list[list[str | Span]] = [
        [str(row), *(make_difference_cell(leaderboard, row, family, axes[family]) for family in FAMILY_TITLES)]
        for row in leaderboard.rows
    ]
    level = percent(leaderboard.settings.confidence)
    heads: list[str | Head] = ["Strategy"]
    for family, title in FAMILY_TITLES.items():
        metric = MAIN_METRIC[family]
        lower = " (lower is better)" if metric in LOWER_IS_BETTER else ""
        heads.append(Head(f"{title}: {LABELS[metric]}{lower}", axes[family]))
    caption = f"The difference from {leaderboard.reference} on test, with its {level} interval."
    blocks: list[Block] = [
        Table(f"Strategies against {context.reference_name}.", ["Family", "Better", "Tie", "Worse"], summary, "lttt"),
        Table(caption, heads, detail, "lnnnn"),
    ]
    return Section("families", "Better, tie or worse", blocks)


def candidates(context: ReportContext) -> Section:
    """Every strategy × classifier."""
    leaderboard, level = context.leaderboard, percent(context.leaderboard.settings.confidence)
    header = [
        "Strategy", "Classifier", "Sampler", "CV average precision", f"Test average precision ({level})", "ROC-AUC",
        "Calibration", "Brier", "Log loss", "ECE", "Mean score / prevalence", "Threshold", "Precision", "Recall", "F1",
        "Recall at 0.5",
        "Ranking against the same classifier",
    ]  # fmt: skip
    rows = [
        [
            item.strategy,
            item.classifier,
            item.sampler or "none",
            format_cv_value(item),
            format_test_value(item, "average_precision"),
            number("roc_auc", item.test["roc_auc"]),
            item.calibration.method,
            *(before_after(item, metric) for metric in ("brier_score", "log_loss", "ece", "mean_score_ratio")),
            number("threshold", item.threshold),
            *(number(metric, item.test[metric]) for metric in ("precision", "recall", "f1")),
            number("recall", item.at_half["recall"]),
            format_comparison(leaderboard, "classifier", item, "ranking"),
        ]
        for item in leaderboard.candidates
    ]
    caption = (
        "Every strategy × classifier, best cross-validated first. What calibration changed is shown before → after; "
        "all else is of calibrated scores. The last column compares with the same classifier "
        f"under {leaderboard.reference.strategy}, or where it has none with the one that it names."
    )
    table = Table(caption, header, rows, "lllrrrlnnnnrrrrrn", sortable=True)
    details = Details(f"All {len(rows)} candidates with every number", [table])
    return Section("candidates", "Every candidate", [details])


def family_axis(leaderboard: Leaderboard, family: Family) -> Axis:
    """The axis that holds the interval of every strategy's row in the main metric of a family."""
    metric = MAIN_METRIC[family]
    result = (leaderboard.comparison("strategy", row, family, metric) for row in leaderboard.rows)
    return axis([(item.low, item.high) for item in result if item])


def make_difference_cell(leaderboard: Leaderboard, row: Candidate, family: Family, shared: Axis) -> str | Span:
    """A row's difference from the reference as a cell; empty for another candidate of the reference strategy."""
    main = MAIN_METRIC[family]
    item = leaderboard.comparison("strategy", row, family, main) or leaderboard.comparison(
        "classifier", row, family, main
    )
    if not item:
        return "reference" if str(row) == str(leaderboard.reference) else ""
    text, bounds = _cell(item)
    return Span(text, bounds, item.verdict, item.low, item.difference, item.high, shared)


def _names(strategies: list[str], total: int) -> str:
    if not strategies:
        return "none"
    return f"all {total}" if len(strategies) == total > 1 else ", ".join(strategies)


def format_cv_value(candidate: Candidate) -> str:
    """Average precision over the folds: 0.845 ± 0.021."""
    spread = candidate.cv["average_precision"]
    return f"{number('average_precision', spread.mean)} ± {number('average_precision', spread.sd)}"


def before_after(candidate: Candidate, metric: str) -> str:
    """A metric of the probabilities on test: 0.0812 → 0.0301, or one number where nothing was calibrated."""
    before, after = (
        number(metric, getattr(side, metric)) for side in (candidate.calibration.before, candidate.calibration.after)
    )
    return f"{before} → {after}" if candidate.is_calibrated else after


def format_test_value(candidate: Candidate, metric: str) -> str:
    """A test metric with its interval: 0.850 (0.740 to 0.920)."""
    return f"{number(metric, candidate.test[metric])} ({interval(metric, *candidate.intervals[metric])})"


def format_comparison(leaderboard: Leaderboard, scope: Scope, candidate: Candidate, family: Family) -> str:
    """A comparison as a cell: tie −0.014 (−0.058 to +0.016). The reference strategy alone is compared with nothing."""
    item = leaderboard.comparison(scope, candidate, family, MAIN_METRIC[family])
    if not item:
        return "reference"
    other = item.reference_classifier
    return " ".join(_cell(item)) + (
        f", against {other}" if scope == "classifier" and other != candidate.classifier else ""
    )


def _cell(item: Comparison) -> tuple[str, str]:
    """The word with the difference, and the interval in brackets."""
    difference, bounds = signed(item.metric, item.difference), signed_interval(item.metric, item.low, item.high)
    return f"{item.verdict} {difference}", f"({bounds})"
