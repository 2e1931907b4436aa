"""The decision curve: net benefit at several threshold probabilities, with bands of paired differences.

Vickers & Elkin (2006). The thresholds lie around that of `net_benefit(…)` in `select.metric`, and the rows are those of
the effects.
"""

from collections.abc import Mapping

import numpy as np

from stages.evaluate.effects.effects import EffectSettings, estimate_errors
from stages.evaluate.effects.estimates import REFIT
from stages.evaluate.effects.row_sets import RankingValue, RowSets
from stages.evaluate.models.candidates import CandidateKey
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.curves import Band, DecisionCurve
from stages.shared.storage.arrow import Floats

#: the odds of the thresholds, as multiples of the odds of the threshold in `select.metric`
MULTIPLES = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)

#: threshold -> net benefit
Curve = Mapping[float, RankingValue]


def list_thresholds(metric: str) -> list[float]:
    """Return the thresholds around that of `metric`, if it is a net benefit; else none."""
    if not metric.startswith("net_benefit("):
        return []
    threshold = METRICS[metric].parameter or 0.0
    odds = [threshold / (1 - threshold) * multiple for multiple in MULTIPLES]
    rounded = [round(value / (1 + value), 6) for value in odds]
    return [threshold for threshold in rounded if 0 < threshold < 1]


def measure_curve(row_sets: RowSets, thresholds: list[float], oof: Floats, test: Floats) -> dict[float, RankingValue]:
    """Return the net benefit of calibrated scores at each threshold; the arrays have shape (rows,)."""
    return {value: row_sets.measure_one(f"net_benefit({value:f})", oof, test) for value in thresholds}


def make_decision_curves(
    curves: Mapping[CandidateKey, Curve], row_sets: RowSets, reference: CandidateKey, settings: EffectSettings
) -> list[DecisionCurve]:
    """Return the curve of every candidate, and its differences from other ways to decide.

    The other ways predict all rows positive, predict none positive, or decide as `reference` does. Each band holds at
    all thresholds at once.
    """
    thresholds = list(curves[reference])
    n_test = row_sets.n_test
    everyone = np.ones(len(row_sets.y))
    others = {
        "treat_all": list(measure_curve(row_sets, thresholds, everyone[n_test:], everyone[:n_test]).values()),
        "treat_none": list(measure_curve(row_sets, thresholds, 0 * everyone[n_test:], 0 * everyone[:n_test]).values()),
        "reference": list(curves[reference].values()),
    }
    return [
        DecisionCurve(
            **candidate._asdict(),
            thresholds=thresholds,
            net_benefit=[item.value for item in curve.values()],
            against={name: _make_band(list(curve.values()), values, settings) for name, values in others.items()},
        )
        for candidate, curve in curves.items()
    ]


def _make_band(left: list[RankingValue], right: list[RankingValue], settings: EffectSettings) -> Band:
    pairs = list(zip(left, right, strict=True))
    difference = np.array([ours.value - theirs.value for ours, theirs in pairs])
    influences = np.array([ours.influence - theirs.influence for ours, theirs in pairs])
    errors, quantile = estimate_errors(influences, settings.confidence, settings.n_draws, settings.random_state)
    half = REFIT * errors * quantile
    return Band(difference=difference.tolist(), low=(difference - half).tolist(), high=(difference + half).tolist())
