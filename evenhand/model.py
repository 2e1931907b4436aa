"""The champion of a run as a classifier of scikit-learn."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from stages.prepare.apply_contract import apply_contract
from stages.prepare.readers.columnar import read_frame
from stages.shared.errors import InputError
from stages.shared.metrics.decisions import is_positive
from stages.shared.schemas.contract import Contract
from stages.shared.storage.arrow import Floats
from tools.predict.champion import load_champion
from tools.predict.scoring import find_probabilities


class Champion(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """The fitted champion; class 1 is the positive label of the contract, class 0 every other.

    It reads tables as `evenhand predict` does: by the names of the raw columns, in any order, with further columns
    ignored. `classes_` is [0, 1]. A champion without a folder, as `compare_treatments` returns it, is only in memory.
    """

    def __init__(self, folder: str | None = "models/champion") -> None:
        self.folder = folder

    def __sklearn_clone__(self) -> "Champion":
        return self if self.folder is None else super().__sklearn_clone__()  # as FrozenEstimator

    def fit(self, X: Any = None, y: Any = None) -> "Champion":
        """Read the folder; X and y are ignored, because the champion is fitted already. Raises ValueError."""
        if self.folder is None:
            check_is_fitted(self)
            return self
        try:
            self.champion_ = load_champion(Path(self.folder))
        except InputError as error:
            raise _make_value_error(error) from None
        self.classes_ = np.array([0, 1])
        return self

    @property
    def contract(self) -> Contract:
        """The columns that the champion needs, with their types and what is missing in them; the target's labels."""
        return self.champion_.contract

    @property
    def threshold(self) -> float:
        """The tuned threshold: a row with at least this probability is predicted positive."""
        return self.champion_.facts.threshold

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Return the calibrated probabilities of the classes, of shape (rows, 2).

        Raises ValueError, which names them, for absent columns and for cells of a wrong type.
        """
        check_is_fitted(self)
        _check_frame(X, self.contract)
        try:
            features, _ = apply_contract(read_frame(X, "X"), self.contract, "X")
            positive = find_probabilities(features, self.champion_)
        except InputError as error:
            raise _make_value_error(error) from None
        return np.column_stack([1 - positive, positive])

    def predict(self, X: pd.DataFrame) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """Return 1 for rows whose probability is at least the threshold, else 0. Raises ValueError as predict_proba."""
        return is_positive(self.predict_proba(X)[:, 1], self.threshold).astype(np.int64)


def _check_frame(X: object, contract: Contract) -> None:
    """Raise ValueError unless `X` is a DataFrame, because only that has names of columns."""
    if not isinstance(X, pd.DataFrame):
        names = ", ".join(dict.fromkeys(feature.column for feature in contract.features))
        raise ValueError(f"X: found {type(X).__name__}; expected a DataFrame with the columns {names}")


def _make_value_error(error: InputError) -> ValueError:
    return ValueError("\n".join(error.problems))
