"""A candidate's threshold with what is known of it: whether it keeps its policy's bound, and how unsure it is."""

from dataclasses import dataclass

import numpy as np

from stages.evaluate.outputs.notes import FEW_POSITIVES
from stages.evaluate.params import EvaluateParams
from stages.evaluate.thresholds.tuning import keeps_promise, tuned_threshold
from stages.evaluate.thresholds.uncertainty import threshold_interval
from stages.shared.storage.arrow import Floats, Ints


@dataclass(frozen=True)
class Choice:
    """A threshold chosen on out-of-fold scores."""

    threshold: float
    interval: tuple[float, float] | None  # only where positives are few
    keeps_promise: bool


def choose_threshold(rows: Ints, y: Ints, scores: Floats, params: EvaluateParams) -> Choice:
    """The threshold that params.yaml asks for; `rows` tells repeated scores of one train row. Shapes (scores,)."""
    settings = params.evaluate
    policy, own = settings.threshold.policy, next(iter(settings.threshold.own.values()), None)
    threshold = tuned_threshold(y, scores, policy, settings.cost, own)
    interval = None
    repeats = len(rows) // len(np.unique(rows))
    if y.sum() // repeats < FEW_POSITIVES:
        interval = threshold_interval(
            y, scores, policy, settings.cost, own, repeats=repeats, confidence=settings.confidence,
            n_resamples=settings.n_resamples, random_state=params.random_state,
        )  # fmt: skip
    return Choice(threshold, interval, keeps_promise(y, scores, threshold, policy, own))
