"""The steps between a table and a classifier, each fitted on a training fold and stored in the model."""

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from stages.shared.contract import Contract
from stages.train.params import PreprocessParams

Steps = list[tuple[str, ColumnTransformer]]


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


def level_blocks(encoder: ColumnTransformer, n_numeric: int) -> list[slice]:
    """Where each categorical column's level columns stand in the output of a fitted `encoder`."""
    blocks, start = [], n_numeric
    for levels in encoder.named_transformers_["levels"].categories_:
        blocks.append(slice(start, start + len(levels)))
        start += len(levels)
    return blocks
