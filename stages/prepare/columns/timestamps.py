"""The split.time column as numbers or timestamps, which sort."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.parsing import MissingValues, Texts, is_number, is_text, to_numbers, to_texts
from stages.shared.errors import InputError
from stages.shared.messages import format_rows, shorten, single_line
from stages.shared.storage.arrow import Ints, from_numpy, to_bools

NO_MISSING_VALUES = MissingValues.of({}, "")
#: a message shows at most so many texts
MAX_SHOWN = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_timestamps(location: str, column: pa.ChunkedArray) -> pa.Array:
    """Return the column as float64 (numbers) or timestamps (ISO dates, converted to UTC), shape (rows,).

    `location` starts each message. Raises InputError for cells that are missing, infinite or no ISO date.
    """
    if pat.is_timestamp(column.type) or pat.is_date(column.type):
        return _timestamps(location, column)
    if not (is_text(column.type) or is_number(column.type)):
        raise InputError(f"{location}: is of type {column.type}; numbers, ISO dates or timestamps are needed")
    numbers = to_numbers(column, NO_MISSING_VALUES)
    _check_present(location, numbers.missing)
    if numbers.others.any():
        return from_numpy(_iso_to_microseconds(location, to_texts(column, NO_MISSING_VALUES)), pa.timestamp("us"))
    infinite = np.flatnonzero(np.isinf(numbers.values))
    if len(infinite):
        raise InputError(f"{location}: is infinite in {format_rows(infinite.tolist())}; fix the cells")
    return from_numpy(numbers.values, pa.float64())


def _timestamps(location: str, column: pa.ChunkedArray) -> pa.Array:
    kind = pa.timestamp("ns" if pat.is_timestamp(column.type) and column.type.unit == "ns" else "us")
    try:
        array = column.cast(kind).combine_chunks()
    except pa.ArrowInvalid as error:
        raise InputError(f"{location}: holds invalid times ({single_line(error)}); fix them") from None
    _check_present(location, to_bools(array.is_null()))
    return array


def _check_present(location: str, missing: np.ndarray) -> None:
    if missing.any():
        rows = np.flatnonzero(missing).tolist()
        raise InputError(
            f"{location}: is empty in {format_rows(rows)}; every row needs a time, fill it in or remove the row"
        )


def _iso_to_microseconds(location: str, texts: Texts) -> Ints:
    """Return microseconds since 1970 for each row, shape (rows,)."""
    timestamps = {text: _parse_iso(text) for text in texts.counts()}
    problems = [
        f"{location}, {format_rows(texts.rows_of(text))}: {shorten(text)} is neither a number nor an ISO date "
        "(2024-05-31, 2024-05-31T08:30:00); write all times in one of these ways"
        for text, timestamp in timestamps.items()
        if timestamp is None
    ]
    if len(problems) > MAX_SHOWN:
        problems[MAX_SHOWN:] = [
            f"{location}: {len(problems) - MAX_SHOWN} more such texts; write them in one of these ways too"
        ]
    if problems:
        raise InputError(problems)
    known = [timestamp for timestamp in timestamps.values() if timestamp is not None]
    if len({timestamp.tzinfo is None for timestamp in known}) > 1:
        raise InputError(f"{location}: only some times have a UTC offset; write all with an offset, or none")
    numbers = [
        _since_epoch(timestamp) for text in texts.distinct.to_pylist() if (timestamp := timestamps[text]) is not None
    ]
    return np.array(numbers, dtype=np.int64)[texts.codes]


def _parse_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _since_epoch(timestamp: datetime) -> int:
    aware = timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)
