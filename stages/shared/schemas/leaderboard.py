"""Model of metrics/leaderboard.json: every candidate on the test rows, written by evaluate.

docs/leaderboard.schema.json is generated from it.
"""

from operator import attrgetter
from typing import Literal

from pydantic import Field, model_validator

from stages.shared.errors import InputError
from stages.shared.metrics.registry import Family
from stages.shared.schemas.base import ArtifactModel
from stages.shared.schemas.candidate import Candidate, CandidateName, Number
from stages.shared.schemas.contract import Notice

Scope = Literal["strategy", "classifier"]
Verdict = Literal["better", "worse", "tie"]
EffectVerdict = Literal["better", "worse", "same", "cannot_tell"]
#: the rows on which effects are measured: train out of fold and test, or test alone
RowsUsed = Literal["all", "test"]


class SetSize(ArtifactModel):
    """The size of the train set or the test set."""

    rows: int
    positives: int
    weighted_positives: float | None = None  # with row weights: the rows weigh `rows` together

    @property
    def counted_positives(self) -> Number:
        """The positives, or the sum of their weights: the total of true positives and false negatives."""
        return self.positives if self.weighted_positives is None else self.weighted_positives

    @property
    def counted_negatives(self) -> Number:
        """The negatives, or the sum of their weights."""
        return self.rows - self.counted_positives

    @property
    def prevalence(self) -> float:
        """The share of positives, which is also the average precision of a random score."""
        return self.counted_positives / self.rows


class Data(ArtifactModel):
    """The source table and the sizes of its two sets."""

    source: str
    target: str
    positive: str
    train: SetSize
    test: SetSize
    out_of_fold: SetSize | None = None  # the part of train that the folds scored, where that is not all of it

    @property
    def scored(self) -> SetSize:
        """The part of train with out-of-fold scores."""
        return self.out_of_fold or self.train


class Settings(ArtifactModel):
    """The settings of evaluate."""

    metric: str
    policy: str
    policy_key: dict[str, float]
    promise: float | None = None  # the probability with which new rows keep the bound of the policy
    prevalence_in_use: float | None = None  # where it is not that of the table
    confidence: float
    n_resamples: int
    reference: CandidateName
    rows: RowsUsed = "test"
    margins: dict[str, float] = Field(default_factory=dict)  # by ranking metric: the largest that does not matter

    @property
    def policy_words(self) -> str:
        """The policy with its parameter and promise, where it has them: min_recall (recall 0.9)."""
        policy_param = ", ".join(f"{key} {value:g}" for key, value in self.policy_key.items())
        if self.promise is not None:
            policy_param += f" in {100 * self.promise:g} % of tables"
        return f"{self.policy} ({policy_param})" if policy_param else self.policy


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
    positives_needed: int  # to show an effect of the size of the margin with the same probability


class NotApplicable(ArtifactModel):
    """A strategy, or one of its classifiers, that cannot run on this table."""

    strategy: str
    classifier: str | None  # None for the whole strategy
    why: str

    @property
    def label(self) -> str:
        """The strategy, with the classifier where it is a single one."""
        return f"{self.strategy} × {self.classifier}" if self.classifier else self.strategy


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
    noticed: list[Notice] = Field(default_factory=list)  # what is doubtful about the table
    not_applicable: list[NotApplicable] = Field(default_factory=list)  # what could not run, in params order
    notes: list[str]

    @model_validator(mode="after")
    def _check_metrics(self) -> "Leaderboard":
        for field in ("cv", "test", "at_half", "intervals"):
            if len({tuple(getattr(candidate, field)) for candidate in self.candidates}) > 1:
                raise ValueError(f"the candidates have different metrics in `{field}`")
        return self

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
        key = (metric, name.strategy, name.classifier)
        return next((item for item in self.effects if (item.metric, item.strategy, item.classifier) == key), None)

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
        fields = attrgetter("scope", "family", "metric", "strategy", "classifier")
        return next((item for item in self.comparisons if fields(item) == key), None)

    def cv_comparison(self, left: CandidateName, right: CandidateName, metric: str) -> CvComparison | None:
        """Return the difference of two candidates over the folds; None where they are not compared."""
        key = (metric, left.strategy, left.classifier, right.strategy, right.classifier)
        fields = attrgetter("metric", "strategy", "classifier", "reference_strategy", "reference_classifier")
        return next((item for item in self.cv_comparisons if fields(item) == key), None)
