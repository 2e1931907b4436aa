"""The effects of the treatments on all rows, each of which was in one test set, scored by a model without it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stages.evaluate.effects.effects import (
    CandidateMetrics,
    Comparison,
    EffectSettings,
    choose_margins,
    estimate_effects,
    get_mean_difference,
    list_comparisons,
)
from stages.evaluate.effects.row_sets import RankingValue, RowSets, encode_groups
from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.uncertainty.jackknife import TINY
from stages.shared.metrics.registry import METRICS, Family, list_compared
from stages.shared.schemas.leaderboard import Effect
from stages.shared.storage.arrow import Bools, Floats, Ints

FAMILIES: tuple[Family, ...] = ("ranking", "probabilities", "decisions")

#: factor of the error of the rows and of the spread between rotations, by simulation (docs/verdict.md). Rotations share
#: most of their train rows, so the spread between rotations does not include the noise of these rows
SHARED_ROWS = 1.4


@dataclass(frozen=True)
class Rotation:
    """The rows of one test set, shape (rows,) each, with scores and decisions of every candidate."""

    rows: Ints  # in the raw file
    y: Ints
    groups: Ints  # equal in the rows that belong together
    scores: Mapping[CandidateKey, Floats]
    decisions: Mapping[CandidateKey, Bools]  # by the threshold of this rotation's train set
    weights: Floats | None = None  # how much each row counts, with the mean 1


@dataclass(frozen=True)
class RotationSettings:
    """The settings of the estimates; see `evaluate` in params.yaml."""

    reference: str  # the strategy without treatment
    confidence: float
    n_draws: int
    random_state: int
    margin: float | None = None  # of the ranking metrics; None chooses it
    points: Collection[str] = ()  # metrics at operating points


@dataclass(frozen=True)
class RotationEstimates:
    """The effects with their margins, by metric, and the rows and positives behind them."""

    rows: int
    positives: int
    margins: dict[str, float]
    spread: dict[str, float]  # by metric: see `find_spread`
    effects: list[Effect]


def estimate_rotations(rotations: Sequence[Rotation], settings: RotationSettings) -> RotationEstimates:
    """Return the effects on the metrics of ranking, of probabilities and of decisions.

    A metric of ranking is measured inside each test set, because models of different rotations give scores that do not
    compare. Losses and decisions compare, so they are counted over all rows together (Forman & Scholz 2010). The
    candidates are those that every rotation has.

    The error of an effect is that of the rows, multiplied by the spread between the rotations and by SHARED_ROWS. Rows
    alone do not show that every train set has other models and thresholds.
    """
    sets, candidates = make_sets(rotations), list_candidates(rotations)
    margins: dict[str, float] = {}
    spread: dict[str, float] = {}
    effects: list[Effect] = []
    for family in FAMILIES:
        metrics = list_compared(*settings.points)[family]
        candidate_metrics = measure_family(rotations, candidates, family, metrics)
        by_rotation = [measure_family([rotation], candidates, family, metrics) for rotation in rotations]
        comparisons = list_comparisons(candidate_metrics, settings.reference)
        for metric, margin in _choose_margins(candidate_metrics, sets, family, settings).items():
            margins[metric], spread[metric] = margin, find_spread(by_rotation, comparisons, metric)
            effect_settings = EffectSettings(
                "test", settings.confidence, {metric: margin}, settings.n_draws, settings.random_state,
                sets.n_positives, SHARED_ROWS * spread[metric],
            )  # fmt: skip
            effects += estimate_effects(candidate_metrics, comparisons, effect_settings)
    return RotationEstimates(len(sets.y), sets.n_positives, margins, spread, effects)


def find_spread(by_rotation: Sequence[CandidateMetrics], comparisons: Sequence[Comparison], metric: str) -> float:
    """Return how much more the effects differ from rotation to rotation than their rows explain: a factor from 1.

    Its square is the variance over the rotations ÷ the variance by the jackknife of the rows. It is the mean over the
    comparisons, because the rotations give little evidence on a single comparison.
    """
    ratios = []
    for item in comparisons if len(by_rotation) > 1 else ():
        differences = [get_mean_difference(measured, item, metric) for measured in by_rotation]
        values, influences = zip(*differences, strict=True)
        of_rows = float(np.mean([influence @ influence for influence in influences]))
        if of_rows > TINY**2:
            ratios.append(float(np.var(values, ddof=1)) / of_rows)
    return max(float(np.mean(ratios)) ** 0.5, 1.0) if ratios else 1.0


def list_candidates(rotations: Sequence[Rotation]) -> list[CandidateKey]:
    """Return the candidates that every rotation has, in the order of the first."""
    first, *others = (rotation.scores for rotation in rotations)
    return [candidate for candidate in first if all(candidate in scores for scores in others)]


def make_sets(rotations: Sequence[Rotation]) -> RowSets:
    """Return the rows of all test sets, one set each."""
    numbers = np.repeat(np.arange(len(rotations)), [len(rotation.y) for rotation in rotations])
    weights = [rotation.weights for rotation in rotations if rotation.weights is not None]
    return RowSets(
        np.concatenate([rotation.y for rotation in rotations]),
        numbers,
        encode_groups(np.concatenate([rotation.groups for rotation in rotations])),
        weights=np.concatenate(weights) if weights else None,
    )


def measure_family(
    rotations: Sequence[Rotation], candidates: Sequence[CandidateKey], family: Family, metrics: Sequence[str]
) -> dict[CandidateKey, dict[str, RankingValue]]:
    """Return the metrics of one family for every candidate."""
    sets = make_sets(rotations)
    rows = sets if family == "ranking" else replace(sets, row_set=np.zeros_like(sets.row_set))
    candidate_metrics = {}
    for candidate in candidates:
        if family == "decisions":
            values = np.concatenate([rotation.decisions[candidate] for rotation in rotations]).astype(np.float64)
        else:
            values = np.concatenate([rotation.scores[candidate] for rotation in rotations])
        other_sets, last_set = np.split(values, [len(values) - rows.n_test])
        candidate_metrics[candidate] = {name: rows.measure_one(name, other_sets, last_set) for name in metrics}
    return candidate_metrics


def _choose_margins(
    candidate_metrics: Mapping[CandidateKey, Mapping[str, RankingValue]],
    sets: RowSets,
    family: Family,
    settings: RotationSettings,
) -> dict[str, float]:
    """Return the margins by the rule of `evaluate`; a margin of params.yaml is for metrics of ranking."""
    if family != "probabilities":
        margin = settings.margin if family == "ranking" else None
        return choose_margins(margin, candidate_metrics, settings.reference, n_positives=sets.n_positives)
    metrics = [METRICS[name] for name in next(iter(candidate_metrics.values()))]
    y = sets.y.astype(np.float64)
    constant = np.full(len(y), np.average(y, weights=sets.weights))
    perfect = {spec.name: spec.score(sets.y, y, sets.weights) for spec in metrics}
    uninformed = {
        spec.name: spec.score(sets.y, constant, sets.weights) for spec in metrics if not spec.higher_is_better
    }
    return choose_margins(None, candidate_metrics, settings.reference, perfect, sets.n_positives, uninformed)
