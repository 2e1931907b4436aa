"""The order of the nearest rows, and whether each of scikit-learn's searches must find that order.

scikit-learn computes squared distances in float64 and sorts the computed values. Its trees compute Σ(x − y)², and its
brute force computes |x|² + |y|² − 2xy. Let u = 2⁻⁵³. In any order of summation, the error of the first is at most
(d + 3)u D², and that of the second at most (d + 4)u (|x| + |y|)². As |y| ≤ |x| + D, both are within
(d + 4)u (8|x|² + 2D²). So all of scikit-learn's searches sort two rows at distances D < E of a query in this order if

    E² − D² > (d + 4)u (16|x|² + 2D² + 2E²).

The code takes eight times that. This covers values that are clipped at 0, and the rounding of the distances that it is
given. Let this hold between each of a query's m nearest rows and the next one. Then its first m − 1 are certified. The
rows beyond the m-th are farther still, and the right side grows far slower than the left. Otherwise rows are tied or
nearly so, and only scikit-learn itself can order them.
"""

from typing import Any

import numpy as np
from scipy import sparse

from stages.train.samplers.neighbors.arrays import Bools, Floats, Ints, Pairs

#: more than the error of squares that underflow
UNDERFLOW = 1e-300


def select_nearest(pairs: Pairs, n_queries: int, m: int) -> tuple[Ints, Floats]:
    """Return the m nearest rows of each query and their squared distances, nearest first, shape (queries, m).

    pairs: at least the m nearest rows of each query.
    """
    order = np.lexsort((pairs.squared, pairs.queries))
    starts = np.searchsorted(pairs.queries[order], np.arange(n_queries))
    selected = order[starts[:, np.newaxis] + np.arange(m)]
    return pairs.fitted[selected], pairs.squared[selected]


def is_order_certified(squared: Floats, Q: Any, products: bool = True) -> Bools:
    """Return for which queries the order of all but the last row is certified, shape (queries,).

    squared: the squared distances of the m nearest rows of each query, ascending, shape (queries, m).
    Q: the queries, an array or a sparse matrix, shape (queries, d).
    products: whether scikit-learn may use |x|² + |y|² − 2xy, which is less exact.
    """
    margin = bound_difference_error(squared[:, :-1], squared[:, 1:], Q, products)
    return np.asarray((np.diff(squared, axis=1) > margin).all(axis=1))


def bound_difference_error(nearer: Floats, farther: Floats, Q: Any, products: bool = True) -> Floats:
    """Return the difference of two squared distances, shapes (queries, …), beyond which their order is certified.

    Q: the queries, an array or a sparse matrix.
    """
    sums = 2 * (nearer + farther)
    if products:
        norms = Q.multiply(Q).sum(axis=1) if sparse.issparse(Q) else np.einsum("ij,ij->i", Q, Q)
        sums += 16 * np.reshape(norms, (-1, *[1] * (sums.ndim - 1)))
    return np.asarray(8 * (Q.shape[1] + 4) * 2.0**-53 * sums + UNDERFLOW)
