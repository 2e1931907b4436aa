"""Pairs of a query and a row, as a search finds them."""

from dataclasses import dataclass

import numpy as np

from stages.train.samplers.neighbors.arrays import Floats, Ints


@dataclass(frozen=True)
class Pairs:
    """Pairs of a query and a fitted row; their squared distances in float64, relative error (d + 3) 2⁻⁵³ at most."""

    queries: Ints
    fitted: Ints
    squared: Floats


NONE = np.empty(0, dtype=np.intp)


def joined(found: list[Pairs]) -> Pairs:
    """All of them."""
    return Pairs(
        np.concatenate([NONE, *(pairs.queries for pairs in found)]),
        np.concatenate([NONE, *(pairs.fitted for pairs in found)]),
        np.concatenate([np.empty(0), *(pairs.squared for pairs in found)]),
    )
