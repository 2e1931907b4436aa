"""Checks that refuse texts which are probably no categories: numbers with stray cells, bounds, dates, row identifiers.

As categories they would become useless or misleading features, so the user must declare them in params.yaml.
"""

import json

import numpy as np
import pyarrow as pa

from stages.prepare.columns.forms.dates import are_iso, suggest_formats
from stages.prepare.columns.forms.numbers import CENSORED, find_affixes
from stages.prepare.columns.parsing import MissingValues, Texts, parse_number, to_numbers, to_texts
from stages.shared.errors import InputError
from stages.shared.messages import format_rows, shorten

#: a column with this share of numbers is meant to be numeric
MOSTLY_NUMERIC = 0.9
#: … and so is a column with more distinct numbers than this and a single other text, which may mean "missing"
MIN_NUMBERS = 10
#: a column with a larger share of distinct texts, in more rows than ID_ROWS, identifies rows
ID_SHARE = 0.95
ID_ROWS = 50

#: texts with at most so many units or currencies are numbers in different units, not categories
MAX_UNITS = 5


def are_all_numbers(column: pa.ChunkedArray, missing_values: MissingValues) -> bool:
    """Return whether every cell of a text column is a number or missing."""
    return not to_numbers(column, missing_values).others.any()


def check_text_column(location: str, name: str, column: pa.ChunkedArray, missing_values: MissingValues) -> None:
    """Raise InputError when the texts look like numbers, dates or row identifiers; name the params that help.

    Call it only for texts that are not all numbers of one form.
    """
    texts = to_texts(column, missing_values)
    counts = texts.counts()
    rows = sum(counts.values())
    listing = f"list it in data.categorical if `{name}` holds categories"
    affixes = {text: find_affixes(text) if np.isnan(parse_number(text)) else ("", "") for text in counts}
    others = [text for text in counts if affixes[text] is None]
    _check_censored(location, counts, others, listing)
    examples = {affix: text for text, affix in affixes.items()}
    if counts and not others and len(examples) <= MAX_UNITS:
        names = " and ".join(map(shorten, examples.values() if len(examples) > 1 else list(counts)[:3]))
        kind = "with different units" if len(examples) > 1 else "that are not of one form"
        raise InputError(
            f"{location}: holds numbers {kind}, such as {names}; write all in one way that data.read allows, name the "
            f"column in data.drop, or {listing}"
        )
    if _are_meant_as_numbers(counts, others):
        n_numbers = rows - sum(counts[text] for text in others)
        problems = [_describe_stray(location, name, text, texts, n_numbers, rows) for text in others[:5]]
        raise InputError(problems)
    _check_dates(location, name, texts, listing)
    if rows > ID_ROWS and len(counts) > ID_SHARE * rows:
        raise InputError(
            f"{location}: {len(counts)} different texts in {rows} rows; it seems to identify the rows: name it in "
            f"data.key or data.drop, in data.text if its words matter, or {listing}"
        )


def _are_meant_as_numbers(counts: dict[str, int], others: list[str]) -> bool:
    numbers = len(counts) - len(others)
    if not others or not numbers:
        return False
    strays = sum(counts[text] for text in others)
    return _are_few(strays, counts) or (len(others) == 1 and numbers > MIN_NUMBERS)


def _are_few(strays: int, counts: dict[str, int]) -> bool:
    """Return whether `strays` cells are few beside all cells that `counts` has."""
    return strays <= (1 - MOSTLY_NUMERIC) * sum(counts.values()) + 1e-9  # 0.1 × 10 is below 1 by rounding


def _check_dates(location: str, name: str, texts: Texts, listing: str) -> None:
    """Raise InputError for dates in a national form, which must be given, and for ISO dates beside other texts."""
    counts = texts.counts()
    if formats := suggest_formats(counts):
        example, entries = next(iter(counts)), " or ".join(f"{name}: {json.dumps(form)}" for form in formats)
        raise InputError(
            f"{location}: holds dates, such as {shorten(example)}; give their form in data.dates ({entries}), "
            f"name the column in data.drop, or {listing}"
        )
    others = [text for text in counts if not are_iso([text])]
    if len(others) < len(counts) and _are_few(sum(counts[text] for text in others), counts):
        raise InputError(
            [
                f"{location}, {format_rows(texts.rows_of(text))}: {shorten(text)} is not an ISO date as other cells "
                f"are; fix it, add `{name}: [{json.dumps(text, ensure_ascii=False)}]` to data.missing, or {listing}"
                for text in others[:5]
            ]
        )


def _check_censored(location: str, counts: dict[str, int], others: list[str], listing: str) -> None:
    """Raise InputError for numbers among which some cells are bounds: no single number can replace a bound."""
    bounds = [text for text in others if CENSORED.fullmatch(text)]
    if bounds and len(bounds) == len(others) < len(counts):
        cells = sum(counts[text] for text in bounds)
        raise InputError(
            f"{location}: {cells} of {sum(counts.values())} cells are bounds, such as {shorten(bounds[0])}; replace "
            f"them by numbers of your choice, name them in data.missing, name the column in data.drop, or {listing}"
        )


def _describe_stray(location: str, name: str, text: str, texts: Texts, numbers: int, rows: int) -> str:
    cell = f"{location}, {format_rows(texts.rows_of(text))}: {shorten(text)} is not a number"
    entry = f"{name}: [{json.dumps(text, ensure_ascii=False)}]"
    return (
        f"{cell}, but {numbers} of {rows} cells are; if it means missing, add `{entry}` to data.missing; "
        f"if `{name}` holds categories, list it in data.categorical; else fix the cell"
    )
