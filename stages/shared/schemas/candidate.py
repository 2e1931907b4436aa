"""Models of the candidates in metrics/leaderboard.json."""

from typing import Any

from stages.shared.schemas.base import ArtifactModel
from stages.shared.schemas.cross_validation import MeanStd, TunedSettings

Number = int | float


class CandidateName(ArtifactModel):
    """A strategy and one of its classifiers."""

    strategy: str
    classifier: str

    def __str__(self) -> str:
        return f"{self.strategy} × {self.classifier}"


class ProbabilityMetrics(ArtifactModel):
    """Metrics of scores as probabilities."""

    brier_score: float
    brier_skill: float
    log_loss: float
    ece: float
    mean_score_ratio: float


class RecalibrationLine(ArtifactModel):
    """The line that would recalibrate the log odds of the calibrated scores on the test rows, with intervals."""

    slope: float  # 1: spread as they should be; below 1 too extreme
    slope_interval: tuple[float, float]
    intercept: float  # 0: right on the whole; below 0 too high
    intercept_interval: tuple[float, float]


class Calibration(ArtifactModel):
    """The calibration of the scores, and its effect on the test rows."""

    method: str
    before: ProbabilityMetrics
    after: ProbabilityMetrics
    line: RecalibrationLine | None = None  # None: the scores are constant, or separate the classes


class Guarantee(ArtifactModel):
    """The cost of a threshold that keeps its bound on new rows; the values are of out-of-fold rows."""

    kept: bool  # False: no threshold can promise it, and this is the safest
    rows_needed: int  # positives (min_recall) or flagged rows (min_precision) that a promise needs at least
    point_threshold: float  # the threshold without the promise
    price: str  # the metric that gets worse
    at_point: float
    at_threshold: float


class Deployment(ArtifactModel):
    """The decisions on the test rows at the prevalence in use."""

    prior_shift: float  # what it adds to the log odds of calibrated scores
    precision: float
    precision_interval: tuple[float, float]
    f1: float
    flagged: float  # the share of all rows that is predicted positive
    cost_per_1000: float | None  # rows; None without costs


class Candidate(CandidateName):
    """One strategy × classifier with all its numbers."""

    sampler: str | None
    tuned: TunedSettings | None
    members: dict[str, float] | None  # of a blend, with their weights
    cv: dict[str, MeanStd]
    threshold: float
    threshold_interval: tuple[float, float] | None  # only where train has few positives and nothing is promised
    promise: Guarantee | None = None
    test: dict[str, Number]  # metrics, and counts at the threshold
    at_half: dict[str, Number]  # decision metrics and counts at 0.5
    cost_per_1000: float | None = None  # test rows, of the decisions at the threshold; None without costs
    in_use: Deployment | None = None  # only with a prevalence in use that is not that of the table
    intervals: dict[str, tuple[float, float]]
    mean_score_ratio: float
    calibration: Calibration

    def flatten(self) -> dict[str, Any]:
        """Return its metrics in the format of metrics/strategies/<strategy>.json."""
        return {
            "classifier": self.classifier,
            **{key: value for key, value in self.test.items() if key in self.cv},
            "threshold": self.threshold,
            **{key: value for key, value in self.test.items() if key not in self.cv},
            "cv_average_precision": self.cv["average_precision"].mean,
        }

    @property
    def prior_shift(self) -> float:
        """What the prevalence in use adds to the log odds of calibrated scores; 0 where it is that of the table."""
        return self.in_use.prior_shift if self.in_use else 0.0

    @property
    def is_calibrated(self) -> bool:
        """Whether its scores differ from those of the model."""
        return self.calibration.method != "none"
