import numpy as np
import pytest

from stages.evaluate.uncertainty.cv_differences import corrected_interval
from tools.audit.report.findings import Pair, compute_inflation

T = 12.7062  # 97.5 % point of t with one degree of freedom


def test_the_variance_is_raised_by_the_ratio():
    """Values 0 and 2: mean 1, variance 2; (1/2 + 1/2) × 2 = 2."""
    assert corrected_interval([0.0, 2.0], 0.5, 0.95) == pytest.approx((1 - T * 2**0.5, 1 + T * 2**0.5), abs=1e-3)


def test_without_ratio_it_is_the_t_interval():
    assert corrected_interval([0.0, 2.0], 0.0, 0.95) == pytest.approx((1 - T, 1 + T), abs=1e-3)


def test_coverage_where_splits_share_rows():
    """Mean of a normal sample over random halves: the plain interval would cover far less than nine in ten."""
    rng, covered = np.random.RandomState(0), {0.0: 0, 1.0: 0}
    for _ in range(200):
        sample = rng.normal(size=40)
        means = [sample[rng.permutation(40)[:20]].mean() for _ in range(10)]
        for ratio in covered:
            low, high = corrected_interval(means, ratio, 0.95)
            covered[ratio] += low <= 0 <= high
    assert covered[1.0] >= 190
    assert covered[0.0] <= 160


@pytest.mark.parametrize(
    ("leaking", "verdict"),
    [([0.9, 0.9, 0.91], "inflates"), ([0.1, 0.1, 0.11], "deflates"), ([0.4, 0.6, 0.5], "within noise"),
     ([0.5, 0.5, 0.5], "within noise")],
)  # fmt: skip
def test_verdicts(leaking, verdict):
    pairs = [Pair(0.5, value) for value in leaking]
    measured = compute_inflation(pairs, 1 / 3, 0.95, "mistake", "forest", "f1")
    assert (measured.verdict, measured.repeats) == (verdict, 3)
    assert measured.inflation == pytest.approx(np.mean(leaking) - 0.5)
    assert measured.leaking - measured.honest == pytest.approx(measured.inflation)
