"""What one column says of the target, in fractions done in the head."""

import numpy as np
import pytest

from stages.train.folds.splitter import Fold
from tools.audit.checks.univariate import compute_level_auc, compute_missing_auc, compute_value_auc

NAN = float("nan")


def ints(*values):
    return np.array(values, dtype=np.int64)


def test_values_rank_the_rows():
    y = ints(0, 0, 1, 1)
    assert compute_value_auc(y, np.array([1.0, 2.0, 3.0, 4.0])) == 1
    assert compute_value_auc(y, np.array([1.0, 3.0, 2.0, 4.0])) == 3 / 4  # one pair of four in the wrong order
    assert compute_value_auc(y, np.array([5.0, 5.0, 5.0, 5.0])) == 1 / 2


def test_the_direction_does_not_matter():
    assert compute_value_auc(ints(0, 0, 1, 1), np.array([4.0, 3.0, 2.0, 1.0])) == 1


def test_a_missing_value_counts_as_the_median():
    assert compute_value_auc(ints(0, 0, 1, 1), np.array([1.0, NAN, 2.0, 3.0])) == 3.5 / 4  # 2 ties with the median
    assert compute_value_auc(ints(0, 1), np.array([NAN, NAN])) == 1 / 2


def test_levels_score_by_the_rate_of_the_other_fold():
    y, levels = ints(0, 0, 1, 1, 0, 0, 1, 1), ints(0, 1, 2, 2, 0, 1, 2, 2)
    first, second = np.arange(4), np.arange(4, 8)
    assert compute_level_auc(y, levels, [Fold(first, second), Fold(second, first)]) == 1


def test_a_level_of_its_own_for_each_row_tells_nothing():
    """In sample it would tell all."""
    first, second = np.arange(4), np.arange(4, 8)
    y = ints(0, 0, 1, 1, 0, 0, 1, 1)
    assert compute_level_auc(y, np.arange(8), [Fold(first, second), Fold(second, first)]) == 1 / 2


@pytest.mark.parametrize(
    ("missing", "area"),
    [([1, 1, 0, 0], 1), ([0, 0, 1, 1], 1), ([1, 0, 1, 0], 1 / 2), ([0, 0, 0, 1], 3 / 4), ([0, 0, 0, 0], 1 / 2)],
)
def test_gaps(missing, area):
    assert compute_missing_auc(ints(0, 0, 1, 1), np.array(missing, dtype=bool)) == area
