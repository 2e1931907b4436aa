"""Text columns that are probably something else: numbers with stray cells, dates, names of rows."""

import json
import re

import numpy as np
import pyarrow as pa

from stages.prepare.columns.parsing import Marks, Texts, as_numbers, as_texts, reading
from stages.prepare.messages import data_rows, shortened
from stages.shared.errors import InputError

#: a column with this share of numbers was meant to be numeric
MOSTLY = 0.9
#: … and so was one with more different numbers than this beside a single other text (a mark for "missing")
NUMBERS_BESIDE_A_MARK = 10
#: a column with a larger share of different texts, in more rows than ID_ROWS, names rows
ID_SHARE = 0.95
ID_ROWS = 50

THOUSANDS = re.compile(r"[+-]?\d{1,3}([,' ]\d{3})+(\.\d+)?", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?\d[\d.]*,\d+", re.ASCII)
DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}.*)?|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})( .*)?", re.ASCII)


def spells_numbers(column: pa.ChunkedArray, marks: Marks) -> bool:
    """Whether every cell of a text column is a number or missing."""
    return not as_numbers(column, marks).others.any()


def check_texts(where: str, name: str, column: pa.ChunkedArray, marks: Marks) -> None:
    """Raises InputError when the texts look like numbers, dates or names of rows; says how to declare what they are."""
    texts = as_texts(column, marks)
    counts = texts.counts()
    rows = sum(counts.values())
    listing = f"list it in data.categorical if `{name}` holds categories"
    others = [text for text in counts if np.isnan(reading(text))]
    if _meant_as_numbers(counts, others):
        problems = [
            _stray(where, name, text, texts, rows - sum(counts[other] for other in others), rows) for text in others[:5]
        ]
        raise InputError(problems)
    if rows and sum(count for text, count in counts.items() if DATE.fullmatch(text.strip())) >= MOSTLY * rows:
        raise InputError(
            f"{where}: holds dates, such as {shortened(others[0])}; no model here reads dates: name it in data.drop, "
            f"or in split.time to split by it (ISO dates), or {listing}"
        )
    if rows > ID_ROWS and len(counts) > ID_SHARE * rows:
        raise InputError(
            f"{where}: {len(counts)} different texts in {rows} rows; it seems to name the rows: name it in data.key or "
            f"data.drop, or {listing}"
        )


def _meant_as_numbers(counts: dict[str, int], others: list[str]) -> bool:
    numbers = len(counts) - len(others)
    if not others or numbers + sum(map(_is_written_otherwise, others)) == 0:
        return False
    strays = sum(counts[text] for text in others if not _is_written_otherwise(text))
    mostly = strays <= (1 - MOSTLY) * sum(counts.values()) + 1e-9
    return mostly or (len(others) == 1 and numbers > NUMBERS_BESIDE_A_MARK)


def _is_written_otherwise(text: str) -> bool:
    return bool(THOUSANDS.fullmatch(text.strip()) or DECIMAL_COMMA.fullmatch(text.strip()))


def _stray(where: str, name: str, text: str, texts: Texts, numbers: int, rows: int) -> str:
    place = f"{where}, {data_rows(texts.rows_of(text))}: {shortened(text)} is not a number"
    if THOUSANDS.fullmatch(text.strip()):
        return f"{place}; write numbers without separators of thousands"
    if DECIMAL_COMMA.fullmatch(text.strip()):
        return f"{place}; write numbers with a decimal point"
    marked = f"{name}: [{json.dumps(text, ensure_ascii=False)}]"
    return (
        f"{place}, but {numbers} of {rows} cells are; if it means missing, add `{marked}` to data.missing; "
        f"if `{name}` holds categories, list it in data.categorical; else mend the cell"
    )
