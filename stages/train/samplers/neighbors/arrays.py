"""The array types of the search, and the pairs of rows that it finds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

EMPTY = np.empty(0, dtype=np.intp)


@dataclass(frozen=True)
class Pairs:
    """Pairs of a query and a fitted row. The relative error of the squared distances is at most (d + 3) 2⁻⁵³."""

    queries: Ints
    fitted: Ints
    squared: Floats


def concatenate_pairs(parts: list[Pairs]) -> Pairs:
    """Return all pairs of `parts`, in their order."""
    return Pairs(
        np.concatenate([EMPTY, *(pairs.queries for pairs in parts)]),
        np.concatenate([EMPTY, *(pairs.fitted for pairs in parts)]),
        np.concatenate([np.empty(0), *(pairs.squared for pairs in parts)]),
    )
