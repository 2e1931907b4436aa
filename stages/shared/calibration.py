"""Calibration: a rising function from the scores of a model to probabilities, as a few numbers in a JSON file."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from stages.shared.schemas.base import ArtifactModel, parse
from stages.shared.storage.arrow import Floats

#: the part of the raw score in an isotonic probability, so that its steps rise a little and the ranking stays
TILT = 1e-3

Number = Annotated[float, Field(allow_inf_nan=False)]


class Identity(ArtifactModel):
    """Scores that are left as they are."""

    method: Literal["none"]


class Line(ArtifactModel):
    """A straight line on the log odds (Platt 1999): p = expit(slope × logit(score) + intercept).

    `prior` is the line of slope 1 that exchanges the odds of the classes (Elkan 2001; Saerens et al. 2002).
    """

    method: Literal["sigmoid", "prior"]
    slope: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    intercept: Number
    limits: tuple[Number, Number]  # log odds that stand for the scores beyond them, 0 and 1 above all


class Steps(ArtifactModel):
    """An isotonic regression (Zadrozny & Elkan 2002): y at the knots x, straight between them, level beyond."""

    method: Literal["isotonic"]
    x: Annotated[list[Number], Field(min_length=1)]  # log odds, rising
    y: list[Annotated[float, Field(ge=0, le=1)]]  # rising or level
    limits: tuple[Number, Number]


Calibrator = Annotated[Identity | Line | Steps, Field(discriminator="method")]


def calibrate(scores: Floats, calibrator: Calibrator) -> Floats:
    """Return the probabilities of `scores`, shape (rows,), in [0, 1]; a higher score never gets a lower one."""
    if isinstance(calibrator, Identity):
        return scores
    odds = log_odds(scores, *calibrator.limits)
    if isinstance(calibrator, Line):
        return expit(calibrator.slope * odds + calibrator.intercept)
    steps = np.interp(odds, calibrator.x, calibrator.y)
    return np.asarray((1 - TILT) * steps + TILT * scores)


def log_odds(scores: Floats, low: float = -np.inf, high: float = np.inf) -> Floats:
    """log(score / (1 − score)) between `low` and `high`; infinite where a score is 0 or 1 and nothing bounds it."""
    scores = np.ascontiguousarray(scores, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.clip(np.log(scores) - np.log1p(-scores), low, high))


def expit(odds: Floats) -> Floats:
    """1 / (1 + exp(−odds)), without overflow."""
    small = np.exp(-np.abs(odds))
    return np.asarray(np.where(odds >= 0, 1, small) / (1 + small))


def parse_calibration(path: object, content: object) -> dict[str, Calibrator]:
    """Return the calibrators in the file `path`, by classifier. Raises InputError when one does not fit."""
    return parse(dict[str, Calibrator], path, content)
