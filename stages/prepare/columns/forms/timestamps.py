"""Texts and typed cells as moments, for the column split.time and for features that are dates."""

from datetime import UTC, datetime, timedelta
import re

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.parsing import NO_MISSING_VALUES, Texts, is_number, is_text, to_numbers, to_texts
from stages.prepare.columns.validation import check_filled
from stages.shared.errors import InputError, raise_problems
from stages.shared.messages import format_rows, shorten, single_line
from stages.shared.storage.arrow import Ints, from_numpy, to_bools

#: the name of the format of ISO 8601
ISO = "iso"
ISO_DATE = re.compile(
    r"(?P<date>\d{4}-\d{2})(?P<day>-\d{2})?([T ](?P<time>\d{2}(:\d{2}(:\d{2}([.,]\d{1,9})?)?)?))?"
    r" ?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
#: a message lists at most so many texts
MAX_SHOWN = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_timestamps(location: str, column: pa.ChunkedArray, form: str = ISO) -> pa.Array:
    """Return the column as float64 (numbers) or timestamps (converted to UTC), shape (rows,).

    Texts are ISO dates, or of the strptime format `form`. `location` starts each message. Raises InputError for cells
    that are missing, infinite or no date.
    """
    if pat.is_timestamp(column.type) or pat.is_date(column.type):
        array = cast_timestamps(location, column, "ns" if str(column.type).startswith("timestamp[ns") else "us")
        check_filled(location, to_bools(array.is_null()), "a time")
        return array
    if not (is_text(column.type) or is_number(column.type)):
        raise InputError(f"{location}: is of type {column.type}; numbers, ISO dates or timestamps are needed")
    numbers = to_numbers(column, NO_MISSING_VALUES)
    check_filled(location, numbers.missing, "a time")
    if numbers.others.any() or form != ISO:
        return from_numpy(to_microseconds(location, to_texts(column, NO_MISSING_VALUES), form), pa.timestamp("us"))
    infinite = np.flatnonzero(np.isinf(numbers.values))
    if len(infinite):
        raise InputError(f"{location}: is infinite in {format_rows(infinite.tolist())}; fix the cells")
    return from_numpy(numbers.values, pa.float64())


def cast_timestamps(location: str, column: pa.ChunkedArray, unit: str) -> pa.Array:
    """Return dates or timestamps in this unit. Raises InputError for moments that it cannot hold."""
    try:
        truncate = str(column.type).startswith("timestamp[ns") and unit == "us"
        return column.cast(pa.timestamp(unit), safe=not truncate).combine_chunks()
    except pa.ArrowInvalid as error:
        raise InputError(f"{location}: holds invalid times ({single_line(error)}); fix them") from None


def to_microseconds(location: str, texts: Texts, form: str) -> Ints:
    """Return microseconds since 1970 in UTC for each row, shape (rows,), of any value where it is missing."""
    timestamps = {text: parse_date(text, form) for text in texts.counts()}
    expected = (
        "an ISO date (2024-05-31, 2024-05-31T08:30:00)" if form == ISO else f"a date of the form {form} (data.dates)"
    )
    problems = [
        f"{location}, {format_rows(texts.rows_of(text))}: {shorten(text)} is not {expected}; write all cells in one "
        "way, or give their form in data.dates"
        for text, timestamp in timestamps.items()
        if timestamp is None
    ]
    if len(problems) > MAX_SHOWN:
        problems[MAX_SHOWN:] = [f"{location}: {len(problems) - MAX_SHOWN} more such texts; write them in this way too"]
    raise_problems(problems)
    parsed = [timestamp for timestamp in timestamps.values() if timestamp is not None]
    if len({timestamp.tzinfo is None for timestamp in parsed}) > 1:
        raise InputError(f"{location}: only some times have a UTC offset; write all with an offset, or none")
    numbers = [_count_microseconds(timestamps.get(text) or EPOCH) for text in texts.distinct.to_pylist()]
    return np.array([*numbers, 0], dtype=np.int64)[texts.codes]


def parse_date(text: str, form: str) -> datetime | None:
    """Return the moment in `text`, ISO or of a strptime format; None when it holds no such date."""
    try:
        if form != ISO:
            return datetime.strptime(text.strip(), form)  # the offset is in the format, or there is none
        if not (match := ISO_DATE.fullmatch(text.strip())):
            return datetime.fromisoformat(text.strip())
        zone = match["zone"] or ""
        zone = "+00:00" if zone in ("Z", "UTC", "GMT") else zone
        return datetime.fromisoformat(f"{match['date']}{match['day'] or '-01'}T{match['time'] or '00:00'}{zone}")
    except ValueError:
        return None


def _count_microseconds(timestamp: datetime) -> int:
    aware = timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)
