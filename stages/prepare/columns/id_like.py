"""Text columns that are probably no category: numbers with stray cells, dates, row identifiers.

As categories they would become useless or misleading features, so the user must say what they are.
"""

import json
import re

import numpy as np
import pyarrow as pa

from stages.prepare.columns.parsing import MissingValues, Texts, parse_number, to_numbers, to_texts
from stages.shared.errors import InputError
from stages.shared.messages import format_rows, shorten

#: a column with this share of numbers is meant to be numeric
MOSTLY_NUMERIC = 0.9
#: … and so is a column with more distinct numbers than this and a single other text (a code for "missing")
NUMBERS_BESIDE_A_MARK = 10
#: a column with a larger share of distinct texts, in more rows than ID_ROWS, identifies rows
ID_SHARE = 0.95
ID_ROWS = 50

THOUSANDS = re.compile(r"[+-]?\d{1,3}([,' ]\d{3})+(\.\d+)?", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?\d[\d.]*,\d+", re.ASCII)
DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}.*)?|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})( .*)?", re.ASCII)


def all_numbers(column: pa.ChunkedArray, missing_values: MissingValues) -> bool:
    """Return whether every cell of a text column is a number or missing."""
    return not to_numbers(column, missing_values).others.any()


def check_text_column(location: str, name: str, column: pa.ChunkedArray, missing_values: MissingValues) -> None:
    """Raise InputError when the texts look like numbers, dates or row identifiers; name the params that help."""
    texts = to_texts(column, missing_values)
    counts = texts.counts()
    rows = sum(counts.values())
    listing = f"list it in data.categorical if `{name}` holds categories"
    others = [text for text in counts if np.isnan(parse_number(text))]
    if _meant_as_numbers(counts, others):
        problems = [
            _describe_stray(location, name, text, texts, rows - sum(counts[other] for other in others), rows)
            for text in others[:5]
        ]
        raise InputError(problems)
    if rows and sum(count for text, count in counts.items() if DATE.fullmatch(text.strip())) >= MOSTLY_NUMERIC * rows:
        raise InputError(
            f"{location}: holds dates, such as {shorten(others[0])}; dates are not supported as features: name the "
            f"column in data.drop, or in split.time to split by it (ISO dates), or {listing}"
        )
    if rows > ID_ROWS and len(counts) > ID_SHARE * rows:
        raise InputError(
            f"{location}: {len(counts)} different texts in {rows} rows; it seems to identify the rows: name it in "
            f"data.key or data.drop, or {listing}"
        )


def _meant_as_numbers(counts: dict[str, int], others: list[str]) -> bool:
    numbers = len(counts) - len(others)
    if not others or numbers + sum(map(_has_separators, others)) == 0:
        return False
    strays = sum(counts[text] for text in others if not _has_separators(text))
    mostly = strays <= (1 - MOSTLY_NUMERIC) * sum(counts.values()) + 1e-9
    return mostly or (len(others) == 1 and numbers > NUMBERS_BESIDE_A_MARK)


def _has_separators(text: str) -> bool:
    return bool(THOUSANDS.fullmatch(text.strip()) or DECIMAL_COMMA.fullmatch(text.strip()))


def _describe_stray(location: str, name: str, text: str, texts: Texts, numbers: int, rows: int) -> str:
    cell = f"{location}, {format_rows(texts.rows_of(text))}: {shorten(text)} is not a number"
    if THOUSANDS.fullmatch(text.strip()):
        return f"{cell}; write numbers without thousands separators"
    if DECIMAL_COMMA.fullmatch(text.strip()):
        return f"{cell}; write numbers with a decimal point"
    entry = f"{name}: [{json.dumps(text, ensure_ascii=False)}]"
    return (
        f"{cell}, but {numbers} of {rows} cells are; if it means missing, add `{entry}` to data.missing; "
        f"if `{name}` holds categories, list it in data.categorical; else fix the cell"
    )
