"""The results of training one strategy: per fold, of the final fit, and of both together."""

from dataclasses import dataclass

from sklearn.pipeline import Pipeline

from stages.shared.schemas.contract import Step
from stages.shared.schemas.trace import FoldTrace
from stages.shared.storage.arrow import Floats
from stages.train.classifiers.calibration import CalibrationSpec
from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.fitting import EpochMetrics
from stages.train.folds.splitter import Fold
from stages.train.samplers.plan import Plan
from stages.train.tuning.grid import CandidateParams
from stages.train.tuning.search import GridScores, SearchResult

#: the tuned params of each tuned classifier
BestParams = dict[str, CandidateParams]

#: the training curve of each classifier that has epochs, on one fold
Curves = dict[str, list[EpochMetrics]]


@dataclass(frozen=True)
class FoldResult:
    """The scores of one fold's validation rows, with its search, its counts and its curves."""

    scores: dict[str, Floats]
    best_params: BestParams  # found by the search inside the training rows
    grid_scores: GridScores | None  # of the whole grid, for the search on the train set
    trace: FoldTrace
    curves: Curves
    used_fallback: dict[str, bool]


@dataclass(frozen=True)
class FinalFit:
    """The models fitted on the whole train set; `flow` is that of the strategy with its own sampler settings."""

    flow: list[Step]
    models: dict[str, Pipeline]
    weights: dict[str, ClassWeights]
    calibration_specs: dict[str, CalibrationSpec]
    used_fallback: dict[str, bool]


@dataclass(frozen=True)
class TuningResult:
    """The search on the train set, which gives the model's settings, and the best params inside each fold."""

    search: SearchResult
    fold_params: list[CandidateParams]


@dataclass(frozen=True)
class StrategyResult:
    """All results of one strategy on one train set, by classifier where they differ."""

    plan: Plan
    folds: list[Fold]
    oof: dict[str, Floats]  # shape (sum of validation rows,), fold by fold
    fold_traces: list[FoldTrace]
    curves: list[Curves]  # by fold
    flow: list[Step]  # of the final fit
    weights: dict[str, ClassWeights]  # of the final fit
    models: dict[str, Pipeline]  # without a sampler
    calibration_specs: dict[str, CalibrationSpec]
    n_failed_fits: dict[str, int]  # fits that a constant replaced
    tuning: dict[str, TuningResult]  # of the tuned classifiers
    blend_weights: dict[str, float]  # of the members of the blend; empty without one
