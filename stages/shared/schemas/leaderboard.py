"""Model of metrics/leaderboard.json: every candidate on the test rows, written by evaluate.

docs/leaderboard.schema.json is generated from it.
"""

from typing import Literal

from pydantic import Field

from stages.shared.errors import InputError
from stages.shared.metrics.registry import Family
from stages.shared.schemas.base import ArtifactModel
from stages.shared.schemas.contract import Noticed
from stages.shared.schemas.cross_validation import MeanStd, TunedSettings

Scope = Literal["strategy", "classifier"]
Verdict = Literal["better", "worse", "tie"]
EffectVerdict = Literal["better", "worse", "same", "cannot_tell"]
#: the rows on which effects are measured: train out of fold and test, or test alone
RowsUsed = Literal["all", "test"]
Number = int | float


class SetSize(ArtifactModel):
    """The size of the train set or the test set."""

    rows: int
    positives: int

    @property
    def prevalence(self) -> float:
        """The share of positives, which is also the average precision of a random score."""
        return self.positives / self.rows


class Data(ArtifactModel):
    """The source table and the sizes of its two sets."""

    source: str
    target: str
    positive: str
    train: SetSize
    test: SetSize


class CandidateName(ArtifactModel):
    """A strategy and one of its classifiers."""

    strategy: str
    classifier: str

    def __str__(self) -> str:
        return f"{self.strategy} × {self.classifier}"


class Settings(ArtifactModel):
    """The settings of evaluate."""

    metric: str
    policy: str
    policy_key: dict[str, float]
    confidence: float
    n_resamples: int
    reference: CandidateName
    rows: RowsUsed = "test"
    margins: dict[str, float] = Field(
        default_factory=dict
    )  # by ranking metric: the largest difference that does not matter

    @property
    def policy_words(self) -> str:
        """The policy with its parameter, where it has one: min_recall (recall 0.9)."""
        policy_param = ", ".join(f"{key} {value:g}" for key, value in self.policy_key.items())
        return f"{self.policy} ({policy_param})" if policy_param else self.policy


class ProbabilityMetrics(ArtifactModel):
    """Metrics of scores as probabilities."""

    brier_score: float
    brier_skill: float
    log_loss: float
    ece: float
    mean_score_ratio: float


class Calibration(ArtifactModel):
    """The calibration of the scores, and its effect on the test rows."""

    method: str
    before: ProbabilityMetrics
    after: ProbabilityMetrics


class Candidate(CandidateName):
    """One strategy × classifier with all its numbers."""

    sampler: str | None
    tuned: TunedSettings | None
    members: dict[str, float] | None  # of a blend, with their weights
    cv: dict[str, MeanStd]
    threshold: float
    threshold_interval: tuple[float, float] | None  # only where train has few positives
    test: dict[str, Number]  # metrics, and counts at the threshold
    at_half: dict[str, Number]  # decision metrics and counts at 0.5
    intervals: dict[str, tuple[float, float]]
    mean_score_ratio: float
    calibration: Calibration

    @property
    def is_calibrated(self) -> bool:
        """Whether its scores differ from those of the model."""
        return self.calibration.method != "none"


class Comparison(ArtifactModel):
    """A paired difference on the test rows: candidate − reference."""

    scope: Scope
    family: Family
    metric: str
    strategy: str
    classifier: str
    reference_strategy: str
    reference_classifier: str
    difference: float
    low: float
    high: float
    verdict: Verdict


class Effect(ArtifactModel):
    """The effect of a strategy: a paired difference from no treatment with the same classifier."""

    strategy: str
    classifier: str | None  # None for the mean over the classifiers
    reference_classifier: str | None  # the plain counterpart of a classifier that balances itself
    metric: str
    rows: RowsUsed
    estimate: float
    low: float
    high: float
    verdict: EffectVerdict
    minimum_detectable: float  # the smallest effect that these rows show with a probability of 0.8
    positives_needed: int  # to show an effect of the size of the margin, by the same reckoning


class CvComparison(ArtifactModel):
    """A paired difference over the folds: candidate − another candidate."""

    metric: str
    strategy: str
    classifier: str
    reference_strategy: str
    reference_classifier: str
    difference: float
    low: float
    high: float

    @property
    def is_tie(self) -> bool:
        """Whether the interval of the difference holds 0."""
        return self.low <= 0 <= self.high


class Leaderboard(ArtifactModel):
    """metrics/leaderboard.json."""

    data: Data
    settings: Settings
    candidates: list[Candidate]  # best cross-validated first
    strategies: list[CandidateName]  # in params order, each with the classifier that represents it
    comparisons: list[Comparison]
    cv_comparisons: list[CvComparison]
    effects: list[Effect] = Field(default_factory=list)  # mean effects, then those of single classifiers, by metric
    noticed: list[Noticed] = Field(default_factory=list)  # what is doubtful about the table
    notes: list[str]

    def candidate(self, strategy: str, classifier: str) -> Candidate:
        """Return the candidate of that name. Raises InputError when there is none."""
        for candidate in self.candidates:
            if (candidate.strategy, candidate.classifier) == (strategy, classifier):
                return candidate
        raise InputError(f"metrics/leaderboard.json: {strategy} × {classifier} is missing; run `dvc repro` again")

    def row(self, strategy: str) -> Candidate:
        """Return the candidate that represents a strategy."""
        return self.candidate(strategy, next(row.classifier for row in self.strategies if row.strategy == strategy))

    @property
    def rows(self) -> list[Candidate]:
        """The candidates that represent the strategies, best cross-validated first."""
        names = {(row.strategy, row.classifier) for row in self.strategies}
        return [candidate for candidate in self.candidates if (candidate.strategy, candidate.classifier) in names]

    def mean_effects(self, metric: str) -> list[Effect]:
        """Return the mean effect of each strategy over the classifiers, in params order."""
        return [item for item in self.effects if item.metric == metric and item.classifier is None]

    def effect(self, name: CandidateName, metric: str) -> Effect | None:
        """Return the effect of a strategy with one classifier; None where it is not compared."""
        for item in self.effects:
            if (item.metric, item.strategy, item.classifier) == (metric, name.strategy, name.classifier):
                return item
        return None

    @property
    def reference(self) -> Candidate:
        """The candidate that represents the strategy without any treatment."""
        return self.candidate(self.settings.reference.strategy, self.settings.reference.classifier)

    def of_reference(self, candidate: CandidateName) -> bool:
        """Return whether the candidate belongs to the reference strategy."""
        return candidate.strategy == self.settings.reference.strategy

    def comparison(self, scope: Scope, name: CandidateName, family: Family, metric: str) -> Comparison | None:
        """Return the difference of a candidate from its reference; None for the reference itself."""
        key = (scope, family, metric, name.strategy, name.classifier)
        for item in self.comparisons:
            if (item.scope, item.family, item.metric, item.strategy, item.classifier) == key:
                return item
        return None

    def cv_comparison(self, left: CandidateName, right: CandidateName, metric: str) -> CvComparison | None:
        """Return the difference of two candidates over the folds; None where they are not compared."""
        key = (metric, left.strategy, left.classifier, right.strategy, right.classifier)
        for item in self.cv_comparisons:
            reference = item.reference_strategy, item.reference_classifier
            if (item.metric, item.strategy, item.classifier, *reference) == key:
                return item
        return None
