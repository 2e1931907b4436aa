"""Calibrators fitted on out-of-fold scores: what resampling and weights did to the probabilities is taken back."""

from dataclasses import dataclass
from math import log

import numpy as np

from stages.shared.calibration import Calibrator, Identity, Line, Steps, calibrate, expit, log_odds
from stages.shared.classifiers import CLASSIFIERS
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.files import round_floats
from stages.train.classifiers.class_weights import ClassWeights, Counts, RowWeights, count_classes
from stages.train.folds.splitter import other_folds
from stages.train.params import Strategy

#: a line that rises less would turn the ranking round, or be lost in the digits that are stored
LEAST_SLOPE = 0.001

#: log odds beyond all that a score near 1 can have: 1 − 1e-16 has 37
FARTHEST = 40.0


@dataclass(frozen=True)
class CalibrationSpec:
    """How the scores of one classifier are calibrated."""

    method: str
    shift: float  # of the log odds, from the classes as the fit counted them to the classes as they are


def make_calibration_spec(
    requested: str,
    strategy: Strategy,
    classifier: str,
    train: Counts,
    fitted: Counts,
    weights: ClassWeights,
) -> CalibrationSpec:
    """Return how to calibrate `classifier` under `strategy`; `requested` is `calibration` of params.yaml.

    `train` and `fitted` are the classes before and after resampling, `weights` those of the last fit. auto calibrates
    what was resampled, weighted, or balances itself, and everything that was fitted on a share of the negatives.
    """
    balanced = CLASSIFIERS[classifier].balances_itself
    corrected = balanced or strategy.sampler is not None or strategy.class_weight is not None or train != fitted
    method = ("sigmoid" if corrected else "none") if requested == "auto" else requested
    negative, positive = fitted
    believed = 1.0 if balanced else positive * weights.positive / (negative * weights.negative)
    return CalibrationSpec(method, log(train[1] / train[0]) - log(believed))


def fit_calibrator(spec: CalibrationSpec, scores: Floats, y: Ints, sample_weight: RowWeights = None) -> Calibrator:
    """Return the calibrator, with its numbers rounded as in its file; arrays have shape (rows,)."""
    calibrator: Calibrator
    if spec.method == "sigmoid":
        calibrator = _fit_sigmoid(scores, y, sample_weight)
    elif spec.method == "isotonic":
        calibrator = _fit_isotonic(scores, y, sample_weight)
    elif spec.method == "prior":  # exchanges the odds of the classes, and learns nothing from the scores
        calibrator = Line(method="prior", slope=1.0, intercept=spec.shift, limits=_find_limits(scores))
    else:
        calibrator = Identity(method="none")
    return type(calibrator).model_validate(round_floats(calibrator.model_dump()))


def calibrate_oof(
    spec: CalibrationSpec,
    scores: Floats,
    y: Ints,
    fold: Ints,
    n_splits: int,
    by_time: bool = False,
    sample_weight: RowWeights = None,
) -> Floats:
    """Return the scores of each fold, calibrated by a calibrator fitted on the other folds of the same repeat.

    On the rows that it was fitted on, a calibrator looks better than it is.
    """
    result = np.empty_like(scores)
    for number in np.unique(fold):
        inside, others = fold == number, other_folds(fold, number, n_splits, by_time)
        weights = None if sample_weight is None else sample_weight[others]
        result[inside] = calibrate(scores[inside], fit_calibrator(spec, scores[others], y[others], weights))
    return result


def _fit_sigmoid(scores: Floats, y: Ints, sample_weight: RowWeights) -> Line:
    """Logistic regression of y on the log odds, with Platt's targets (1999): just short of 0 and 1, so that it ends."""
    from scipy.optimize import minimize

    limits = _find_limits(scores)
    odds = log_odds(scores, *limits)
    negatives, positives = count_classes(y, sample_weight)
    total = negatives + positives
    target = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    center, scale = odds.mean(), odds.std() or 1.0
    standard = (odds - center) / scale

    def loss(line: Floats) -> tuple[float, Floats]:
        value = line[0] * standard + line[1]
        wrong, losses = expit(value) - target, np.logaddexp(0, value) - target * value
        if sample_weight is not None:
            wrong = wrong * sample_weight
        mean = np.average(losses, weights=sample_weight)
        return float(mean), np.array([wrong @ standard, wrong.sum()]) / total

    bounds = [(LEAST_SLOPE * scale, None), (None, None)]
    start = np.array([scale, log(positives / negatives)])
    options = {"ftol": 0.0, "gtol": 1e-10, "maxiter": 1000}
    slope, intercept = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    slope /= scale
    return Line(method="sigmoid", slope=float(slope), intercept=float(intercept - slope * center), limits=limits)


def _fit_isotonic(scores: Floats, y: Ints, sample_weight: RowWeights) -> Steps:
    """Pool adjacent violators (scikit-learn's), on the log odds, where stored digits part small scores as well."""
    from sklearn.isotonic import IsotonicRegression

    limits = _find_limits(scores)
    outcome = IsotonicRegression(y_min=0, y_max=1).fit(log_odds(scores, *limits), y, sample_weight)
    x, first = np.unique(np.round(outcome.X_thresholds_, 6), return_index=True)
    return Steps(method="isotonic", x=x.tolist(), y=outcome.y_thresholds_[first].tolist(), limits=limits)


def _find_limits(scores: Floats) -> tuple[float, float]:
    """Finite log odds for the scores 0 and 1: half as far out as the nearest other score, as if by half a vote.

    Forests give many such scores. Where there are none, nothing is bounded that a score can be.
    """
    inner = scores[(scores > 0) & (scores < 1)]
    if not len(inner):
        return -FARTHEST, FARTHEST
    low = log(inner.min() / 2) if (scores == 0).any() else -FARTHEST
    high = -log((1 - inner.max()) / 2) if (scores == 1).any() else FARTHEST
    return max(low, -FARTHEST), min(high, FARTHEST)
