"""The sentence on SMOTE: its effect on ranking, on recall at 0.5 and on the Brier score."""

import re

from stages.report.formatting import format_interval, format_metric, format_percent
from stages.report.verdict.counts import format_comparison
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Comparison, Leaderboard


def describe_smote(leaderboard: Leaderboard) -> str:
    """Return what SMOTE changed; empty if no strategy with a sampler of its family is compared."""
    for row in find_smote_rows(leaderboard):
        if ranking := leaderboard.comparison("strategy", row, "ranking", "average_precision"):
            clauses = [
                _describe_ranking(leaderboard, row, ranking),
                _describe_recall(leaderboard, row),
                _describe_brier(leaderboard, row),
            ]
            return " ".join(f"{clause}." for clause in clauses if clause)
    return ""


def find_smote_rows(leaderboard: Leaderboard) -> list[Candidate]:
    """Return the representatives of strategies with a sampler of the SMOTE family, plain SMOTE first."""
    rows = [leaderboard.row(row.strategy) for row in leaderboard.strategies]
    family = [row for row in rows if row.sampler and ("SMOTE" in row.sampler or row.sampler.startswith("ADASYN"))]
    return sorted(family, key=lambda row: not re.fullmatch("SMOTE(N|NC)?", row.sampler or ""))


def _describe_ranking(leaderboard: Leaderboard, row: Candidate, item: Comparison) -> str:
    categorical = row.sampler in ("SMOTENC", "SMOTEN")
    subject = f"{'SMOTE' if categorical else row.sampler} ({row}{f', run as {row.sampler}' if categorical else ''}"
    # the difference also contains that of the classifiers, if they differ
    if row.classifier != item.reference_classifier:
        subject = f"{subject}, against {item.reference_strategy} × {item.reference_classifier}"
    verbs = {"better": "improved ranking", "tie": "did not measurably improve ranking", "worse": "worsened ranking"}
    difference = format_comparison(item, leaderboard.settings.confidence)
    return f"{subject}) {verbs[item.verdict]} here (average precision {difference})"


def _describe_recall(leaderboard: Leaderboard, row: Candidate) -> str:
    item = leaderboard.comparison("strategy", row, "decisions_at_half", "recall")
    if not item:
        return ""
    before, after = leaderboard.reference.at_half["recall"], row.at_half["recall"]
    change = f"from {format_metric('recall', before)} to {format_metric('recall', after)}"
    if row.is_calibrated:
        change += ", after calibration"
    verbs = {"better": "raised", "worse": "lowered", "tie": "did not measurably change"}
    threshold = _describe_threshold(leaderboard, before, after) if item.verdict == "better" else ""
    return f"It {verbs[item.verdict]} recall at 0.5 ({change}){threshold}"


def _describe_threshold(leaderboard: Leaderboard, before: float, after: float) -> str:
    """Return whether the tuned threshold alone raises recall as much; empty if it does not raise recall."""
    reference = leaderboard.reference
    recall = reference.test["recall"]
    low, high = reference.intervals["recall"]
    if recall <= before:
        return ""
    result = f"{format_metric('recall', recall)} at {format_metric('threshold', reference.threshold)} for {reference}"
    if recall >= after:
        return f", which moving the threshold also does ({result})"
    if high >= after:
        level = format_percent(leaderboard.settings.confidence)
        bounds = f"{level} interval {format_interval('recall', low, high)}"
        return f", which moving the threshold also does within the noise ({result}, {bounds})"
    return f", of which moving the threshold alone gives a part ({result})"


def _describe_brier(leaderboard: Leaderboard, row: Candidate) -> str:
    item = leaderboard.comparison("strategy", row, "probabilities", "brier_score")
    if not item:
        return ""
    before, after = (
        format_metric("brier_score", candidate.test["brier_score"]) for candidate in (leaderboard.reference, row)
    )
    change = f"(from {before} to {after})"
    if row.is_calibrated:
        raw = format_metric("brier_score", row.calibration.before.brier_score)
        change = f"(from {before} to {after} after calibration; {raw} without it)"
    verbs = {"better": "improved", "worse": "worsened", "tie": "did not measurably change"}
    return f"It {verbs[item.verdict]} the Brier score {change}"
