"""The verdict in plain sentences, each clause read off the numbers: also that nothing happened.

Every difference, interval and word is evaluate's (docs/artefacts.md, `comparisons`); nothing is measured here.
"""

from dataclasses import dataclass

from stages.report.formatting import interval, listed, number
from stages.report.sections.smote import smote
from stages.report.verdict_counts import difference, tally
from stages.shared.schemas.leaderboard import Candidate, Leaderboard

#: with fewer positives on test hardly any difference can be told from noise
ANECDOTE = 20


@dataclass(frozen=True)
class Verdict:
    """One sentence a field; `smote` is empty where no sampler of that family ran, `caution` where rows are enough."""

    caution: str
    ranking: str
    champion: str
    beyond: str
    smote: str

    @property
    def sentences(self) -> list[str]:
        """The sentences that there are, the most important first."""
        return [text for text in (self.caution, self.ranking, self.champion, self.beyond, self.smote) if text]


def judge(board: Leaderboard, champion: Candidate, rival: str) -> Verdict:
    """What the leaderboard says about the treatments, the champion, the probabilities, and SMOTE.

    `rival` is the reference in words, as a rule "doing nothing".
    """
    return Verdict(
        _caution(board), _ranking(board, rival), _champion(board, champion, rival), _beyond(board), smote(board)
    )


def _caution(board: Leaderboard) -> str:
    positives = board.data.test.positives
    if positives >= ANECDOTE:
        return ""
    return f"The test side has only {positives} positives: read every number here as an anecdote."


def _ranking(board: Leaderboard, rival: str) -> str:
    found = tally(board, "ranking")
    if not found.total:
        return f"Only {rival} was tried, so there is nothing to compare."
    if not found.better:
        counts = f"({len(found.tie)} tie, {len(found.worse)} worse)"
        return f"No treatment of the imbalance ranked better than {rival} {counts}."
    names = listed([f"{item.strategy} ({difference(item, board.settings.confidence)})" for item in found.better])
    counts = f"{len(found.tie)} tie, {len(found.worse)} worse"
    return (
        f"{len(found.better)} of {found.total} treatments of the imbalance ranked better than {rival}, in "
        f"average precision: {names}; {counts}."
    )


def _champion(board: Leaderboard, champion: Candidate, rival: str) -> str:
    low, high = champion.intervals["average_precision"]
    value = number("average_precision", champion.test["average_precision"])
    bounds = interval("average_precision", low, high)
    text = f"Champion: {champion}, average precision {value} on test ({bounds})"
    return f"{text}{_standing(board, champion, rival)}."


def _standing(board: Leaderboard, champion: Candidate, rival: str) -> str:
    """What is known of the champion against the others: every comparison has the reference on its other side."""
    if str(champion) == str(board.reference):
        found = tally(board, "ranking")
        ties = [item.strategy for item in found.tie]
        if len(ties) > 3:
            share = f"all {found.total}" if len(ties) == found.total else f"{len(ties)} of the {found.total}"
            return f"; it ties with {share} treatments"
        return f"; it ties with {listed(ties)}" if ties else ""
    if board.of_reference(champion):
        return f"; its strategy is {rival}"
    item = board.comparison("strategy", champion, "ranking", "average_precision")
    if not item:
        return ""
    against = f"{rival}, {board.reference} ({difference(item, board.settings.confidence)})"
    clauses = {"better": "it ranks better than", "tie": "it ties with", "worse": "it ranks worse than"}
    return f"; {clauses[item.verdict]} {against}"


def _beyond(board: Leaderboard) -> str:
    probabilities, decisions = tally(board, "probabilities"), tally(board, "decisions")
    if not probabilities.total:
        return ""
    compared = [*probabilities.better, *probabilities.tie, *probabilities.worse]
    calibrated = sum(board.row(item.strategy).is_calibrated for item in compared)
    after = "Brier score"
    if calibrated:
        after += ", after calibration" + ("" if calibrated == len(compared) else f" of {calibrated} of them")
    return (
        f"Of the {probabilities.total} treatments {len(probabilities.worse)} made the probabilities worse and "
        f"{len(probabilities.better)} better ({after}); with every threshold tuned, {len(decisions.better)} "
        f"decided better and {len(decisions.worse)} worse (F1)."
    )
