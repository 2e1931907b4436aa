"""Choose thresholds that meet a bound of recall or precision on new rows with the probability that `promise` gives.

A threshold that just meets a bound on the rows of its choice misses it on about half of all new tables.
"""

from dataclasses import replace
from math import ceil

import numpy as np
from scipy.special import betainc

from stages.evaluate.thresholds.counts import counts_at, possible_thresholds
from stages.evaluate.thresholds.policies import Policy, best_index, require
from stages.shared.calibration import expit, log_odds
from stages.shared.metrics.confusion import Counts
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.candidate import Guarantee
from stages.shared.storage.arrow import Bools, Floats, Ints

#: number of thresholds from which a sequence of tests goes downwards
STARTS = 3

#: the metric that falls when the bound of a policy is met
PRICES = {"min_recall": "precision", "min_precision": "recall"}


def choose_guaranteed(
    groups: Ints,
    y: Ints,
    scores: Floats,
    point: float,
    policy: Policy,
    probability: float,
    weights: Floats | None = None,
) -> tuple[float, Guarantee]:
    """Return the best threshold that meets the bound of `policy` on new rows with `probability`, and what that costs.

    If no threshold does, it is the safest one. `point` is the best threshold without a guarantee. `groups`, `y`,
    `scores` and `weights` have shape (scores,).
    """
    thresholds, bound = possible_thresholds(scores), require(policy.param)
    counts = counts_at(thresholds, y, scores, weights)
    if policy.name == "min_precision":  # the bound at the prevalence of these rows
        members, bound = scores >= point, float(expit(log_odds(np.array([bound])) + np.log(policy.negative_weight))[0])
    else:
        members = y == 1
    design_effect = compute_design_effect(groups[members], None if weights is None else weights[members])
    kept, p_values = find_guaranteed(counts, policy.name, bound, probability, design_effect)
    allowed = kept if kept.any() else p_values == p_values.min()
    best = int(best_index((allowed.astype(np.float64), *replace(policy, param=0.0).make_keys(counts))))
    price = METRICS[PRICES[policy.name]]
    prices = price.load()(counts.weigh_negatives(policy.negative_weight))
    return float(thresholds[best]), Guarantee(
        kept=bool(kept.any()),
        rows_needed=ceil(count_needed(policy.name, bound, probability)),
        point_threshold=point,
        price=price.name,
        at_point=float(prices[np.searchsorted(thresholds, point)]),
        at_threshold=float(prices[best]),
    )


def count_needed(policy: str, bound: float, probability: float) -> float:
    """Return how many rows a guarantee needs at least, when the decisions on all of them are right.

    The rows are the positives for recall, and the predicted positives for precision.
    """
    share = STARTS if policy == "min_precision" else 1
    return float(np.log((1 - probability) / share) / np.log(bound))


def compute_tail(hits: Floats, others: Floats, bound: float) -> Floats:
    """Return P(X ≥ `hits`) for a binomial X of `hits + others` rows with the probability `bound`.

    It is the tail of Clopper & Pearson (1934); counts need not be whole.
    """
    return np.asarray(betainc(np.maximum(hits, np.finfo(np.float64).tiny), others + 1, bound))


def compute_design_effect(groups: Ints, weights: Floats | None = None) -> float:
    """Return how many entries of `groups` count as one independent row (Kish 1965): 1 where all groups differ.

    Rows of a group count as copies of one another, and so do repeated scores of a row. Unequal `weights` make rows
    count as fewer.
    """
    sizes = np.bincount(np.unique(groups, return_inverse=True)[1], weights)
    return float((sizes**2).sum() / sizes.sum()) if len(sizes) else 1.0


def find_guaranteed(
    counts: Counts, policy: str, bound: float, probability: float, design_effect: float
) -> tuple[Bools, Floats]:
    """Return which thresholds meet `bound` with `probability`, and their p-values, shape (thresholds,).

    `counts` are those of the rising thresholds. The p-value of a threshold tests whether its true recall or precision
    is below `bound`. Recall falls with the threshold, so one test for each threshold is enough. Precision can rise and
    fall, and the best of many thresholds is partly so by chance. So thresholds are tested downwards from STARTS
    thresholds that do not depend on the labels. Each sequence ends at its first failure (fixed-sequence testing in
    Learn then Test, Angelopoulos et al. 2021). Bonferroni's correction covers the sequences.
    """
    tp, fp, fn = (cell / design_effect for cell in (counts.tp, counts.fp, counts.fn))
    if policy == "min_recall":
        p_values = compute_tail(tp, fn, bound)
        return p_values <= 1 - probability, p_values
    p_values = STARTS * compute_tail(tp, fp, bound)  # not cut at 1: the smallest is the safest
    passes, flagged = (p_values <= 1 - probability)[::-1], (tp + fp)[::-1]  # from the highest threshold down
    min_rows = count_needed(policy, bound, probability)
    max_rows = max(min_rows, tp[0] / bound)  # beyond so many rows the precision is below the bound
    kept = np.zeros_like(passes)
    for rows in np.geomspace(min_rows, max_rows, STARTS + 1)[:-1]:
        start = np.searchsorted(flagged, rows)
        kept[start:] |= np.logical_and.accumulate(passes[start:])
    return kept[::-1], p_values
