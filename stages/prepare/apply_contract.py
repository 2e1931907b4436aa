"""New rows parsed by the data contract of the training table.

`tools.predict` uses it, because new values must be parsed exactly as `prepare` parsed the training values.
"""

import numpy as np
import pyarrow as pa

from stages.prepare.columns.forms.dates import to_moments
from stages.prepare.columns.parsing import MissingValues, Texts
from stages.prepare.columns.target import find_near_duplicates
from stages.prepare.columns.validation import decode_dictionary, validate_free_text, validate_numeric, validate_text
from stages.shared.errors import ErrorCollector, InputError
from stages.shared.messages import shorten, suggest_name
from stages.shared.schemas.contract import Contract, Feature
from stages.shared.storage.arrow import from_numpy

#: in a table of at least so many rows, one category of each column must occur in the training table
MIN_ROWS = 20


def apply_contract(
    raw: pa.Table, contract: Contract, source: str, whole: bool = True
) -> tuple[pa.Table, dict[str, int]]:
    """Return the contract's features from `raw`, a table of `read_columns`, and the counts of unseen categories.

    Features stand in contract order: float64 or string, null where missing, equal to the bit to what `prepare` gives.
    The counts are the number of cells with an unknown category, by categorical feature. The order of the raw columns
    is free and extra columns are ignored. Raises InputError for absent features and cells of a wrong type. In a `whole`
    table each categorical column must have a category of the training table.
    """
    errors = ErrorCollector()
    columns: dict[str, pa.Array] = {}
    unseen: dict[str, int] = {}
    for feature in contract.features:
        with errors.collect():
            columns[feature.name], n_unseen = _parse_feature(raw, feature, contract, source, whole)
            if feature.type == "categorical":
                unseen[feature.name] = n_unseen
    errors.check()
    return pa.Table.from_arrays(list(columns.values()), names=list(columns)), unseen


def _parse_feature(
    raw: pa.Table, feature: Feature, contract: Contract, source: str, whole: bool
) -> tuple[pa.Array, int]:
    name = feature.column
    if name not in raw.column_names:
        raise InputError(f"{source}: no column `{name}`, which the model needs; {suggest_name(name, raw.column_names)}")
    location = f"{source}: column `{name}`"
    column, missing_values = raw.column(name), MissingValues.of(contract.missing, name)
    if feature.date:
        values = to_moments(location, decode_dictionary(column), missing_values, feature.date.format).part(
            feature.date.part
        )
        return from_numpy(values, pa.float64(), np.isnan(values)), 0
    if feature.type == "numeric":
        values = validate_numeric(location, column, missing_values, feature.number)
        return from_numpy(values, pa.float64(), np.isnan(values)), 0
    if feature.type == "text":
        return validate_free_text(location, column, missing_values).array(), 0
    categories = feature.categories or []
    texts = _match_spelling(validate_text(location, column, missing_values), categories)
    counts = texts.counts()
    n_unseen = sum(count for text, count in counts.items() if text not in set(categories))
    if whole and len(texts.codes) >= MIN_ROWS and counts and n_unseen == sum(counts.values()):
        expected, example = ", ".join(map(shorten, categories[:3])), shorten(next(iter(counts)))
        raise InputError(
            f"{location}: no cell holds a category of the training table; found {example} and others, expected "
            f"{expected} and others; check the column and its spelling"
        )
    return texts.array(), n_unseen


def _match_spelling(texts: Texts, categories: list[str]) -> Texts:
    """Replace texts that differ from one category only in case, white space or number form by that category.

    File formats spell the same value differently. A boolean is True in a CSV by pandas and true in Parquet. A whole
    number in a column with missing cells is written as 2.0.
    """
    allowed = set(categories)
    ambiguous = {category for group in find_near_duplicates(categories) for category in group}
    result = texts.distinct.to_pylist()
    distinct = list(result)
    for group in find_near_duplicates([*allowed - ambiguous, *(text for text in result if text not in allowed)]):
        category = next((text for text in group if text in allowed), None)
        if category is not None:
            distinct = [category if text in group else text for text in distinct]
    return Texts(pa.array(distinct, pa.string()), texts.codes)
