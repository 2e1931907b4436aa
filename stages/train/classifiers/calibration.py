"""Calibrators fitted on out-of-fold scores, which undo the effect of resampling and weights on probabilities."""

from dataclasses import dataclass
from math import log

import numpy as np

from stages.shared.calibration import Calibrator, Identity, Line, Steps, calibrate, expit, log_odds
from stages.shared.classifiers import CLASSIFIERS
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.files import round_floats
from stages.train.classifiers.class_weights import ClassWeights, Counts, RowWeights, count_classes
from stages.train.folds.splitter import find_other_folds
from stages.train.params import Strategy

#: a smaller slope would reverse the ranking, or vanish in the stored digits
MIN_SLOPE = 0.001

#: larger than the log odds of any score below 1: those of 1 − 1e-16 are 37
MAX_LOG_ODDS = 40.0


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

    `train` and `fitted` are the counts of the classes before and after resampling; `weights` are those of the final
    fit. `auto` calibrates classifiers that balance themselves. It also calibrates all that were fitted on resampled or
    weighted rows, or on a share of the negatives.
    """
    balanced = CLASSIFIERS[classifier].balances_itself
    corrected = balanced or strategy.sampler is not None or strategy.class_weight is not None or train != fitted
    method = ("sigmoid" if corrected else "none") if requested == "auto" else requested
    negative, positive = fitted
    fitted_odds = 1.0 if balanced else positive * weights.positive / (negative * weights.negative)
    return CalibrationSpec(method, log(train[1] / train[0]) - log(fitted_odds))


def fit_calibrator(spec: CalibrationSpec, scores: Floats, y: Ints, sample_weight: RowWeights = None) -> Calibrator:
    """Return the calibrator, with its numbers rounded as in its file; arrays have shape (rows,)."""
    calibrator: Calibrator
    if spec.method == "sigmoid":
        calibrator = _fit_sigmoid(scores, y, sample_weight)
    elif spec.method == "isotonic":
        calibrator = _fit_isotonic(scores, y, sample_weight)
    elif spec.method == "prior":  # shifts the log odds by a known constant; nothing is learned from the scores
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

    On its own training rows a calibrator would seem too good.
    """
    result = np.empty_like(scores)
    for index in np.unique(fold):
        inside, others = fold == index, find_other_folds(fold, index, n_splits, by_time)
        weights = None if sample_weight is None else sample_weight[others]
        result[inside] = calibrate(scores[inside], fit_calibrator(spec, scores[others], y[others], weights))
    return result


def _fit_sigmoid(scores: Floats, y: Ints, sample_weight: RowWeights) -> Line:
    """Fit y on the log odds by logistic regression with Platt's targets (1999), which are not quite 0 and 1."""
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

    bounds = [(MIN_SLOPE * scale, None), (None, None)]
    start = np.array([scale, log(positives / negatives)])
    options = {"ftol": 0.0, "gtol": 1e-10, "maxiter": 1000}
    slope, intercept = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    slope /= scale
    return Line(method="sigmoid", slope=float(slope), intercept=float(intercept - slope * center), limits=limits)


def _fit_isotonic(scores: Floats, y: Ints, sample_weight: RowWeights) -> Steps:
    """Fit scikit-learn's isotonic regression on the log odds, whose stored digits also distinguish small scores."""
    from sklearn.isotonic import IsotonicRegression

    limits = _find_limits(scores)
    regression = IsotonicRegression(y_min=0, y_max=1).fit(log_odds(scores, *limits), y, sample_weight)
    x, first = np.unique(np.round(regression.X_thresholds_, 6), return_index=True)
    return Steps(method="isotonic", x=x.tolist(), y=regression.y_thresholds_[first].tolist(), limits=limits)


def _find_limits(scores: Floats) -> tuple[float, float]:
    """Return finite log odds for the scores 0 and 1, of which forests give many.

    They are the log odds of half the distance of the nearest other score from 0 or 1. Without scores of 0 or 1 the
    limits lie beyond every score.
    """
    inner = scores[(scores > 0) & (scores < 1)]
    if not len(inner):
        return -MAX_LOG_ODDS, MAX_LOG_ODDS
    low = log(inner.min() / 2) if (scores == 0).any() else -MAX_LOG_ODDS
    high = -log((1 - inner.max()) / 2) if (scores == 1).any() else MAX_LOG_ODDS
    return max(low, -MAX_LOG_ODDS), min(high, MAX_LOG_ODDS)
