"""What is certain, and what is not."""

import numpy as np

from stages.train.samplers.neighbors.arrays import Pairs
from stages.train.samplers.neighbors.certificate import is_order_certified, select_nearest


def test_the_nearest_of_each_query_come_first() -> None:
    pairs = Pairs(np.array([1, 0, 1, 0, 1]), np.array([7, 8, 9, 5, 6]), np.array([3.0, 2.0, 1.0, 1.0, 2.0]))
    rows, squared = select_nearest(pairs, 2, 2)
    assert rows.tolist() == [[5, 8], [9, 6]]
    assert squared.tolist() == [[1.0, 2.0], [1.0, 2.0]]


def test_a_clear_order_is_certain_and_a_tie_is_not() -> None:
    squared = np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0 + 2.0**-52]])
    assert is_order_certified(squared, np.ones((4, 2))).tolist() == [True, False, False, False]


def test_far_from_zero_products_are_not_to_be_trusted() -> None:
    # |x|² is 1e16: one unit in its last place is 2, so brute force cannot tell 1 from 2; a tree can
    Q = np.array([[1e8]])
    squared = np.array([[0.0, 1.0, 2.0]])
    assert not is_order_certified(squared, Q, products=True).any()
    assert is_order_certified(squared, Q, products=False).all()
