"""Warnings about columns, for the contract and the report. They never change the data.

The cells do not show whether a whole number is a quantity or a code, so a person must look.
"""

from collections.abc import Iterable, Iterator
import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.prepare.columns.forms.numbers import describe_form
from stages.prepare.columns.parsing import MissingValues, parse_number
from stages.prepare.columns.target import find_near_duplicates
from stages.prepare.columns.validation import decode_dictionary
from stages.shared.messages import shorten
from stages.shared.schemas.contract import Notice, NoticeKind, NumberForm
from stages.shared.storage.arrow import Floats

#: columns of at most so many rows are too short to judge
MIN_ROWS = 50
#: a numeric column of at most so many different whole numbers may be one of codes
MAX_CODES = 10
#: a categorical column with more levels gets a warning: train merges the rare ones
MANY_CATEGORIES = 50
#: spellings of true and false, in any case
BOOLEANS = {"true", "false", "t", "f", "yes", "no", "y", "n", "1", "0"}
#: zeros that may mean missing are neither single errors nor most of the cells, …
ZERO_SHARE = (0.005, 0.5)
#: … and the next value is more than MIN_DISTANCE times the usual step of the lowest MIN_DISTINCT values above 0
MIN_DISTANCE, MIN_DISTINCT = 5, 11
#: words that often mean "missing"; compared without white space around them, in any case
MISSING_WORDS = {"", "-", "--", ".", "?", "n/a", "na", "nan", "none", "null", "unknown", "missing", "not available"}
#: three digits follow every mark, so it may be a thousands mark
GROUPED = r"^\s*[+-]?[1-9]\d{0,2}([.,]\d{3})+\s*$"
#: a code that looks like a number
CODE = re.compile(r"\s*0\d+\s*", re.ASCII)

#: the kind of a notice, and its message without the location
Description = tuple[NoticeKind, str]


def list_texts(column: pa.ChunkedArray, missing_values: MissingValues) -> pa.Array:
    """Return the different cells as texts, in order of first appearance, without those that mean missing."""
    texts = decode_dictionary(column).cast(pa.string()).unique().drop_null()
    if not missing_values.texts:
        return texts
    return texts.filter(pa.array([text not in missing_values for text in texts.to_pylist()], type=pa.bool_()))


def has_codes(texts: pa.Array) -> bool:
    """Return whether a text begins with a zero before another digit, as a postal code does; a number would lose it."""
    return bool(pc.any(pc.match_substring_regex(texts, r"^\s*0[0-9]")).as_py())


def has_points(texts: pa.Array) -> bool:
    """Return whether a text contains a point."""
    return bool(pc.any(pc.match_substring(texts, ".")).as_py())


def is_grouped(texts: pa.Array) -> bool:
    """Return whether there are points, and each has exactly three digits behind it, as a thousands mark has."""
    pointed = texts.filter(pc.match_substring(texts, "."))
    return len(pointed) > 0 and bool(pc.all(pc.match_substring_regex(pointed, GROUPED)).as_py())


def make_notices(location: str, name: str, described: Iterable[Description]) -> list[Notice]:
    """Return the notices of a column; `location` starts each message."""
    return [Notice(column=name, kind=kind, message=f"{location}: {message}") for kind, message in described]


def describe_number_form(name: str, form: NumberForm, texts: pa.Array | None) -> Iterator[Description]:
    """Describe a text column that is read as numbers, with an example if its texts are available."""
    example = f", such as {shorten(texts[0].as_py())}" if texts is not None and len(texts) else ""
    yield (
        "number_form",
        f"holds numbers with {describe_form(form)}{example}; it is read as numbers: list `{name}` in data.categorical "
        "if they are codes",
    )


def describe_dates(features: list[str]) -> Iterator[Description]:
    """Describe a column of dates with the features that were made of it."""
    yield (
        "date",
        f"holds dates; its features are {', '.join(features)}: name it in data.drop if they tell the future, or in "
        "split.time to split by it",
    )


def find_missing_texts(column: pa.ChunkedArray, missing_values: MissingValues) -> set[str]:
    """Return the cells that mean missing by data.missing."""
    if not missing_values.texts:
        return set()
    cells = decode_dictionary(column).unique().cast(pa.string()).to_pylist()
    return {cell for cell in cells if cell is not None and cell in missing_values}


def notice_unused_missing_values(missing: dict[str, list[str]], used: dict[str, set[str]]) -> list[Notice]:
    """Return the entries of data.missing that match no cell; `used` are the cells that are missing by an entry."""
    noticed = []
    for column, texts in missing.items():
        if column != "*" and column not in used:
            continue  # the column is not read
        cells = set().union(*used.values()) if column == "*" else used.get(column, set())
        for text in texts:
            values = MissingValues.of({column: [text]}, column)
            if not any(cell in values for cell in cells):
                scope = "the table" if column == "*" else f"`{column}`"
                message = f"params.yaml: data.missing: no cell of {scope} is {json.dumps(text, ensure_ascii=False)}"
                name = None if column == "*" else column
                noticed.append(Notice(column=name, kind="unused_mark", message=f"{message}; check its spelling"))
    return noticed


