"""The order of the nearest rows, and whether every one of scikit-learn's searches must find that very order.

scikit-learn computes squared distances in float64 either as Σ(x − y)² (k-d tree, ball tree) or as |x|² + |y|² − 2xy on
the rows as they are (brute force), and then orders what it has computed. Let u = 2⁻⁵³. The first is off by (d + 3)u D²
at most, the second by (d + 4)u (|x| + |y|)², in whatever order its sums are taken; as |y| ≤ |x| + D, both are within
(d + 4)u (8|x|² + 2D²). So two rows at distances D < E of a query stand in that order in all of scikit-learn's searches
if

    E² − D² > (d + 4)u (16|x|² + 2D² + 2E²).

The code takes eight times that, for the rounding of its own Σ(x − y)² (or of the distances of scikit-learn that it is
given in their place) and for values that are held at 0 from below.
If this holds between each of a query's m nearest rows and the next, then its first m − 1 are certain: the rows beyond
the m-th are farther still, and the right side grows far slower than the left. Else rows are tied or nearly so; which of
them comes first depends on how scikit-learn goes about it, and only scikit-learn can tell.
"""

from typing import Any

import numpy as np
from scipy import sparse

from stages.train.samplers.neighbors.arrays import Bools, Floats, Ints
from stages.train.samplers.neighbors.pairs import Pairs

#: more than what squares can be off by that are too small for a float of full precision
UNDERFLOW = 1e-300


def nearest(pairs: Pairs, queries: int, m: int) -> tuple[Ints, Floats]:
    """The m nearest rows of each query and their squared distances, nearest first, shape (queries, m).

    pairs: at least the m nearest rows of each query.
    """
    order = np.lexsort((pairs.squared, pairs.queries))
    starts = np.searchsorted(pairs.queries[order], np.arange(queries))
    best_params = order[starts[:, np.newaxis] + np.arange(m)]
    return pairs.fitted[best_params], pairs.squared[best_params]


def certain(squared: Floats, Q: Any, products: bool = True) -> Bools:
    """For which queries the order of all but the last row is beyond doubt.

    squared: the squared distances of the m nearest rows of each query, rising, shape (queries, m); Q: the queries,
    an array or a sparse matrix, shape (queries, d); products: whether scikit-learn may use |x|² + |y|² − 2xy, which is
    the less exact way.
    """
    return np.asarray((np.diff(squared, axis=1) > doubt(squared[:, :-1], squared[:, 1:], Q, products)).all(axis=1))


def doubt(nearer: Floats, farther: Floats, Q: Any, products: bool = True) -> Floats:
    """What the difference of two squared distances, shapes (queries, …), must exceed for their order to be certain.

    Q: the queries, an array or a sparse matrix.
    """
    both = 2 * (nearer + farther)
    if products:
        own = Q.multiply(Q).sum(axis=1) if sparse.issparse(Q) else np.einsum("ij,ij->i", Q, Q)
        both += 16 * np.reshape(own, (-1, *[1] * (both.ndim - 1)))
    return np.asarray(8 * (Q.shape[1] + 4) * 2.0**-53 * both + UNDERFLOW)
