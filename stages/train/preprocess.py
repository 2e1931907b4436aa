"""The steps between a table and a classifier, each fitted on training rows alone.

A stored model finds its columns by name, in a frame. Folds are many and have the same columns in the same places: they
take the same steps `on_arrays`, where to look columns up would take most of the time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from stages.shared.contract import Contract
from stages.train.params import PreprocessParams

#: a name, a transformer or None for what stays as it is, and what it takes of a table
Part = tuple[str, Any, Callable[[Any], Any]]

#: names and transformers, in order; the first takes frames, or `Arrays` when it is `on_arrays`
Steps = list[tuple[str, Any]]


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

    def rows(self, rows: npt.NDArray[np.int64]) -> "Arrays":
        """Some of the rows."""
        return Arrays(self.numeric.T.take(rows, axis=1).T, self.categories[rows])


def make_steps(contract: Contract, params: PreprocessParams) -> Steps:
    """The unfitted steps, in order.

    `preprocessor` gives numbers without gaps: numeric columns first (imputed; standardised when `scale` is
    before_resampling), then one code per categorical column. `encoder` turns the codes into one column a level, and
    is there only with categorical columns. `scaler` is there only when `scale` is after_resampling.
    """
    before = params.scale == "before_resampling"
    n_numeric, n_categorical = len(contract.numeric), len(contract.categorical)
    imputer = ("imputer", SimpleImputer(strategy=params.impute, keep_empty_features=True))
    numeric = Pipeline([imputer, ("scaler", StandardScaler())] if before else [imputer])
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=-1,  # a level that the training fold did not have: no column of the encoder is 1
        encoded_missing_value=-2,  # a missing category is a level of its own
        max_categories=params.max_categories,
    )
    preprocessor = ColumnTransformer([("numeric", numeric, contract.numeric), ("codes", codes, contract.categorical)])
    steps: Steps = [("preprocessor", preprocessor)]
    numbers, levels = list(range(n_numeric)), list(range(n_numeric, n_numeric + n_categorical))
    if levels:
        onehot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        steps.append(("encoder", ColumnTransformer([("numeric", "passthrough", numbers), ("levels", onehot, levels)])))
    if not before:
        scaler = ColumnTransformer([("numeric", StandardScaler(), numbers)], remainder="passthrough")
        steps.append(("scaler", scaler))
    return steps


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


def on_arrays(steps: Steps, n_numeric: int) -> Steps:
    """The steps that `make_steps` gives, not fitted, to be fitted on `Arrays` instead: to the same numbers."""

    def part(step: str, name: str) -> Any:
        return next(clone(found) for label, found, _ in dict(steps)[step].transformers if label == name)

    def numbers(X: Any) -> Any:
        return X[:, list(range(n_numeric))]  # a list, as in a ColumnTransformer: sums depend on how the copy lies

    def others(X: Any) -> Any:
        return X[:, list(range(n_numeric, X.shape[1]))]

    def parts(step: str) -> list[Part]:
        if step == "preprocessor":
            numeric, codes = part(step, "numeric"), part(step, "codes")
            return [("numeric", numeric, lambda X: X.numeric), ("codes", codes, lambda X: X.categories)]
        if step == "encoder":
            return [("numeric", None, numbers), ("levels", part(step, "levels"), others)]
        return [("numeric", part(step, "numeric"), numbers), ("others", None, others)]

    return [(name, OnArrays(parts(name))) for name, _ in steps]


def level_blocks(encoder: Any, n_numeric: int) -> list[slice]:
    """Where each categorical column's level columns stand in the output of a fitted `encoder`."""
    blocks, start = [], n_numeric
    for levels in encoder.named_transformers_["levels"].categories_:
        blocks.append(slice(start, start + len(levels)))
        start += len(levels)
    return blocks