def describe_numbers(name: str, present: Floats, whole_values: list[float] | None) -> Iterator[Description]:
    """Describe what is doubtful about a numeric column with these cells; `whole_values` are as in the contract."""
    if not len(present):
        return
    low, high = float(present.min()), float(present.max())
    if low == high:
        yield "one_value", f"holds only the value {low:g}"
    if low == high or len(present) <= MIN_ROWS:
        return
    if is_running(present):
        yield "running_number", "is a running number; name it in data.key or data.drop if it identifies rows"
    if _are_compact_dates(present, low, high):
        yield (
            "date",
            f'seems to hold dates such as {present[0]:.0f}, read as numbers; give `{name}: "%Y%m%d"` in data.dates',
        )
    if zeros := _find_distant_zeros(present, low):
        yield (
            "distant_zeros",
            f"{zeros[0]} cells are 0, far below the next value, {zeros[1]:g}; if 0 means missing, add `{name}: [0]` to "
            "data.missing",
        )
    if whole_values:
        yield (
            "few_whole_numbers",
            f"has only the whole numbers {', '.join(f'{value:.15g}' for value in whole_values)}; rows that a sampler "
            f"makes get the nearest of them; if they are codes, list `{name}` in data.categorical",
        )


def is_running(present: Floats) -> bool:
    """Return whether the values are consecutive whole numbers in any order, each once."""
    low, high = float(present.min()), float(present.max())
    if not low.is_integer() or high - low != len(present) - 1:
        return False
    return bool(np.array_equal(np.sort(present), np.arange(low, high + 1)))


def describe_numbers_as_text(name: str) -> Iterator[Description]:
    """Describe the text column of a typed file that is read as numbers."""
    yield (
        "numbers_as_text",
        "the file says text, but every cell is a number; it is read as numbers: list "
        f"`{name}` in data.categorical if they are codes",
    )


def describe_one_text(counts: dict[str, int]) -> Iterator[Description]:
    """Describe a column that holds a single text."""
    if len(counts) == 1:
        yield "one_value", f"holds only the value {shorten(next(iter(counts)))}"


def describe_texts(name: str, counts: dict[str, int]) -> Iterator[Description]:
    """Describe what is doubtful about a categorical column; `counts` are the rows by category."""
    categories = sorted(counts)
    for group in find_near_duplicates(categories):
        names = " and ".join(map(shorten, group))
        yield "similar_categories", f"the categories {names} differ only in white space, case or number form"
    if len(categories) > 2 and all(text.strip().lower() in BOOLEANS for text in categories):
        names = ", ".join(map(shorten, categories))
        yield "mixed_booleans", f"has several spellings of true and false, each a category: {names}; write one of each"
    yield from describe_one_text(counts)
    if len(categories) > MANY_CATEGORIES:
        yield (
            "many_categories",
            f"has {len(categories)} categories in {sum(counts.values())} rows; train keeps the most frequent ones "
            "(preprocess.max_categories) and merges the others; in data.text all of them count, by their letters",
        )
    codes = [text for text in categories if CODE.fullmatch(text)]
    if codes and not any(np.isnan(parse_number(text)) for text in categories):
        yield "codes", f"has codes that look like numbers, such as {shorten(codes[0])}; they are read as categories"
    for text in categories:
        if text.strip().lower() in MISSING_WORDS:
            entry = f"{name}: [{json.dumps(text, ensure_ascii=False)}]"
            yield (
                "missing_word",
                f"{shorten(text)} is a category of {counts[text]} rows; if it means missing, add `{entry}` to "
                "data.missing",
            )


def _are_compact_dates(present: Floats, low: float, high: float) -> bool:
    """Return whether all numbers are dates of the last two centuries, such as 20240131."""
    if not (low >= 19000101 and high <= 21001231 and (present == np.floor(present)).all()):
        return False
    months, days = present // 100 % 100, present % 100
    return bool(((months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)).all())


def _find_distant_zeros(present: Floats, low: float) -> tuple[int, float] | None:
    """Return the number of zeros and the next value, where 0 is the minimum, repeated, and far from the others."""
    share = float(np.mean(present == 0))
    if low < 0 or not ZERO_SHARE[0] <= share <= ZERO_SHARE[1]:
        return None
    values = np.unique(present)[1:]
    if len(values) < MIN_DISTINCT or values[0] <= MIN_DISTANCE * np.median(np.diff(values[:MIN_DISTINCT])):
        return None
    return round(share * len(present)), float(values[0])


def list_whole_values(present: Floats) -> list[float] | None:
    """Return the different values if there are at most MAX_CODES and all are whole, else None."""
    first = np.unique(present[: 100 * MIN_ROWS])  # enough to reject most columns
    if len(present) <= MIN_ROWS or len(first) > MAX_CODES or (first % 1 != 0).any():
        return None
    values = np.unique(present)
    return values.tolist() if 1 < len(values) <= MAX_CODES and (values % 1 == 0).all() else None
