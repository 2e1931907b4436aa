"""Dates as features: year, month, weekday, hour, and days since 1970 as a measure of age.

A date as text would be a category of its own in every row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import re

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.forms.timestamps import ISO, ISO_DATE, cast_timestamps, parse_date, to_microseconds
from stages.prepare.columns.parsing import MissingValues, to_texts
from stages.shared.schemas.contract import DatePart, Part
from stages.shared.storage.arrow import Bools, Floats, Ints, to_bools, to_ints

HOUR, DAY = 3_600_000_000, 86_400_000_000
NATIONAL = re.compile(r"(\d{1,2})([/.-])(\d{1,2})[/.-](\d{4}|\d{2})(?: (\d{1,2}:\d{2})(:\d{2})?)?", re.ASCII)
#: the formats of other spellings of dates
OTHER_FORMATS = {
    re.compile(r"\d{4}/\d{1,2}/\d{1,2}", re.ASCII): "%Y/%m/%d",
    re.compile(r"\d{4}\.\d{1,2}\.\d{1,2}", re.ASCII): "%Y.%m.%d",
    re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}", re.ASCII): "%d %b %Y",
    re.compile(r"\d{1,2}-[A-Z][a-z]{2}-\d{4}", re.ASCII): "%d-%b-%Y",
    re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4}", re.ASCII): "%b %d, %Y",
}


@dataclass(frozen=True)
class Moments:
    """The moments of a column, shape (rows,), and how fine they are."""

    microseconds: Ints  # since 1970 in UTC; any value where missing
    missing: Bools
    months: bool  # whole months such as 2024-03

    def parts(self) -> list[Part]:
        """Return the parts that differ between rows; `days` where no part does."""
        names: list[Part] = ["year", "month", "weekday", "hour", "days"]
        if self.months:
            names.remove("weekday")
        differing = [name for name in names if len(np.unique(self.part(name)[~self.missing])) > 1]
        return differing or ["days"]

    def part(self, name: Part) -> Floats:
        """Return a part, NaN where missing: weekday 0 is Monday, hours are of UTC, days have a fraction."""
        days = self.microseconds // DAY
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        values = {
            "year": months // 12 + 1970,
            "month": months % 12 + 1,
            "weekday": (days + 3) % 7,
            "hour": self.microseconds // HOUR % 24,
            "days": self.microseconds / DAY,
        }[name]
        return np.where(self.missing, np.nan, values.astype(np.float64))


def is_date_type(kind: pa.DataType) -> bool:
    """Return whether a file declares dates or timestamps."""
    return bool(pat.is_timestamp(kind) or pat.is_date(kind))


def are_iso(texts: Iterable[str]) -> bool:
    """Return whether there are texts, and each is an ISO date: 2024-03, 2024-03-31, with a time or an offset."""
    texts = list(texts)
    return bool(texts) and all(ISO_DATE.fullmatch(text.strip()) and parse_date(text, ISO) for text in texts)


def to_moments(location: str, column: pa.ChunkedArray, missing_values: MissingValues, form: str) -> Moments:
    """Return the moments of a column of dates. Raises InputError for cells of another form."""
    if is_date_type(column.type):
        array = cast_timestamps(location, column, "us")
        return Moments(to_ints(array), to_bools(array.is_null()), False)
    texts = to_texts(column, missing_values)
    months = form == ISO and all(len(text.strip()) == len("2024-03") for text in texts.counts())
    return Moments(to_microseconds(location, texts, form), texts.missing, months)


def name_part(part: DatePart) -> str:
    """Return the name of the feature."""
    return f"{part.column}_{part.part}"


def suggest_formats(texts: Iterable[str]) -> list[str]:
    """Return the strptime formats that may fit most of the texts; none if they are no dates in a national form."""
    counts: dict[str, int] = {}
    days_first, days_second, total = False, False, 0
    for text in map(str.strip, texts):
        total += 1
        if match := NATIONAL.fullmatch(text):
            days_first |= int(match[1]) > 12
            days_second |= int(match[3]) > 12
            rest = f"{' %H:%M' if match[5] else ''}{':%S' if match[6] else ''}"
            key = f"%d{match[2]}%m{match[2]}{'%Y' if len(match[4]) == 4 else '%y'}{rest}"
            counts[key] = counts.get(key, 0) + 1
        for pattern, form in OTHER_FORMATS.items():
            if pattern.fullmatch(text):
                counts[form] = counts.get(form, 0) + 1
    if not total or sum(counts.values()) < 0.9 * total:
        return []
    form = max(counts, key=lambda key: counts[key])
    swapped = re.sub("^%d(.)%m", r"%m\1%d", form)  # the month first
    if swapped == form or days_first:
        return [form]
    return [swapped] if days_second else [form, swapped]
