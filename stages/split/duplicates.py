"""Decide whether equal rows are copies or coincidences, by comparing the equal pairs with those expected by chance.

A copy of a train row in the test set leaks its label. Coincidences that are kept together make train and test differ,
because all rows of a kind are then in one set.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from stages.shared.schemas.contract import Notice
from stages.shared.storage.arrow import Ints, from_bools
from stages.shared.storage.parquet import Table
from stages.split.groups import encode_cells, find_duplicates, mix_hashes
from stages.split.params import DuplicatesChoice

#: equal pairs are coincidences if they are at most so many times the expected ones
FACTOR = 3

#: rows of a class from which chance is estimated, which bounds the time on large tables
MAX_ROWS = 20_000

#: a column with more values per row than this is continuous, so that equal rows are no coincidence
CONTINUOUS = 0.5


@dataclass(frozen=True)
class DuplicateCheck:
    """The equal rows of a table and what is done with them."""

    first: Ints  # the index of the first row that equals each row, shape (rows,); its own where nothing is together
    repeated: int  # rows that equal an earlier one in every feature
    pairs: int  # pairs of equal rows of one class
    chance: float  # such pairs that are expected by chance
    choice: DuplicatesChoice
    together: bool

    @property
    def words(self) -> str:
        """The duplicates and the decision, in a few words; empty without duplicates."""
        if not self.repeated:
            return ""
        decision = "kept together" if self.together else "treated as different rows"
        return f"{self.repeated} duplicate rows {decision} ({self.pairs} equal pairs, {self.chance:.1f} by chance)"

    def list_notices(self) -> list[Notice]:
        """Return the notice of the duplicates; none without duplicates."""
        if not self.repeated:
            return []
        reason, fix = (
            ("they are taken for copies and stay in one set and one fold", "ignore, if they are different cases")
            if self.together
            else ("they are taken for different cases, which may be in both sets", "together, if they are copies")
        )
        message = (
            f"split.duplicates: {self.repeated} rows equal an earlier row in every feature; {self.pairs} pairs of one "
            f"class are equal, and {self.chance:.1f} are expected by chance ({self.choice}): {reason}; choose {fix}"
        )
        return [Notice(column=None, kind="equal_rows", message=message)]


def check_duplicates(table: Table, y: Ints, choice: DuplicatesChoice) -> DuplicateCheck:
    """Find the rows of `table` that are equal in all features, and decide whether they stay together.

    `auto` keeps them together if more than FACTOR times as many pairs of one class are equal as chance would give.
    Where only rows of different classes are equal, they count as one pair. `y` of 0 and 1 has shape (rows,).
    """
    first, indices = find_duplicates(table), np.arange(len(y))
    repeated = int(np.count_nonzero(first != indices))
    if not repeated:
        return DuplicateCheck(first, 0, 0, 0.0, choice, together=True)
    pairs, chance = sum(count_pairs(first[y == label]) for label in (0, 1)), 0.0
    for label in (0, 1):
        chance += _expect_in_class(table, np.flatnonzero(y == label))
    together = choice == "together" or (choice == "auto" and max(pairs, 1) > FACTOR * chance)
    return DuplicateCheck(first if together else indices, repeated, pairs, chance, choice, together)


def count_pairs(codes: np.ndarray) -> int:
    """Return how many pairs of `codes`, shape (rows,), are equal."""
    counts = np.unique(codes, return_counts=True)[1].astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())


def expect_equal_pairs(columns: list[Ints]) -> float:
    """Return how many pairs of rows would be equal in all `columns` by chance; each column has shape (rows,).

    For independent columns it is the pairs of rows times a product over the columns of Σ p². Here p are the shares of
    the column's values, and the unbiased estimate of Σ p² is the share of equal pairs. Columns that depend on each
    other give more. So pairs that differ only in column i, only in j, and only in both are counted as well. Given that
    all other columns agree, nᵢ nⱼ / nᵢⱼ pairs would agree in i and j by chance. The larger estimate counts. A
    continuous column makes it 0, because only copies agree in it.
    """
    rows = len(columns[0])
    pairs = rows * (rows - 1) / 2
    if not pairs or max(len(np.unique(column)) for column in columns) > CONTINUOUS * rows:
        return 0.0
    independent = pairs * float(np.prod([count_pairs(column) / pairs for column in columns]))
    return independent if len(columns) < 3 else max(independent, _extrapolate(columns))


def _extrapolate(columns: list[Ints]) -> float:
    """Estimate the equal pairs from those that differ in exactly one or in exactly two columns.

    Columns i and j are half the table apart, because neighbouring columns often depend on each other.
    """
    # codes are below 2^32, so the upper bits can hold the number of the column
    seeds = (np.full(len(codes), i << 32, np.uint64) for i, codes in enumerate(columns))
    hashes = [mix_hashes(seed, codes.view(np.uint64)) for seed, codes in zip(seeds, columns, strict=True)]
    total, shift = reduce(np.add, hashes), len(hashes) // 2
    equal = count_pairs(total)
    only_i = np.array([count_pairs(total - hashed) - equal for hashed in hashes], dtype=np.float64)
    only_j = np.roll(only_i, -shift)
    shifted = [hashes[(i + shift) % len(hashes)] for i in range(len(hashes))]
    i_or_j = [count_pairs(total - left - right) - equal for left, right in zip(hashes, shifted, strict=True)]
    # one pair is added, so that a small denominator does not inflate the estimate
    return float((only_i * only_j).sum() / ((np.array(i_or_j) - only_i - only_j).sum() + 1))


def _expect_in_class(table: Table, rows: Ints) -> float:
    """Return the pairs of these rows that chance would make equal, estimated from at most MAX_ROWS of them."""
    sample = np.random.RandomState(0).permutation(rows)[:MAX_ROWS]
    if len(sample) < 2:
        return 0.0
    mask = np.zeros(table.data.num_rows, dtype=np.bool_)
    mask[sample] = True
    is_sampled = from_bools(mask)
    columns = [encode_cells(table.data.column(feature.name).filter(is_sampled)) for feature in table.contract.features]
    return expect_equal_pairs(columns) * len(rows) * (len(rows) - 1) / (len(sample) * (len(sample) - 1))
