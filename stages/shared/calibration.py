"""Calibration: a rising function from the scores of a model to probabilities, as a few numbers in a JSON file."""

from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from stages.shared.schemas.base import ArtifactModel, parse
from stages.shared.storage.arrow import Floats

#: weight of the raw score in an isotonic probability, which makes its steps rise a little and so keeps the ranking
TILT = 1e-3

#: digits of a shift of the log odds
SHIFT_DIGITS = 6

Finite = Annotated[float, Field(allow_inf_nan=False)]


def _check_limits(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError("the first limit must not exceed the second")
    return limits


Limits = Annotated[tuple[Finite, Finite], AfterValidator(_check_limits)]


class Identity(ArtifactModel):
    """Scores that are left as they are."""

    method: Literal["none"]


class Line(ArtifactModel):
    """A straight line on the log odds (Platt 1999): p = expit(slope × logit(score) + intercept).

    `prior` is the line of slope 1 that exchanges the odds of the classes (Elkan 2001; Saerens et al. 2002).
    """

    method: Literal["sigmoid", "prior"]
    slope: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    intercept: Finite
    limits: Limits  # log odds that stand for the scores beyond them, 0 and 1 above all


class Steps(ArtifactModel):
    """An isotonic regression (Zadrozny & Elkan 2002): y at the knots x, straight between them, level beyond.

    Raises ValueError when y falls somewhere, or x and y differ in length.
    """

    method: Literal["isotonic"]
    x: Annotated[list[Finite], Field(min_length=1)]  # log odds, rising
    y: list[Annotated[float, Field(ge=0, le=1)]]  # rising or level
    limits: Limits

    @model_validator(mode="after")
    def _check_rise(self) -> "Steps":
        if len(self.x) != len(self.y) or (np.diff(self.x) <= 0).any() or (np.diff(self.y) < 0).any():
            raise ValueError("x must rise and y must not fall, and both must have the same length")
        return self


Calibrator = Annotated[Identity | Line | Steps, Field(discriminator="method")]


def calibrate(scores: Floats, calibrator: Calibrator) -> Floats:
    """Return the probabilities of `scores`, shape (rows,), in [0, 1]; they never fall where scores rise."""
    if isinstance(calibrator, Identity):
        return scores
    odds = log_odds(scores, *calibrator.limits)
    if isinstance(calibrator, Line):
        return expit(calibrator.slope * odds + calibrator.intercept)
    steps = np.interp(odds, calibrator.x, calibrator.y)
    return np.asarray((1 - TILT) * steps + TILT * scores)


def get_prior_shift(prevalence: float, deployment_prevalence: float) -> float:
    """Return what another prevalence adds to the log odds (Elkan 2001), with the digits of a file."""
    odds = np.array([deployment_prevalence, prevalence])
    return round(float(np.subtract(*log_odds(odds))), SHIFT_DIGITS)


def shift_prior(probabilities: Floats, shift: float) -> Floats:
    """Return the probabilities, shape (rows,), with `shift` added to their log odds: at another prevalence."""
    return expit(log_odds(probabilities) + shift) if shift else probabilities


def log_odds(scores: Floats, low: float = -np.inf, high: float = np.inf) -> Floats:
    """Return log(score / (1 − score)) clipped to `low` and `high`; without these limits it is infinite for 0 and 1."""
    scores = np.ascontiguousarray(scores, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.clip(np.log(scores) - np.log1p(-scores), low, high))


def expit(odds: Floats) -> Floats:
    """Return 1 / (1 + exp(−odds)), without overflow."""
    small = np.exp(-np.abs(odds))
    return np.asarray(np.where(odds >= 0, 1, small) / (1 + small))


def parse_calibration(path: object, content: object) -> dict[str, Calibrator]:
    """Return the calibrators in the file `path`, by classifier. Raises InputError when one does not fit."""
    return parse(dict[str, Calibrator], path, content)
