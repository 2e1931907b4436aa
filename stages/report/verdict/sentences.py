"""The verdict in plain sentences, each clause read off the numbers: also that nothing happened.

Every difference, interval and word is evaluate's (docs/artefacts.md, `comparisons`); nothing is measured here.
"""

from dataclasses import dataclass

from stages.report.formatting import interval, join_names, number
from stages.report.verdict.counts import count_verdicts, difference
from stages.report.verdict.smote import smote
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


def describe_verdict(leaderboard: Leaderboard, champion: Candidate, reference_name: str) -> Verdict:
    """What the leaderboard says about the treatments, the champion, the probabilities, and SMOTE.

    `rival` is the reference in words, as a rule "doing nothing".
    """
    return Verdict(
        _caution(leaderboard),
        _ranking(leaderboard, reference_name),
        _champion(leaderboard, champion, reference_name),
        _beyond(leaderboard),
        smote(leaderboard),
    )


def _caution(leaderboard: Leaderboard) -> str:
    positives = leaderboard.data.test.positives
    if positives >= ANECDOTE:
        return ""
    return f"The test side has only {positives} positives: read every number here as an anecdote."


def _ranking(leaderboard: Leaderboard, reference_name: str) -> str:
    result = count_verdicts(leaderboard, "ranking")
    if not result.total:
        return f"Only {reference_name} was tried, so there is nothing to compare."
    if not result.better:
        counts = f"({len(result.tie)} tie, {len(result.worse)} worse)"
        return f"No treatment of the imbalance ranked better than {reference_name} {counts}."
    names = join_names(
        [f"{item.strategy} ({difference(item, leaderboard.settings.confidence)})" for item in result.better]
    )
    counts = f"{len(result.tie)} tie, {len(result.worse)} worse"
    return (
        f"{len(result.better)} of {result.total} treatments of the imbalance ranked better than {reference_name}, in "
        f"average precision: {names}; {counts}."
    )


def _champion(leaderboard: Leaderboard, champion: Candidate, reference_name: str) -> str:
    low, high = champion.intervals["average_precision"]
    value = number("average_precision", champion.test["average_precision"])
    bounds = interval("average_precision", low, high)
    text = f"Champion: {champion}, average precision {value} on test ({bounds})"
    return f"{text}{_describe_rank(leaderboard, champion, reference_name)}."


def _describe_rank(leaderboard: Leaderboard, champion: Candidate, reference_name: str) -> str:
    """What is known of the champion against the others: every comparison has the reference on its other side."""
    if str(champion) == str(leaderboard.reference):
        result = count_verdicts(leaderboard, "ranking")
        ties = [item.strategy for item in result.tie]
        if len(ties) > 3:
            share = f"all {result.total}" if len(ties) == result.total else f"{len(ties)} of the {result.total}"
            return f"; it ties with {share} treatments"
        return f"; it ties with {join_names(ties)}" if ties else ""
    if leaderboard.of_reference(champion):
        return f"; its strategy is {reference_name}"
    item = leaderboard.comparison("strategy", champion, "ranking", "average_precision")
    if not item:
        return ""
    against = f"{reference_name}, {leaderboard.reference} ({difference(item, leaderboard.settings.confidence)})"
    clauses = {"better": "it ranks better than", "tie": "it ties with", "worse": "it ranks worse than"}
    return f"; {clauses[item.verdict]} {against}"


def _beyond(leaderboard: Leaderboard) -> str:
    probabilities, decisions = count_verdicts(leaderboard, "probabilities"), count_verdicts(leaderboard, "decisions")
    if not probabilities.total:
        return ""
    format_comparison = [*probabilities.better, *probabilities.tie, *probabilities.worse]
    calibrated = sum(leaderboard.row(item.strategy).is_calibrated for item in format_comparison)
    after = "Brier score"
    if calibrated:
        after += ", after calibration" + ("" if calibrated == len(format_comparison) else f" of {calibrated} of them")
    return (
        f"Of the {probabilities.total} treatments {len(probabilities.worse)} made the probabilities worse and "
        f"{len(probabilities.better)} better ({after}); with every threshold tuned, {len(decisions.better)} "
        f"decided better and {len(decisions.worse)} worse (F1)."
    )
