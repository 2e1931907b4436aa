"""Profiles of the columns of a raw table: type by the rules of `prepare`, values, and a proposed role.

`prepare` refuses a doubtful column and names the params that would help. A profile proposes the most likely of them.
"""

from dataclasses import dataclass, field, replace
import re
from typing import Literal

import numpy as np
import pyarrow as pa

from stages.prepare.columns.forms.dates import suggest_formats
from stages.prepare.columns.notices import MANY_CATEGORIES, MISSING_WORDS
from stages.prepare.columns.parsing import NO_MISSING_VALUES, MissingValues, is_text, to_texts
from stages.prepare.columns.text_checks import ID_ROWS, ID_SHARE
from stages.prepare.columns.type_inference import TypedColumn, TypeRules, infer_features
from stages.prepare.columns.validation import decode_dictionary
from stages.shared.errors import InputError
from stages.shared.messages import shorten
from stages.shared.storage.arrow import to_bools, to_floats

Kind = Literal["numeric", "categorical", "date", "text", "empty", "unclear"]
Role = Literal["feature", "key", "drop"]

#: texts with at least so many words on average count as sentences
WORDS_OF_A_SENTENCE = 4
#: names of columns that identify a row
IDENTIFIER = re.compile(r"(.*[_ .-])?(id|key|uuid|guid|no|nr|number|index|rownum)|.*[a-z]ID|ID", re.ASCII)
#: a profile shows so many of the values
MAX_SHOWN = 3


@dataclass(frozen=True)
class ColumnProfile:
    """A column of the raw table, and the settings that are proposed for it."""

    name: str
    kind: Kind
    distinct: int
    missing: int
    values: str  # the most frequent texts, or the range of the numbers
    labels: dict[str, int] = field(default_factory=dict)  # rows by label, where there are two and no cell is missing
    role: Role = "feature"
    reason: str = ""  # of the role, or of the settings below
    missing_values: list[str] = field(default_factory=list)  # for data.missing
    date_format: str | None = None  # for data.dates
    repeats: bool = False  # an identifier whose values occur in several rows, so rows may belong together


def profile_column(source: str, name: str, column: pa.ChunkedArray, rules: TypeRules) -> ColumnProfile:
    """Return the profile of a column. `source` is the path of the table; `prepare` types columns by `rules`."""
    column = decode_dictionary(column)
    location = f"{source}: column `{name}`"
    texts = to_texts(column, NO_MISSING_VALUES)
    counts = texts.counts()
    profile = ColumnProfile(name, "unclear", len(counts), int(texts.missing.sum()), _list_values(counts))
    if not counts:
        return replace(profile, kind="empty", role="drop", reason="every cell is missing")
    missing_words = [text for text in counts if text.strip().lower() in MISSING_WORDS]
    formats = suggest_formats(counts) if is_text(column.type) else []
    attempts: list[tuple[list[str], dict[str, str]]] = [([], {})]  # values of data.missing and of data.dates
    if missing_words:
        attempts.append((missing_words, {}))
    if len(formats) == 1:
        attempts.append(([], {name: formats[0]}))
    problem = ""
    for missing, dates in attempts:
        values = MissingValues.of({name: missing}, name)
        try:
            features = infer_features(location, name, column, values, replace(rules, dates=dates))
        except InputError as error:
            problem = problem or error.problems[0]
            continue
        reason = "dates" if dates else ""
        if missing:
            reason = f"{' and '.join(map(shorten, missing))}: {sum(counts[text] for text in missing)} cells"
        profile = replace(profile, missing_values=missing, date_format=dates.get(name), reason=reason)
        return _describe(profile, features, counts)
    return _propose_for_refused(profile, counts, problem.removeprefix(f"{location}: "))


def _describe(profile: ColumnProfile, features: list[TypedColumn], counts: dict[str, int]) -> ColumnProfile:
    """Return the profile of a column that `prepare` can type."""
    first, labels = features[0].feature, {} if profile.missing or len(counts) != 2 else counts
    if first.date:
        return replace(profile, kind="date", labels=labels)
    if first.type == "categorical" and len(counts) > MANY_CATEGORIES and _are_sentences(counts):
        return _make_text(profile, counts)
    if first.type == "categorical":
        return replace(profile, kind="categorical", labels=labels, repeats=_is_repeated_identifier(profile, counts))
    values = f"{first.minimum:g} to {first.maximum:g}" if len(counts) > MAX_SHOWN else profile.values
    profile = replace(
        profile, kind="numeric", values=values, labels=labels, repeats=_is_repeated_identifier(profile, counts)
    )
    kinds = {notice.kind for notice in features[0].noticed}
    is_whole = bool(np.all(to_floats(features[0].data)[~to_bools(features[0].data.is_null())] % 1 == 0))
    if "running_number" in kinds or (is_whole and _is_identifier(profile, counts)):
        return replace(profile, role="key", reason="another whole number in each row")
    return profile


def _is_identifier(profile: ColumnProfile, counts: dict[str, int]) -> bool:
    rows = sum(counts.values())
    return bool(IDENTIFIER.fullmatch(profile.name)) and rows > ID_ROWS and len(counts) > ID_SHARE * rows


def _is_repeated_identifier(profile: ColumnProfile, counts: dict[str, int]) -> bool:
    rows = sum(counts.values())
    return bool(IDENTIFIER.fullmatch(profile.name)) and ID_ROWS < len(counts) <= ID_SHARE * rows


def _propose_for_refused(profile: ColumnProfile, counts: dict[str, int], problem: str) -> ColumnProfile:
    """Return the profile of a column that `prepare` refuses: a text, a key where it identifies rows, else to drop."""
    rows = sum(counts.values())
    if rows > ID_ROWS and len(counts) > ID_SHARE * rows:
        if _are_sentences(counts):
            return _make_text(profile, counts)
        return replace(profile, kind="text", role="key", reason=f"{len(counts)} different texts in {rows} rows")
    return replace(profile, role="drop", reason=problem)


def _are_sentences(counts: dict[str, int]) -> bool:
    return bool(np.mean([len(text.split()) for text in list(counts)[:1000]]) >= WORDS_OF_A_SENTENCE)


def _make_text(profile: ColumnProfile, counts: dict[str, int]) -> ColumnProfile:
    reason = f"{len(counts)} different sentences in {sum(counts.values())} rows"
    return replace(profile, kind="text", role="feature", missing_values=[], reason=reason)


def _list_values(counts: dict[str, int]) -> str:
    frequent = sorted(counts, key=lambda text: -counts[text])[:MAX_SHOWN]
    values = ", ".join(f"{shorten(text)} × {counts[text]:,}" for text in frequent)
    return values + (", …" if len(counts) > MAX_SHOWN else "")
