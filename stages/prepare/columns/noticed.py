"""What is doubtful about a column: it is said, in the contract and in the report, and nothing is changed for it.

A person knows whether a whole number is a quantity or a code; the cells alone do not tell.
"""

from collections.abc import Iterator
import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.prepare.columns.parsing import Texts, parse_number
from stages.prepare.columns.target import near_duplicates
from stages.prepare.columns.validation import decode_dictionary
from stages.shared.messages import shorten
from stages.shared.schemas.contract import Noticed, NoticeKind
from stages.shared.storage.arrow import Floats

#: columns of fewer rows are too short to judge
MIN_ROWS = 50
#: a numeric column of at most so many different whole numbers may be one of codes
FEW_VALUES = 10
#: a categorical column with more levels is worth a look: train merges the rare ones
MANY_CATEGORIES = 50
#: words that often mean "missing"; compared without white space and case
MISSING_WORDS = {"", "-", "--", ".", "?", "n/a", "na", "nan", "none", "null", "unknown", "missing", "not available"}
#: a code that looks like a number
CODE = re.compile(r"\s*0\d+\s*", re.ASCII)


def has_codes(column: pa.ChunkedArray) -> bool:
    """Return whether a cell begins with a zero before another digit, as in a postal code; as a number it loses it."""
    texts = decode_dictionary(column)
    return bool(pc.any(pc.match_substring_regex(texts.cast(pa.string()), r"^\s*0[0-9]")).as_py())


def notice_numbers(location: str, name: str, present: Floats) -> list[Noticed]:
    """Return what is doubtful about a numeric column with these cells."""
    noticed = []
    low, high = float(present.min()), float(present.max())
    if low == high:
        noticed.append(Noticed(column=name, kind="one_value", message=f"{location}: holds only the value {low:g}"))
    elif len(present) > MIN_ROWS:
        if _is_running(present, low, high):
            message = f"{location}: is a running number; name it in data.key or data.drop if it identifies rows"
            noticed.append(Noticed(column=name, kind="running_number", message=message))
        values = _few_values(present)
        if len(values) and (values == np.round(values)).all():
            listed = ", ".join(f"{value:g}" for value in values)
            message = (
                f"{location}: has only the whole numbers {listed}; samplers such as SMOTE make values between them; if "
                f"they are codes, list `{name}` in data.categorical"
            )
            noticed.append(Noticed(column=name, kind="few_whole_numbers", message=message))
    return noticed


def notice_numbers_as_text(location: str, name: str) -> Noticed:
    """Return the notice of a typed file whose text column is read as numbers."""
    message = f"{location}: the file says text, but every cell is a number; it is read as numbers: list `{name}` in "
    return Noticed(column=name, kind="numbers_as_text", message=f"{message}data.categorical if they are codes")


def notice_texts(location: str, name: str, texts: Texts) -> list[Noticed]:
    """Return what is doubtful about a categorical column."""
    return [
        Noticed(column=name, kind=kind, message=f"{location}: {message}")
        for kind, message in _describe_texts(name, texts.counts())
    ]


def _describe_texts(name: str, counts: dict[str, int]) -> Iterator[tuple[NoticeKind, str]]:
    categories = sorted(counts)
    for group in near_duplicates(categories):
        names = " and ".join(map(shorten, group))
        yield "similar_categories", f"the categories {names} differ only in white space, case or number form"
    if len(categories) == 1:
        yield "one_value", f"holds only the value {shorten(categories[0])}"
    if len(categories) > MANY_CATEGORIES:
        yield (
            "many_categories",
            f"has {len(categories)} categories in {sum(counts.values())} rows; train keeps the most frequent ones "
            "(preprocess.max_categories) and merges the others",
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


def _is_running(present: Floats, low: float, high: float) -> bool:
    """Return whether the values are consecutive whole numbers in any order, each once."""
    if high - low != len(present) - 1:
        return False
    return bool(np.array_equal(np.sort(present), np.arange(low, high + 1)))


def _few_values(present: Floats) -> Floats:
    """Return the different values if there are at most FEW_VALUES, else none; the first rows tell most columns."""
    if len(np.unique(present[: 100 * MIN_ROWS])) > FEW_VALUES:
        return np.empty(0)
    values = np.unique(present)
    return values if len(values) <= FEW_VALUES else np.empty(0)
