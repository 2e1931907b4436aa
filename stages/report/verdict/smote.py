"""The sentence on SMOTE: what it did to ranking, decisions and probabilities, and what a moved threshold does."""

import re

from stages.report.formatting import interval, number, percent
from stages.report.verdict.counts import count_verdicts, difference
from stages.shared.schemas.leaderboard import Candidate, Leaderboard


def smote(leaderboard: Leaderboard) -> str:
    """What SMOTE did to ranking, to recall at 0.5, to the Brier score; empty where no strategy ran its like."""
    family = [
        row
        for row in smote_rows(leaderboard)
        if leaderboard.comparison("strategy", row, "ranking", "average_precision")
    ]
    if not family:
        return ""
    row = family[0]
    clauses = [_ranking(leaderboard, row), _recall(leaderboard, row), _brier(leaderboard, row)]
    sentence = "; ".join(clause for clause in clauses if clause) + "."
    if len(family) == 1:
        return sentence
    names = {candidate.strategy for candidate in family}
    result = count_verdicts(leaderboard, "ranking")
    better, tie, worse = (
        sum(item.strategy in names for item in items) for items in (result.better, result.tie, result.worse)
    )
    whole = f"Of the {len(family)} strategies of the SMOTE family"
    return f"{sentence} {whole} {better} ranked better, {tie} tie, {worse} worse."


def smote_rows(leaderboard: Leaderboard) -> list[Candidate]:
    """The strategies' rows whose sampler makes synthetic positives as SMOTE does, plain SMOTE first."""
    rows = [leaderboard.row(row.strategy) for row in leaderboard.strategies]
    family = [row for row in rows if row.sampler and ("SMOTE" in row.sampler or row.sampler.startswith("ADASYN"))]
    return sorted(family, key=lambda row: not re.fullmatch("SMOTE(N|NC)?", row.sampler or ""))


def _ranking(leaderboard: Leaderboard, row: Candidate) -> str:
    item = leaderboard.comparison("strategy", row, "ranking", "average_precision")
    assert item is not None  # the caller chose rows that are compared
    categorical = row.sampler in ("SMOTENC", "SMOTEN")
    who = f"{'SMOTE' if categorical else row.sampler} ({row}{f', run as {row.sampler}' if categorical else ''}"
    # another classifier on the other side is part of the difference, so it must be said
    if row.classifier != item.reference_classifier:
        who = f"{who}, against {item.reference_strategy} × {item.reference_classifier}"
    did = {"better": "improved ranking", "tie": "did not measurably improve ranking", "worse": "worsened ranking"}
    return f"{who}) {did[item.verdict]} here (average precision {difference(item, leaderboard.settings.confidence)})"


def _recall(leaderboard: Leaderboard, row: Candidate) -> str:
    item = leaderboard.comparison("strategy", row, "decisions_at_half", "recall")
    if not item:
        return ""
    before, after = leaderboard.reference.at_half["recall"], row.at_half["recall"]
    change = f"from {number('recall', before)} to {number('recall', after)}"
    if row.is_calibrated:
        change += ", after calibration"
    if item.verdict == "worse":
        return f"it lowered recall at 0.5 {change}"
    if item.verdict == "tie":
        return f"it did not measurably change recall at 0.5 ({change})"
    return f"it raised recall at 0.5 {change}{_threshold(leaderboard, before, after)}"


def _threshold(leaderboard: Leaderboard, before: float, after: float) -> str:
    """Whether a moved threshold alone raises recall as far as the treatment did, when it raises it at all."""
    reference = leaderboard.reference
    moved = reference.test["recall"]
    low, high = reference.intervals["recall"]
    if moved <= before:
        return ""
    alone = f"{number('recall', moved)} at {number('threshold', reference.threshold)} for {reference}"
    if moved >= after:
        return f", which moving the threshold also does ({alone})"
    if high >= after:
        bounds = f"{percent(leaderboard.settings.confidence)} interval {interval('recall', low, high)}"
        return f", which moving the threshold also does within the noise ({alone}, {bounds})"
    return f", of which moving the threshold alone gives a part ({alone})"


def _brier(leaderboard: Leaderboard, row: Candidate) -> str:
    item = leaderboard.comparison("strategy", row, "probabilities", "brier_score")
    if not item:
        return ""
    before, after = (number("brier_score", side.test["brier_score"]) for side in (leaderboard.reference, row))
    change = f"(from {before} to {after})"
    if row.is_calibrated:
        raw = number("brier_score", row.calibration.before.brier_score)
        change = f"(from {before} to {after} after calibration; {raw} without it)"
    did = {"better": "improved", "worse": "worsened", "tie": "did not measurably change"}
    return f"it {did[item.verdict]} the Brier score {change}"
