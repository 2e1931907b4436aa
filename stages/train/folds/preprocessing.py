"""The steps between a table and a classifier, each fitted on training rows only."""

from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from stages.shared.schemas.contract import Contract
from stages.train.params import PreprocessParams

#: names and transformers, in order; the first takes frames, the others arrays
Steps = list[tuple[str, Any]]

#: numbers that a text becomes: signed counts of its hashed trigrams. They have length 1, so a text weighs about as much
#: in distances as one standardized number. They are not scaled further.
TEXT_COLUMNS = 128

#: prefix of the names of the transformers of text columns
TEXT = "text_"


def count_numbers(contract: Contract) -> int:
    """Return the number of columns that `preprocessor` gives before the category codes."""
    return len(contract.numeric) + TEXT_COLUMNS * len(contract.text)


def make_steps(contract: Contract, params: PreprocessParams) -> Steps:
    """Return the unfitted steps, in order.

    `preprocessor` returns numbers without gaps. First come the numeric columns, imputed, and standardized if `scale` is
    before_resampling. TEXT_COLUMNS numbers per text column follow, then one category code per categorical column.
    `encoder` makes the codes one-hot; it exists only with categorical columns. `scaler` exists only if `scale` is
    after_resampling.
    """
    before = params.scale == "before_resampling"
    n_numeric, n_categorical = count_numbers(contract), len(contract.categorical)
    # a column without any value becomes 0
    imputer = ("imputer", SimpleImputer(strategy=params.impute, keep_empty_features=True))
    numeric = Pipeline([imputer, ("scaler", StandardScaler())] if before else [imputer])
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=-1,  # a category that the training fold did not have: all one-hot columns are 0
        encoded_missing_value=-2,  # a missing value is a category of its own
        max_categories=params.max_categories,
    )
    texts = [
        (f"{TEXT}{index}", HashingVectorizer(analyzer="char_wb", ngram_range=(3, 3), n_features=TEXT_COLUMNS), name)
        for index, name in enumerate(contract.text)
    ]
    transformers = [("numeric", numeric, contract.numeric), *texts, ("codes", codes, contract.categorical)]
    steps: Steps = [("preprocessor", ColumnTransformer(transformers, sparse_threshold=0 if texts else 0.3))]
    numbers, categories = list(range(n_numeric)), list(range(n_numeric, n_numeric + n_categorical))
    if categories:
        one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        encoder = ColumnTransformer([("numeric", "passthrough", numbers), ("levels", one_hot, categories)])
        steps.append(("encoder", encoder))
    if not before:
        scaler = ColumnTransformer(
            [("numeric", StandardScaler(), numbers[: len(contract.numeric)])], remainder="passthrough"
        )
        steps.append(("scaler", scaler))
    return steps


def find_one_hot_blocks(encoder: Any, n_numeric: int) -> list[slice]:
    """Return the slice of each categorical column's one-hot columns in the output of a fitted `encoder`."""
    blocks, start = [], n_numeric
    for categories in encoder.named_transformers_["levels"].categories_:
        blocks.append(slice(start, start + len(categories)))
        start += len(categories)
    return blocks
