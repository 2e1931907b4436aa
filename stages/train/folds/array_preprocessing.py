"""The steps between a table and a classifier on arrays in place of frames.

A stored model finds its columns by name, in a frame. Folds are many and have the same columns in the same places: to
look columns up, and to check what has been checked, would take most of their time. Numbers are the same to the last
bit, which a test holds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.preprocessing import StandardScaler

from stages.shared.schemas.contract import Contract
from stages.train.folds.preprocessing import Steps, make_category_encoder, make_codes, make_imputer
from stages.train.params import PreprocessParams

#: a name, a transformer or None for what stays as it is, and what it takes of a table
Part = tuple[str, Any, Callable[[Any], Any]]


@dataclass(frozen=True)
class Arrays:
    """Features as arrays, each kind by itself."""

    numeric: npt.NDArray[np.float64]  # shape (rows, numeric columns); a column's values lie side by side, as in a frame
    categories: npt.NDArray[np.object_]  # shape (rows, categorical columns): str, NaN where missing

    @classmethod
    def of(cls, frame: pd.DataFrame, contract: Contract) -> "Arrays":
        """The features in `frame`, as a table gives them, in contract order; without categories none is copied."""
        if not contract.categorical:
            return cls(frame.to_numpy(), np.empty((len(frame), 0), dtype=object))
        numeric = [frame[name].to_numpy() for name in contract.numeric]
        return cls(
            np.array(numeric).reshape(len(numeric), len(frame)).T,
            frame[contract.categorical].to_numpy(dtype=object),
        )

    @cached_property
    def has_gaps(self) -> bool:
        """Whether a number is missing anywhere."""
        return bool(np.isnan(self.numeric).any())

    def rows(self, rows: npt.NDArray[np.int64]) -> "Arrays":
        """Some of the rows."""
        return Arrays(self.numeric.T.take(rows, axis=1).T, self.categories[rows])


class Numbers:
    """The pipeline of the numeric columns, without the steps that have nothing to do."""

    def __init__(self, imputer: Any, scaler: Any) -> None:
        """Each not fitted, or None: the imputer where no value is missing, the scaler where it comes later."""
        self.named_steps = {"imputer": imputer, "scaler": scaler}

    def fit_transform(self, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Fits both; gives the numbers without gaps, scaled."""
        imputer, scaler = self.named_steps.values()
        if imputer is not None:
            X = imputer.fit_transform(X)
        return X if scaler is None else _scaled(scaler.fit(X), X)

    def transform(self, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The numbers without gaps, scaled."""
        imputer, scaler = self.named_steps.values()
        if imputer is not None:
            X = imputer.transform(X)
        return X if scaler is None else _scaled(scaler, X)


class OnArrays:
    """What a ColumnTransformer does, by parts of arrays in place of named columns."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts
        #: by name, as in a ColumnTransformer
        self.named_transformers_ = {name: transformer for name, transformer, _ in parts}

    def fit_transform(self, X: Any) -> npt.NDArray[np.float64]:
        """Fits every part; gives their columns side by side."""
        return np.hstack([part if of is None else of.fit_transform(part) for of, part in self._cut(X)])

    def transform(self, X: Any) -> npt.NDArray[np.float64]:
        """The columns of all parts side by side."""
        return np.hstack([part if of is None else of.transform(part) for of, part in self._cut(X)])

    def _cut(self, X: Any) -> list[tuple[Any, Any]]:
        cut = [(transformer, pick(X)) for _, transformer, pick in self._parts]
        return [(transformer, part) for transformer, part in cut if part.shape[1]]


def steps_on_arrays(contract: Contract, params: PreprocessParams, has_gaps: bool) -> Steps:
    """What `make_steps` gives, not fitted, to be fitted on `Arrays` instead: to the same numbers.

    has_gaps: whether a number may be missing, in the rows to be fitted on or in those to be transformed.
    """
    before, n_numeric = params.scale == "before_resampling", len(contract.numeric)

    def numbers(X: Any) -> Any:
        return X[:, list(range(n_numeric))]  # a list, as in a ColumnTransformer: sums depend on how the copy lies

    def others(X: Any) -> Any:
        return X[:, list(range(n_numeric, X.shape[1]))]

    numeric = Numbers(make_imputer(params) if has_gaps else None, StandardScaler() if before else None)
    codes: Part = ("codes", make_codes(params), lambda X: X.categories)
    steps: Steps = [("preprocessor", OnArrays([("numeric", numeric, lambda X: X.numeric), codes]))]
    if contract.categorical:
        steps.append(("encoder", OnArrays([("numeric", None, numbers), ("levels", make_category_encoder(), others)])))
    if not before:
        steps.append(("scaler", OnArrays([("numeric", StandardScaler(), numbers), ("others", None, others)])))
    return steps


def _scaled(scaler: Any, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """As StandardScaler does it, in an array of its own."""
    scaled: npt.NDArray[np.float64] = X - scaler.mean_
    scaled /= scaler.scale_
    return scaled
