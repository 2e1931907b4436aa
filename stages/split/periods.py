"""The train rows that a split by time leaves out, so that train contains nothing of the test period.

The test set is the latest period, whatever its rows have in common with earlier ones.
"""

from typing import Literal

import numpy as np
import pyarrow as pa

from stages.shared.errors import InputError
from stages.shared.schemas.contract import Notice
from stages.shared.storage.arrow import Bools, Ints
from stages.shared.storage.parquet import Times
from stages.split.params import DURATION

#: seconds of each unit
SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}

#: why a row is left out, as a key of params.yaml
Reason = Literal["split.gap", "split.group", "split.duplicates"]


def read_gap(gap: float | str | None, times: pa.DataType) -> int | float:
    """Return split.gap in the unit of the time column: ticks for timestamps, its own unit for numbers; 0 for none.

    Raises InputError where the column needs the other form.
    """
    if gap is None:
        return 0
    duration = DURATION.fullmatch(str(gap)) if isinstance(gap, str) else None
    if pa.types.is_timestamp(times):
        if duration is None:  # a text that is none does not pass the params
            raise InputError(
                f"params.yaml: split.gap: is {gap:g}, but split.time holds timestamps; give a duration such as 7d "
                f"(units: {', '.join(SECONDS)})"
            )
        ticks = 10**9 if times.unit == "ns" else 10**6
        return round(float(duration[1]) * SECONDS[duration[2]] * ticks)
    if isinstance(gap, str):
        raise InputError(f"params.yaml: split.gap: is {gap}, but split.time holds numbers; give a number in their unit")
    return gap


def find_dropped(
    times: Times, test: Bools, gap: int | float, groups: Ints | None, duplicates: Ints
) -> dict[Reason, Bools]:
    """Return the rows before the test period that train leaves out, by the first reason that holds, shape (rows,) each.

    They are within `gap` before its first time, or have a group or a duplicate in it. Rows with an equal number in
    `groups` or `duplicates` belong together.
    """
    reasons: dict[Reason, Bools] = {"split.gap": times >= times[test].min() - gap}
    if groups is not None:
        reasons["split.group"] = np.isin(groups, groups[test])
    reasons["split.duplicates"] = np.isin(duplicates, duplicates[test])
    dropped, remaining = {}, ~test
    for reason, rows in reasons.items():
        dropped[reason], remaining = remaining & rows, remaining & ~rows
    return dropped


def notice_dropped(dropped: dict[Reason, Bools], before: int) -> list[Notice]:
    """Return a notice for each reason; `before` is the number of rows before the test period."""
    words = {
        "split.gap": "are so near to the test period that the gap leaves them out",
        "split.group": "belong to a group that has rows in the test period",
        "split.duplicates": "equal a row of the test period in every feature",
    }
    return [
        Notice(
            column=None,
            kind="dropped_rows",
            message=f"{reason}: {count} of {before} rows before the test period {words[reason]}; train does without "
            "them",
        )
        for reason, rows in dropped.items()
        if (count := int(rows.sum()))
    ]
