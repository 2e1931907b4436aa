"""Times as values that sort."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pyarrow as pa
import pytest

from stages.prepare.columns.forms.timestamps import parse_timestamps


def times(*cells: Any) -> list[Any]:
    return parse_timestamps("t.csv: column `day`", pa.chunked_array([pa.array(list(cells))])).to_pylist()


def test_numbers_stay_numbers() -> None:
    assert times("2", "10", "1.5") == [2.0, 10.0, 1.5]
    assert times(2, 10) == [2.0, 10.0]


def test_iso_dates_become_moments() -> None:
    assert times("2024-02-29", "1960-01-01T08:30:00.5") == [
        datetime(2024, 2, 29),
        datetime(1960, 1, 1, 8, 30, 0, 500000),
    ]


def test_offsets_are_taken_off() -> None:
    assert times("2024-01-01T01:00+02:00", "2024-01-01T00:00Z") == [datetime(2023, 12, 31, 23), datetime(2024, 1, 1)]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (date(2024, 2, 29), datetime(2024, 2, 29)),
        (datetime(2024, 2, 29, 8), datetime(2024, 2, 29, 8)),
        (datetime(2024, 2, 29, 8, tzinfo=timezone(timedelta(hours=2))), datetime(2024, 2, 29, 6)),
    ],
)
def test_typed_times_stay_moments(cell: Any, expected: datetime) -> None:
    assert times(cell) == [expected]
