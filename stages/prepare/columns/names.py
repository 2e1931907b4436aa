"""Checks of column names, and columns without one.

A name must be typed in params.yaml and shown in the report, so empty, repeated or unprintable names are refused.
"""

import math
import re

import pyarrow as pa

from stages.prepare.columns.notices import is_running
from stages.prepare.columns.parsing import NO_MISSING_VALUES, is_number, is_text, parse_number, to_numbers
from stages.prepare.columns.validation import decode_dictionary, get_value_type
from stages.shared.errors import InputError, raise_problems
from stages.shared.messages import shorten
from stages.shared.schemas.contract import Notice

#: the name that pandas gives to column N if the header leaves it empty
UNNAMED = re.compile(r"Unnamed: \d+|__index_level_\d+__", re.ASCII)


def name_columns(header: list[str]) -> list[str]:
    """Return the names with `Unnamed: N`, N counted from 0, in place of empty ones."""
    return [name if name.strip() else f"Unnamed: {index}" for index, name in enumerate(header)]


def drop_index(location: str, name: str, column: pa.ChunkedArray) -> list[Notice]:
    """Return the notice of a column that is left out; none if it is kept.

    The column has no name, or is an index of pandas. It is left out when it numbers the rows or is empty. Raises
    InputError when it has no name and contains anything else.
    """
    kind = get_value_type(column.type)
    readable = is_number(kind) or is_text(kind)
    numbers = to_numbers(decode_dictionary(column), NO_MISSING_VALUES) if readable else None
    reason = None
    if numbers is not None and numbers.missing.all():
        reason = "has no name and no cell, as after a trailing separator"
    elif numbers is not None and is_running(numbers.values):
        reason = "numbers the rows, as an index of pandas does"
    if reason:
        return [Notice(column=name, kind="index_dropped", message=f"{location}: {reason}; it is left out")]
    if UNNAMED.fullmatch(name):
        raise InputError(
            f"{location}: has no name in the header and does not number the rows; give it a name (pandas writes its "
            "index so: use index=False), or name it in data.drop or data.key"
        )
    return []


def check_names(names: list[str], source: str) -> None:
    """Raise InputError for names that are empty, repeated, unprintable or all numbers."""
    problems = []
    for index, name in enumerate(names, start=1):
        if not name.strip():
            problems.append(
                f"{source}: column {index} has no name; give it one (pandas writes its index so: use index=False)"
            )
        elif name != name.strip() or not name.isprintable():
            problems.append(
                f"{source}: column {shorten(name)} has white space at an end or an unprintable character; "
                "remove it from the name"
            )
    for name in dict.fromkeys(name for name in names if name.strip() and names.count(name) > 1):
        indices = [str(index) for index, value in enumerate(names, start=1) if value == name]
        problems.append(f"{source}: columns {' and '.join(indices)} are both called `{name}`; give each its own name")
    given = [name for name in names if not UNNAMED.fullmatch(name)]
    if not any(math.isnan(parse_number(name)) for name in given):
        problems.append(
            f"{source}: all column names are numbers ({', '.join(names[:5])}); put a header before the data"
        )
    raise_problems(problems)
