"""Strategy × classifier pairs: which stands for its strategy, and which is compared with which."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from stages.evaluate.inputs import CvRecord, ScoreMetric
from stages.evaluate.metrics import METRICS
from stages.shared.errors import InputError

AUTO = "auto"

#: the classifier that is a vote of the others
BLEND = "blend"


class Candidate(NamedTuple):
    """One classifier under one strategy."""

    strategy: str
    classifier: str

    def __str__(self) -> str:
        return f"{self.strategy}/{self.classifier}"  # its column in data/test_scores.parquet


@dataclass(frozen=True)
class Pair:
    """A candidate and what it is measured against."""

    scope: str  # strategy: what stands for each; classifier: the same classifier under both
    candidate: Candidate
    reference: Candidate


def reference_strategy(strategies: dict[str, dict[str, Any]]) -> str:
    """The strategy that does nothing: the first that sets nothing, or the first of all where none is."""
    return next((name for name, entry in strategies.items() if not any(entry.values())), next(iter(strategies)))


def best_first(records: dict[str, CvRecord], metric: ScoreMetric) -> list[Candidate]:
    """Every candidate, best cross-validation mean of `metric` first; equals in the order of params.yaml."""

    def merit(candidate: Candidate) -> float:
        mean = records[candidate.strategy].classifiers[candidate.classifier][metric].mean
        return mean if METRICS[metric].higher_is_better else -mean

    every = [Candidate(strategy, name) for strategy, record in records.items() for name in record.classifiers]
    return sorted(every, key=merit, reverse=True)  # stable: equals keep their order


def representatives(records: dict[str, CvRecord], classifier: str, metric: ScoreMetric) -> dict[str, Candidate]:
    """The candidate that stands for each strategy: the classifier asked for where it has that, else its best.

    `classifier` is a name or `auto`. Raises InputError when no strategy has a classifier of that name.
    """
    known = list(dict.fromkeys(name for record in records.values() for name in record.classifiers))
    if classifier not in (AUTO, *known):
        raise InputError(
            f"params.yaml: select.classifier: no strategy has such a classifier; found {classifier!r}; "
            f"allowed: {', '.join([AUTO, *known])}"
        )
    ranked = best_first(records, metric)
    return {
        strategy: Candidate(strategy, classifier)
        if classifier in record.classifiers
        else next(candidate for candidate in ranked if candidate.strategy == strategy)
        for strategy, record in records.items()
    }


def pairs(ranked: list[Candidate], standing: dict[str, Candidate], reference: str) -> list[Pair]:
    """All comparisons: what stands for each strategy with what stands for the reference, then like with like.

    A classifier that the reference strategy has not is compared with what stands for the reference. So is its own
    blend, which as a rule becomes the champion, where another of its classifiers stands for it.
    """
    others = [Pair("strategy", standing[name], standing[reference]) for name in standing if name != reference]
    own = {candidate.classifier: candidate for candidate in ranked if candidate.strategy == reference}
    alike = [
        Pair("classifier", candidate, own.get(candidate.classifier, standing[reference]))
        for candidate in ranked
        if candidate.strategy != reference
    ]
    blend = own.get(BLEND, standing[reference])
    untreated = [Pair("classifier", blend, standing[reference])] if blend != standing[reference] else []
    return others + alike + untreated
