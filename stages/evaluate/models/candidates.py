"""Candidates (strategy × classifier), the representatives of strategies, and the pairs that are compared."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from stages.shared.classifiers import BLEND
from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.candidate import CandidateName
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.schemas.leaderboard import Scope

AUTO = "auto"


class CandidateKey(NamedTuple):
    """One classifier under one strategy."""

    strategy: str
    classifier: str

    def __str__(self) -> str:
        return f"{self.strategy}/{self.classifier}"  # its column in data/test_scores.parquet

    @property
    def name(self) -> CandidateName:
        """The candidate as artefacts name it."""
        return CandidateName(**self._asdict())


@dataclass(frozen=True)
class Pair:
    """A candidate and its reference."""

    scope: Scope  # strategy: the representatives; classifier: the same classifier under both strategies
    candidate: CandidateKey
    reference: CandidateKey


def find_reference(strategies: dict[str, dict[str, Any]]) -> str:
    """Return the first strategy without any treatment, or the first of all where there is none."""
    return next((name for name, entry in strategies.items() if not any(entry.values())), next(iter(strategies)))


def rank_candidates(records: dict[str, CvRecord], metric: str) -> list[CandidateKey]:
    """Return all candidates, best cross-validation mean of `metric` first; ties in the order of params.yaml."""

    def signed_mean(candidate: CandidateKey) -> float:
        return METRICS[metric].sign * records[candidate.strategy].classifiers[candidate.classifier][metric].mean

    candidates = [CandidateKey(strategy, name) for strategy, record in records.items() for name in record.classifiers]
    return sorted(candidates, key=signed_mean, reverse=True)  # stable: ties keep their order


def choose_representatives(records: dict[str, CvRecord], classifier: str, metric: str) -> dict[str, CandidateKey]:
    """Return the candidate that represents each strategy: the given classifier where it has that, else its best.

    `classifier` is a name or `auto`. Raises InputError when no strategy has a classifier of that name.
    """
    allowed = list(dict.fromkeys(name for record in records.values() for name in record.classifiers))
    if classifier not in (AUTO, *allowed):
        raise InputError(
            f"params.yaml: select.classifier: no strategy has such a classifier; found {classifier!r}; "
            f"allowed: {', '.join([AUTO, *allowed])}"
        )
    ranked = rank_candidates(records, metric)
    return {
        strategy: CandidateKey(strategy, classifier)
        if classifier in record.classifiers
        else next(candidate for candidate in ranked if candidate.strategy == strategy)
        for strategy, record in records.items()
    }


def list_pairs(ranked: list[CandidateKey], representatives: dict[str, CandidateKey], reference: str) -> list[Pair]:
    """Return all comparisons: first between representatives, then between equal classifiers.

    A classifier that the reference strategy lacks is compared with the reference's representative. So is the
    reference's own blend, the usual champion, where another classifier represents that strategy.
    """
    default = representatives[reference]
    strategies = [Pair("strategy", representatives[name], default) for name in representatives if name != reference]
    references = {candidate.classifier: candidate for candidate in ranked if candidate.strategy == reference}
    classifiers = [
        Pair("classifier", candidate, references.get(candidate.classifier, default))
        for candidate in ranked
        if candidate.strategy != reference
    ]
    blend = references.get(BLEND, default)
    untreated = [Pair("classifier", blend, default)] if blend != default else []
    return strategies + classifiers + untreated
