"""Features that differ between the train set and the test set.

Models learn from one and are measured on the other. After a random split they seldom differ. After a split by time or
groups they may really differ. A score on test is then less informative about later rows.
"""

import math
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from stages.shared.schemas.contract import Feature, Notice
from stages.shared.storage.arrow import Bools, Floats, Ints, from_numpy, thin, to_floats
from stages.shared.storage.parquet import Table

#: how often a random split gives any notice
LEVEL = 0.01

#: a smaller difference of two shares of the rows is not worth a notice, even if it is significant
MIN_DIFFERENCE = 0.05

#: more features are counted, not named
MAX_NAMED = 5

#: rows of each set that are compared; a larger set is thinned evenly
MAX_ROWS = 100_000

#: the z-test needs this many expected rows of a category in each set
MIN_EXPECTED = 5

#: terms of the series of Kolmogorov's distribution, and a value that the statistic exceeds in every sample
N_TERMS, MIN_STATISTIC = 100, 0.2


class Difference(NamedTuple):
    """The largest difference between the two sets in the share of some rows of a feature."""

    size: float
    p_value: float  # of any difference
    words: str


def notice_drift(table: Table, train: Bools, test: Bools, groups: Ints) -> list[Notice]:
    """Return a notice of each feature that differs, the largest difference first.

    Numbers: Kolmogorov and Smirnov's test; categories: the z-test of each share; Bonferroni over the features. `groups`
    are those of the rows in either set. Of each group one row counts: the rows of a group are not independent.
    """
    rows = np.flatnonzero(train | test)[np.unique(groups, return_index=True)[1]]
    sets = tuple(thin(rows[mask[rows]], MAX_ROWS) for mask in (train, test))
    features = [feature for feature in table.contract.features if feature.type != "text"]
    differing = []
    for feature in features:
        difference = _compare(feature, table.data.column(feature.name), sets)
        if difference.p_value * len(features) < LEVEL and difference.size >= MIN_DIFFERENCE:
            differing.append((feature.name, difference))
    differing.sort(key=lambda item: -item[1].size)
    notices = [
        Notice(column=name, kind="feature_differs", message=f"{name}: {item.words}; train and test differ")
        for name, item in differing[:MAX_NAMED]
    ]
    if len(differing) > MAX_NAMED:
        message = (
            f"{len(differing) - MAX_NAMED} more features differ between train and test, by smaller shares of the rows"
        )
        notices.append(Notice(column=None, kind="feature_differs", message=message))
    return notices


def _compare(feature: Feature, values: pa.ChunkedArray, sets: tuple[Ints, ...]) -> Difference:
    train, test = (values.take(from_numpy(rows, pa.int64())).combine_chunks() for rows in sets)
    if feature.type == "numeric":
        return compare_numbers(to_floats(train), to_floats(test))
    return compare_categories(train.to_pylist(), test.to_pylist())


def compare_numbers(train: Floats, test: Floats) -> Difference:
    """Return the difference of two samples of numbers; a missing one counts as the lowest."""
    train, test = (np.sort(np.nan_to_num(values, nan=-np.inf)) for values in (train, test))
    cuts = np.union1d(train, test)
    shares = [np.searchsorted(values, cuts, "right") / len(values) for values in (train, test)]
    index = int(np.argmax(np.abs(shares[0] - shares[1])))
    size = float(abs(shares[0][index] - shares[1][index]))
    p_value = compute_kolmogorov(size * math.sqrt(len(train) * len(test) / (len(train) + len(test))))
    what = "missing values" if cuts[index] == -np.inf else f"values up to {cuts[index]:.6g}"
    return Difference(size, p_value, _describe(what, shares[0][index], shares[1][index]))


def compute_kolmogorov(value: float) -> float:
    """Return the probability that Kolmogorov's (1933) statistic exceeds `value`."""
    if value < MIN_STATISTIC:
        return 1.0  # the series converges slowly
    terms = np.arange(1, N_TERMS + 1)
    return float(np.clip(2 * ((-1.0) ** (terms - 1) * np.exp(-2 * (terms * value) ** 2)).sum(), 0, 1))


def compare_categories(train: list[str | None], test: list[str | None]) -> Difference:
    """Return the difference of two samples of categories; a missing one counts as a category."""
    values = ["" if value is None else value for value in (*train, *test)]
    names, codes = np.unique(values, return_inverse=True)
    in_train, in_test = (np.bincount(part, minlength=len(names)) for part in np.split(codes, [len(train)]))
    pooled = (in_train + in_test) / len(values)
    frequent = np.flatnonzero(np.minimum(pooled, 1 - pooled) * min(len(train), len(test)) >= MIN_EXPECTED)
    if not len(frequent):
        return Difference(0.0, 1.0, "")
    differences = np.abs(in_train / len(train) - in_test / len(test))
    index = int(frequent[np.argmax(differences[frequent])])
    error = math.sqrt(pooled[index] * (1 - pooled[index]) * (1 / len(train) + 1 / len(test)))
    p_value = len(frequent) * math.erfc(float(differences[index]) / error / math.sqrt(2))
    what = f"rows with {names[index]}" if names[index] else "missing values"
    words = _describe(what, in_train[index] / len(train), in_test[index] / len(test))
    return Difference(float(differences[index]), min(p_value, 1.0), words)


def _describe(what: str, train: float, test: float) -> str:
    return f"{what} are {train:.1%} of train and {test:.1%} of test"
