"""A share of the negatives of the train set, for tables that are too large to train on.

All positives stay. Weights of the kept negatives stand for the others, so that train keeps its prevalence (King & Zeng
2001). The test set stays whole.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from stages.shared.errors import InputError
from stages.shared.schemas.contract import WEIGHT
from stages.shared.storage.arrow import Bools, Floats, Ints, from_numpy
from stages.shared.storage.parquet import Table


@dataclass(frozen=True)
class KeptNegatives:
    """The rows of train that stay."""

    rows: Bools  # of the whole table, shape (rows,)
    share: float  # of the negatives of train
    weights: Floats  # of the rows that stay; all rows of train together would have the mean 1

    @property
    def words(self) -> str:
        """The share and the weight of the kept negatives, in a few words."""
        return f"{self.share:.3g} of the negatives, each counts {1 / self.share:.4g} times"

    def describe(self, train: Table, test: Table) -> tuple[Table, Table]:
        """Return the two sets with the share in their contracts, and `train` with the weights of its rows."""
        data = train.data.append_column(WEIGHT, from_numpy(self.weights, pa.float64()))
        contract = train.contract.model_copy(update={"negatives_kept": self.share})
        return Table(data, contract, train.flow), Table(test.data, contract, test.flow)


def keep_negatives(y: Ints, train: Bools, weights: Floats | None, keep: float, random_state: int) -> KeptNegatives:
    """Draw a share `keep` of the negatives of train. `y`, `train` and `weights` are of all rows, shape (rows,).

    Raises InputError when fewer negatives than positives would stay: a sampler would take them for the rare class.
    """
    negatives, n_positives = np.flatnonzero(train & (y == 0)), int(y[train].sum())
    count = round(keep * len(negatives))
    if count < n_positives:
        raise InputError(
            f"params.yaml: split.negatives.keep: {keep:g} leaves {count} of the {len(negatives)} negatives of train, "
            f"which has {n_positives} positives; choose a keep above {n_positives / len(negatives):.2g}, or set "
            "split.negatives to null"
        )
    rows = train & (y == 1)
    rows[np.random.RandomState(random_state).permutation(negatives)[:count]] = True
    share = count / len(negatives)
    counted = np.where(y[rows] == 1, 1.0, 1 / share)
    return KeptNegatives(rows, share, counted if weights is None else counted * weights[rows] / weights[train].mean())
