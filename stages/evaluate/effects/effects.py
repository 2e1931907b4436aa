"""The effect of each treatment: the difference from no treatment with the same classifier.

No candidate is selected by its score, so no selection biases an effect. docs/verdict.md shows by simulation how often
the intervals contain the expected effect on other tables of this size.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from stages.evaluate.effects.estimates import REFIT, make_estimate
from stages.evaluate.effects.row_sets import RankingValue
from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.uncertainty.differences import DIGITS
from stages.evaluate.uncertainty.jackknife import TINY, normal_quantile
from stages.shared.classifiers import BLEND, CLASSIFIERS
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.leaderboard import Effect, RowsUsed
from stages.shared.storage.arrow import Floats

#: draws in memory at a time
CHUNK = 200

#: the automatic margin: this share of the distance from the reference to a perfect score, between two bounds
MARGIN_SHARE, MARGIN_BOUNDS = 0.1, (0.005, 0.02)

#: candidate -> metric -> value
CandidateMetrics = Mapping[CandidateKey, Mapping[str, RankingValue]]


@dataclass(frozen=True)
class Comparison:
    """An effect to be estimated: the mean over pairs of (treated, untreated)."""

    strategy: str
    classifier: str | None  # None for the mean over the classifiers
    pairs: tuple[tuple[CandidateKey, CandidateKey], ...]

    @property
    def reference_classifier(self) -> str | None:
        """The classifier of the untreated candidate; None for the mean over several."""
        return self.pairs[0][1].classifier if self.classifier else None


@dataclass(frozen=True)
class EffectSettings:
    """How effects are estimated and judged."""

    rows: RowsUsed
    confidence: float
    margins: dict[str, float]  # by metric
    n_draws: int
    random_state: int
    n_positives: int
    refit: float = REFIT  # factor of the error of the rows


def choose_margins(
    margin: float | None,
    metrics: CandidateMetrics,
    reference: str,
    perfect: Mapping[str, float] | None = None,
    n_positives: float = np.inf,
    uninformed: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Return the largest difference that does not matter, for every metric that `n_positives` suffice to judge.

    Without a `margin` from params.yaml it is a tenth of the distance of the untreated classifiers' mean from a perfect
    score. It is at least 0.005 and at most 0.02 of that score. A perfect score is 1, or the value in `perfect`. For a
    loss, the two bounds are shares of the loss of a constant score, which is in `uninformed`.
    """
    margins = {}
    for metric in next(iter(metrics.values())):
        if METRICS[metric].verdict_from > n_positives:
            continue
        untreated = [values[metric].value for candidate, values in metrics.items() if candidate.strategy == reference]
        best = (perfect or {}).get(metric, 1.0)
        share = MARGIN_SHARE * abs(best - float(np.mean(untreated)))
        scale, digits = best, METRICS[metric].digits
        if uninformed and metric in uninformed:
            scale, digits = uninformed[metric], DIGITS
        low, high = (scale * bound for bound in MARGIN_BOUNDS)
        margins[metric] = round(float(np.clip(share, low, high)), digits) if margin is None else margin
    return margins


def list_comparisons(metrics: CandidateMetrics, reference: str) -> list[Comparison]:
    """Return the mean effect of every strategy but `reference`, then its effect with each classifier.

    A classifier that balances itself is compared with its plain counterpart. The mean is without the blend,
    which consists of the others.
    """
    means, cells = [], []
    for strategy in dict.fromkeys(candidate.strategy for candidate in metrics):
        pairs = [
            (candidate, untreated)
            for candidate in metrics
            if candidate.strategy == strategy != reference
            and (untreated := _find_untreated(candidate, reference, metrics)) is not None
        ]
        if not pairs:
            continue
        averaged = tuple(pair for pair in pairs if pair[0].classifier != BLEND)
        means.append(Comparison(strategy, None, averaged or tuple(pairs)))
        cells += [Comparison(strategy, pair[0].classifier, (pair,)) for pair in pairs]
    return means + cells


def _find_untreated(candidate: CandidateKey, reference: str, metrics: CandidateMetrics) -> CandidateKey | None:
    spec = CLASSIFIERS.get(candidate.classifier)
    names = (candidate.classifier, *(spec.counterparts if spec else ()))
    return next((key for name in names if (key := CandidateKey(reference, name)) in metrics), None)


def estimate_effects(
    metrics: CandidateMetrics, comparisons: list[Comparison], settings: EffectSettings
) -> list[Effect]:
    """Return the effects on every metric with a margin, with simultaneous intervals and verdicts.

    With the probability `confidence` the intervals of all mean effects on one metric hold at once. So do those of all
    single classifiers.
    """
    effects: list[Effect] = []
    for metric in settings.margins:
        for is_mean in (True, False):
            family = [item for item in comparisons if (item.classifier is None) == is_mean]
            if family:
                effects += _estimate_family(metrics, family, metric, settings)
    return effects


def _estimate_family(
    metrics: CandidateMetrics, family: list[Comparison], metric: str, settings: EffectSettings
) -> Iterable[Effect]:
    estimates, influences = zip(*(get_mean_difference(metrics, item, metric) for item in family), strict=True)
    raw_errors, quantile = estimate_errors(
        np.array(influences), settings.confidence, settings.n_draws, settings.random_state
    )
    margin = settings.margins[metric]
    for item, value, error in zip(family, estimates, (settings.refit * raw_errors).tolist(), strict=True):
        result = make_estimate(value, error, quantile, metric, margin)
        yield Effect(
            strategy=item.strategy,
            classifier=item.classifier,
            reference_classifier=item.reference_classifier,
            metric=metric,
            rows=settings.rows,
            estimate=result.estimate,
            low=result.low,
            high=result.high,
            verdict=result.verdict,
            minimum_detectable=round(result.minimum_detectable, DIGITS),
            positives_needed=int(np.ceil(settings.n_positives * (result.minimum_detectable / margin) ** 2)),
        )


def get_mean_difference(metrics: CandidateMetrics, item: Comparison, metric: str) -> tuple[float, Floats]:
    """Return the mean of treated − untreated over the pairs, and the influence of every group on it."""
    pairs = [(metrics[treated][metric], metrics[untreated][metric]) for treated, untreated in item.pairs]
    value = float(np.mean([treated.value - untreated.value for treated, untreated in pairs]))
    return value, np.mean([treated.influence - untreated.influence for treated, untreated in pairs], axis=0)


def estimate_errors(influences: Floats, confidence: float, n_draws: int, random_state: int) -> tuple[Floats, float]:
    """Return the standard errors, and what the largest |t| exceeds with the probability 1 − confidence.

    `influences` have shape (comparisons, groups); the errors are the roots of their sums of squares.

    A multiplier bootstrap: random weights of the groups move all comparisons together (single-step max-|t|: Westfall &
    Young 1993). Comparisons without any variance do not count.
    """
    errors = np.sqrt((influences**2).sum(axis=1))
    scaled = influences[errors > TINY] / errors[errors > TINY, None]
    if not len(scaled):
        return errors, normal_quantile(confidence)
    random, maxima = np.random.RandomState(random_state), []
    for start in range(0, n_draws, CHUNK):
        weights = random.standard_normal((influences.shape[1], min(CHUNK, n_draws - start)))
        maxima.append(np.abs(scaled @ weights).max(axis=0))
    return errors, float(np.quantile(np.concatenate(maxima), confidence, method="higher"))
