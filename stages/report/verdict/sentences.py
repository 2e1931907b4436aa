"""The verdict in sentences: the treatments, the champion, the probabilities and SMOTE.

Each clause follows from a number of the leaderboard. The stage evaluate computes all differences and verdicts.
"""

from dataclasses import dataclass

from stages.report.champion.simplest import describe_simplest
from stages.report.formatting import join_names
from stages.report.verdict.cells import format_test_value
from stages.report.verdict.counts import MAIN_METRIC, count_verdicts, format_comparison, get_shown_metric
from stages.report.verdict.effects import describe_effects
from stages.report.verdict.smote import describe_smote
from stages.shared.metrics.registry import METRICS, get_points
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Leaderboard, Scope

#: with fewer positives in the test set hardly any difference is significant
MIN_POSITIVES = 20

#: more ties than this are counted, not named
_MAX_NAMES = 3


@dataclass(frozen=True)
class Verdict:
    """The verdict, one sentence per field; empty if it does not apply."""

    caution: str
    effects: list[str]
    ranking: str
    champion: str
    simplest: str
    other_families: str
    smote: str

    @property
    def sentences(self) -> list[str]:
        """The sentences that apply, the most important first."""
        first = [self.caution, *self.effects, self.ranking, self.champion]
        return [text for text in (*first, self.simplest, self.other_families, self.smote) if text]


def describe_verdict(leaderboard: Leaderboard, champion: Candidate, reference_name: str) -> Verdict:
    """Return the verdict of the leaderboard; `reference_name` is the reference in words, usually "doing nothing".

    The comparison of each strategy's best candidate on test is shown only where there are no effects.
    """
    effects = describe_effects(leaderboard, reference_name)
    return Verdict(
        caution=_describe_caution(leaderboard),
        effects=effects,
        ranking="" if effects else _describe_ranking(leaderboard, reference_name),
        champion=_describe_champion(leaderboard, champion, reference_name),
        simplest=describe_simplest(leaderboard, champion),
        other_families=_describe_other_families(leaderboard),
        smote=describe_smote(leaderboard),
    )


def _describe_caution(leaderboard: Leaderboard) -> str:
    positives = leaderboard.data.test.positives
    if positives >= MIN_POSITIVES:
        return ""
    return f"The test set has only {positives} positives: all results are highly uncertain."


def _describe_ranking(leaderboard: Leaderboard, reference_name: str) -> str:
    counts = count_verdicts(leaderboard, "ranking")
    if not counts.total:
        return f"Only {reference_name} was trained, so there is nothing to compare."
    others = f"{len(counts.tie)} tie, {len(counts.worse)} worse"
    if not counts.better:
        return f"No treatment of the imbalance ranked better than {reference_name} ({others})."
    confidence = leaderboard.settings.confidence
    names = join_names([f"{item.strategy} ({format_comparison(item, confidence)})" for item in counts.better])
    return (
        f"{len(counts.better)} of {counts.total} treatments of the imbalance ranked better than {reference_name}, in "
        f"average precision: {names}; {others}."
    )


def _describe_champion(leaderboard: Leaderboard, champion: Candidate, reference_name: str) -> str:
    metric = get_shown_metric(leaderboard)
    value = format_test_value(champion, metric).replace(" (", " on test (")
    rank = describe_rank(leaderboard, champion, reference_name)
    colon = ":" * bool(get_points(metric))  # the label ends with a number
    return f"Champion: {champion}, {METRICS[metric].label}{colon} {value}{'; ' * bool(rank)}{rank}."


def describe_rank(leaderboard: Leaderboard, champion: Candidate, reference_name: str) -> str:
    """Return a clause on the champion and the reference, or on the ties if it is the reference; empty without any."""
    if str(champion) == str(leaderboard.reference):
        counts = count_verdicts(leaderboard, "ranking")
        ties = [item.strategy for item in counts.tie]
        if len(ties) > _MAX_NAMES:
            share = f"all {counts.total}" if len(ties) == counts.total else f"{len(ties)} of the {counts.total}"
            return f"it ties with {share} treatments"
        return f"it ties with {join_names(ties)}" if ties else ""
    if leaderboard.of_reference(champion):
        return f"its strategy is {reference_name}"
    scopes: tuple[Scope, ...] = ("strategy", "classifier")  # where it does not represent its strategy, the second
    comparisons = (leaderboard.comparison(scope, champion, "ranking", MAIN_METRIC["ranking"]) for scope in scopes)
    item = next(filter(None, comparisons), None)
    if item is None:
        return ""
    clauses = {"better": "it ranks better than", "tie": "it ties with", "worse": "it ranks worse than"}
    reference = f"{reference_name}, {item.reference_strategy} × {item.reference_classifier}"
    return f"{clauses[item.verdict]} {reference} ({format_comparison(item, leaderboard.settings.confidence)})"


def _describe_other_families(leaderboard: Leaderboard) -> str:
    probabilities, decisions = count_verdicts(leaderboard, "probabilities"), count_verdicts(leaderboard, "decisions")
    if not probabilities.total:
        return ""
    compared = [*probabilities.better, *probabilities.tie, *probabilities.worse]
    calibrated = sum(leaderboard.row(item.strategy).is_calibrated for item in compared)
    metric = "Brier score"
    if calibrated:
        metric += ", after calibration" + ("" if calibrated == len(compared) else f" of {calibrated} of them")
    return (
        f"Of the {probabilities.total} treatments {len(probabilities.worse)} made the probabilities worse and "
        f"{len(probabilities.better)} better ({metric}). With tuned thresholds, {len(decisions.better)} decided better "
        f"and {len(decisions.worse)} worse (F1)."
    )
