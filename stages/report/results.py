"""The sections with the numbers: leaderboard, verdicts by family, every candidate."""

from stages.report.figures import Forest, forest
from stages.report.findings import Findings
from stages.report.leaderboard import Candidate, Comparison, Family, Leaderboard, Scope
from stages.report.page import Block, Figures, Section, Table
from stages.report.tally import MAIN_METRIC, tally
from stages.report.words import LABELS, LOWER_IS_BETTER, interval, number, percent, signed, signed_interval

FAMILY_TITLES: dict[Family, str] = {
    "ranking": "Ranking",
    "probabilities": "Probabilities",
    "decisions": "Decisions at the tuned threshold",
    "decisions_at_half": "Decisions at 0.5",
}


def leaderboard(findings: Findings) -> Section:
    """A row a strategy, best cross-validated first."""
    board, level = findings.board, percent(findings.board.settings.confidence)
    header = [
        "Strategy", "Classifier", "CV average precision", f"Test average precision ({level})", "Ranking", "ROC-AUC",
        "Brier", "Threshold", "Precision", "Recall", "F1",
    ]  # fmt: skip
    rows = [
        [
            f"{row.strategy} (champion)" if str(row) == str(findings.champion) else row.strategy,
            row.classifier,
            cross_validated(row),
            tested(row, "average_precision"),
            _word(board, row),
            *(number(metric, row.test[metric]) for metric in ("roc_auc", "brier_score")),
            number("threshold", row.threshold),
            *(number(metric, row.test[metric]) for metric in ("precision", "recall", "f1")),
        ]
        for row in board.rows
    ]
    caption = (
        "Each strategy with its classifier, best cross-validated first. "
        "All but the CV column and the threshold: on the untouched test rows. "
        f"Ranking: the verdict against {findings.rival}."
    )
    pictures = [plot for plot in (_forest(findings, "ranking"), _forest(findings, "probabilities")) if plot]
    figures: list[Block] = [Figures(pictures)] if pictures else []
    return Section("leaderboard", "Leaderboard", [Table(caption, header, rows, "llrrlrrrrrr"), *figures])


def families(findings: Findings) -> Section:
    """Who is better, even, or worse than doing nothing, in ranking, probabilities and decisions."""
    board = findings.board
    tallies = {family: tally(board, family) for family in FAMILY_TITLES}
    summary = [
        [
            f"{title} ({LABELS[MAIN_METRIC[family]]})",
            *(
                ", ".join(item.strategy for item in items) or "none"
                for items in (tallies[family].better, tallies[family].tie, tallies[family].worse)
            ),
        ]
        for family, title in FAMILY_TITLES.items()
    ]
    detail = [
        [
            str(row),
            *(compared(board, "strategy", row, family) for family in FAMILY_TITLES),
        ]
        for row in board.rows
    ]
    level = percent(board.settings.confidence)
    heads = [
        f"{title}: {LABELS[metric]}{' (lower is better)' if metric in LOWER_IS_BETTER else ''}"
        for title, metric in ((title, MAIN_METRIC[family]) for family, title in FAMILY_TITLES.items())
    ]
    caption = f"The difference from {board.reference} on test, with its {level} interval."
    blocks: list[Block] = [
        Table(f"Strategies against {findings.rival}.", ["Family", "Better", "Tie", "Worse"], summary, "lttt"),
        Table(caption, ["Strategy", *heads], detail, "lnnnn"),
    ]
    return Section("families", "Better, tie or worse", blocks)


def candidates(findings: Findings) -> Section:
    """Every strategy × classifier."""
    board, level = findings.board, percent(findings.board.settings.confidence)
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
            cross_validated(item),
            tested(item, "average_precision"),
            number("roc_auc", item.test["roc_auc"]),
            item.calibration.method,
            *(before_after(item, metric) for metric in ("brier_score", "log_loss", "ece", "mean_score_ratio")),
            number("threshold", item.threshold),
            *(number(metric, item.test[metric]) for metric in ("precision", "recall", "f1")),
            number("recall", item.at_half["recall"]),
            compared(board, "classifier", item, "ranking"),
        ]
        for item in board.candidates
    ]
    caption = (
        "Every strategy × classifier, best cross-validated first. What calibration changed is shown before → after; "
        "all else is of calibrated scores. The last column compares with the same classifier "
        f"under {board.reference.strategy}, or where it has none with the one that it names."
    )
    return Section("candidates", "Every candidate", [Table(caption, header, rows, "lllrrrlnnnnrrrrrn")])


def cross_validated(candidate: Candidate) -> str:
    """Average precision over the folds: 0.845 ± 0.021."""
    spread = candidate.cv["average_precision"]
    return f"{number('average_precision', spread.mean)} ± {number('average_precision', spread.sd)}"


def before_after(candidate: Candidate, metric: str) -> str:
    """A metric of the probabilities on test: 0.0812 → 0.0301, or one number where nothing was calibrated."""
    before, after = (
        number(metric, getattr(side, metric)) for side in (candidate.calibration.before, candidate.calibration.after)
    )
    return f"{before} → {after}" if candidate.is_calibrated else after


def tested(candidate: Candidate, metric: str) -> str:
    """A test metric with its interval: 0.850 (0.740 to 0.920)."""
    return f"{number(metric, candidate.test[metric])} ({interval(metric, *candidate.intervals[metric])})"


def compared(board: Leaderboard, scope: Scope, candidate: Candidate, family: Family) -> str:
    """A comparison as a cell: tie −0.014 (−0.058 to +0.016). The reference strategy alone is compared with nothing."""
    item = board.comparison(scope, candidate, family, MAIN_METRIC[family])
    if not item:
        return "reference"
    other = item.reference_classifier
    return _cell(item) + (f", against {other}" if scope == "classifier" and other != candidate.classifier else "")


def _cell(item: Comparison) -> str:
    return (
        f"{item.verdict} {signed(item.metric, item.difference)} ({signed_interval(item.metric, item.low, item.high)})"
    )


def _word(board: Leaderboard, row: Candidate) -> str:
    item = board.comparison("strategy", row, "ranking", "average_precision")
    return item.verdict if item else "reference"


def _forest(findings: Findings, family: Family) -> Forest | None:
    board, metric = findings.board, MAIN_METRIC[family]
    items = [item for row in board.rows if (item := board.comparison("strategy", row, family, metric))]
    if not items:
        return None
    direction = "left of zero is better" if metric in LOWER_IS_BETTER else "right of zero is better"
    title = f"{LABELS[metric][0].upper()}{LABELS[metric][1:]}: difference from {findings.rival}"
    text = "; ".join(f"{item.strategy} {_cell(item)}" for item in items)
    places = [(item.strategy, item.verdict, item.low, item.difference, item.high) for item in items]
    return forest(f"forest-{metric}", title, f"difference in {LABELS[metric]} ({direction})", places, text)
