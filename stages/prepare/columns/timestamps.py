"""The column by which rows are split in time, as values that sort."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.parsing import Marks, Texts, as_numbers, as_texts, is_number, is_text
from stages.prepare.messages import data_rows, one_line, shortened
from stages.shared.errors import InputError
from stages.shared.storage.arrow import Ints, from_numpy, to_bools

NO_MARKS = Marks.of({}, "")
#: so many texts are shown, the rest are counted
SHOWN = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time_cells(where: str, column: pa.ChunkedArray) -> pa.Array:
    """The column as float64 (numbers) or timestamps (ISO dates; those with an offset become UTC), shape (rows,).

    `where` begins each message. Raises InputError for missing, infinite and other cells.
    """
    if pat.is_timestamp(column.type) or pat.is_date(column.type):
        return _moments(where, column)
    if not (is_text(column.type) or is_number(column.type)):
        raise InputError(f"{where}: is of type {column.type}; numbers, ISO dates or timestamps are needed")
    numbers = as_numbers(column, NO_MARKS)
    _check_present(where, numbers.missing)
    if numbers.others.any():
        return from_numpy(_microseconds(where, as_texts(column, NO_MARKS)), pa.timestamp("us"))
    infinite = np.flatnonzero(np.isinf(numbers.values))
    if len(infinite):
        raise InputError(f"{where}: is infinite in {data_rows(infinite.tolist())}; mend the cells")
    return from_numpy(numbers.values, pa.float64())


def _moments(where: str, column: pa.ChunkedArray) -> pa.Array:
    kind = pa.timestamp("ns" if pat.is_timestamp(column.type) and column.type.unit == "ns" else "us")
    try:
        array = column.cast(kind).combine_chunks()
    except pa.ArrowInvalid as error:
        raise InputError(f"{where}: holds times that cannot be ({one_line(error)}); mend them") from None
    _check_present(where, to_bools(array.is_null()))
    return array


def _check_present(where: str, missing: np.ndarray) -> None:
    if missing.any():
        rows = np.flatnonzero(missing).tolist()
        raise InputError(
            f"{where}: is empty in {data_rows(rows)}; every row needs its time, fill it in or take the row out"
        )


def _microseconds(where: str, texts: Texts) -> Ints:
    """Microseconds since 1970 of each row."""
    moments = {text: _moment(text) for text in texts.counts()}
    problems = [
        f"{where}, {data_rows(texts.rows_of(text))}: {shortened(text)} is neither a number nor an ISO date "
        "(2024-05-31, 2024-05-31T08:30:00); write all times in one of these ways"
        for text, moment in moments.items()
        if moment is None
    ]
    if len(problems) > SHOWN:
        problems[SHOWN:] = [f"{where}: {len(problems) - SHOWN} more such texts; write them in one of these ways too"]
    if problems:
        raise InputError(problems)
    known = [moment for moment in moments.values() if moment is not None]
    if len({moment.tzinfo is None for moment in known}) > 1:
        raise InputError(f"{where}: some times have an offset from UTC and some have none; write all in one way")
    numbers = [_since_epoch(moment) for text in texts.different.to_pylist() if (moment := moments[text]) is not None]
    return np.array(numbers, dtype=np.int64)[texts.codes]


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _since_epoch(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)
