"""`metrics/leaderboard.json` as report reads it; docs/artefacts.md describes it."""

from typing import Any, Literal

from stages.report.records import Read, Spread
from stages.shared.errors import InputError

Scope = Literal["strategy", "classifier"]
Family = Literal["ranking", "probabilities", "decisions", "decisions_at_half"]
Word = Literal["better", "worse", "tie"]
Number = int | float


class Side(Read):
    """The size of one side of the split."""

    rows: int
    positives: int


class Data(Read):
    """What was predicted, from what."""

    source: str
    target: str
    positive: str
    train: Side
    test: Side


class Name(Read):
    """Which candidate: a strategy and one of its classifiers."""

    strategy: str
    classifier: str

    def __str__(self) -> str:
        return f"{self.strategy} × {self.classifier}"


class Settings(Read):
    """How evaluate measured."""

    metric: str
    policy: str
    policy_key: dict[str, float]
    confidence: float
    n_resamples: int
    reference: Name

    @property
    def policy_words(self) -> str:
        """The policy with its own key, where it has one: min_recall (recall 0.9)."""
        own = ", ".join(f"{key} {value:g}" for key, value in self.policy_key.items())
        return f"{self.policy} ({own})" if own else self.policy


class Probabilities(Read):
    """What scores are worth as probabilities."""

    brier_score: float
    brier_skill: float
    log_loss: float
    ece: float
    mean_score_ratio: float


class Calibration(Read):
    """How the scores were calibrated, and what that changed on test."""

    method: str
    before: Probabilities
    after: Probabilities


class Tuned(Read):
    """The settings that a search found, in place of those in params.yaml."""

    sampler: dict[str, Any]
    classifier: dict[str, Any]

    @property
    def words(self) -> str:
        """Its settings as in params.yaml: k_neighbors 3, C 0.1."""
        return ", ".join(f"{key} {value}" for key, value in {**self.sampler, **self.classifier}.items())


class Candidate(Name):
    """One strategy × classifier with all its numbers."""

    sampler: str | None
    tuned: Tuned | None
    members: dict[str, float] | None  # of a blend, with their shares
    cv: dict[str, Spread]
    threshold: float
    threshold_interval: tuple[float, float] | None
    test: dict[str, Number]
    at_half: dict[str, Number]
    intervals: dict[str, tuple[float, float]]
    mean_score_ratio: float
    calibration: Calibration

    @property
    def is_calibrated(self) -> bool:
        """Whether its scores are other than the model gives them."""
        return self.calibration.method != "none"


class CvComparison(Name):
    """A paired difference over the folds: candidate − another one."""

    metric: str
    reference_strategy: str
    reference_classifier: str
    difference: float
    low: float
    high: float

    @property
    def is_tie(self) -> bool:
        """Whether the folds cannot tell the two apart."""
        return self.low <= 0 <= self.high


class Comparison(Name):
    """A paired difference on the test rows: candidate − reference."""

    scope: Scope
    family: Family
    metric: str
    reference_strategy: str
    reference_classifier: str
    difference: float
    low: float
    high: float
    verdict: Word


class Leaderboard(Read):
    """`metrics/leaderboard.json`."""

    data: Data
    settings: Settings
    candidates: list[Candidate]  # best cross-validated first
    strategies: list[Name]  # in params order, each with the classifier that stands for it
    comparisons: list[Comparison]
    cv_comparisons: list[CvComparison]
    notes: list[str]

    def candidate(self, strategy: str, classifier: str) -> Candidate:
        """The candidate of that name. Raises InputError when the file names one that it does not hold."""
        for candidate in self.candidates:
            if (candidate.strategy, candidate.classifier) == (strategy, classifier):
                return candidate
        raise InputError(f"metrics/leaderboard.json: {strategy} × {classifier} is missing; run `dvc repro` again")

    def cv_comparison(self, one: Name, other: Name, metric: str) -> CvComparison | None:
        """The difference of two candidates over the folds, where it is known."""
        wanted = (metric, one.strategy, one.classifier, other.strategy, other.classifier)
        for item in self.cv_comparisons:
            reference = item.reference_strategy, item.reference_classifier
            if (item.metric, item.strategy, item.classifier, *reference) == wanted:
                return item
        return None

    def row(self, strategy: str) -> Candidate:
        """The candidate that stands for a strategy."""
        return self.candidate(strategy, next(row.classifier for row in self.strategies if row.strategy == strategy))

    @property
    def reference(self) -> Candidate:
        """The best candidate of the strategy that does nothing."""
        return self.candidate(self.settings.reference.strategy, self.settings.reference.classifier)

    def of_reference(self, candidate: Name) -> bool:
        """Whether its strategy is the one that the others are compared with."""
        return candidate.strategy == self.settings.reference.strategy

    @property
    def rows(self) -> list[Candidate]:
        """A candidate a strategy, best cross-validated first."""
        chosen = {(row.strategy, row.classifier) for row in self.strategies}
        return [candidate for candidate in self.candidates if (candidate.strategy, candidate.classifier) in chosen]

    def comparison(self, scope: Scope, name: Name, family: Family, metric: str) -> Comparison | None:
        """How a candidate does against its reference, or None where it is not compared (the reference strategy)."""
        for item in self.comparisons:
            if (item.scope, item.family, item.metric) == (scope, family, metric) and (
                (item.strategy, item.classifier) == (name.strategy, name.classifier)
            ):
                return item
        return None
