"""The steps between a table and a classifier, each fitted on training rows alone."""

from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from stages.shared.schemas.contract import Contract
from stages.train.params import PreprocessParams

#: names and transformers, in order; the first takes frames, or `Arrays` when they are those of `on_arrays`
Steps = list[tuple[str, Any]]


def make_steps(contract: Contract, params: PreprocessParams) -> Steps:
    """The unfitted steps, in order.

    `preprocessor` gives numbers without gaps: numeric columns first (imputed; standardised when `scale` is
    before_resampling), then one code per categorical column. `encoder` turns the codes into one column a level, and
    is there only with categorical columns. `scaler` is there only when `scale` is after_resampling.
    """
    before = params.scale == "before_resampling"
    n_numeric, n_categorical = len(contract.numeric), len(contract.categorical)
    imputer = ("imputer", make_imputer(params))
    numeric = Pipeline([imputer, ("scaler", StandardScaler())] if before else [imputer])
    codes = ("codes", make_codes(params), contract.categorical)
    steps: Steps = [("preprocessor", ColumnTransformer([("numeric", numeric, contract.numeric), codes]))]
    numbers, levels = list(range(n_numeric)), list(range(n_numeric, n_numeric + n_categorical))
    if levels:
        encoder = ColumnTransformer([("numeric", "passthrough", numbers), ("levels", make_category_encoder(), levels)])
        steps.append(("encoder", encoder))
    if not before:
        scaler = ColumnTransformer([("numeric", StandardScaler(), numbers)], remainder="passthrough")
        steps.append(("scaler", scaler))
    return steps


def make_imputer(params: PreprocessParams) -> SimpleImputer:
    """Fills the gaps of numeric columns; one without any value becomes 0."""
    return SimpleImputer(strategy=params.impute, keep_empty_features=True)


def make_codes(params: PreprocessParams) -> OrdinalEncoder:
    """One code for each level of a categorical column, in the order of their names."""
    return OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=-1,  # a level that the training fold did not have: no column of the encoder is 1
        encoded_missing_value=-2,  # a missing category is a level of its own
        max_categories=params.max_categories,
    )


def make_category_encoder() -> OneHotEncoder:
    """One column for each code."""
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def level_blocks(encoder: Any, n_numeric: int) -> list[slice]:
    """Where each categorical column's level columns stand in the output of a fitted `encoder`."""
    blocks, start = [], n_numeric
    for levels in encoder.named_transformers_["levels"].categories_:
        blocks.append(slice(start, start + len(levels)))
        start += len(levels)
    return blocks
