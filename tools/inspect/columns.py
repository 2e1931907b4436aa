"""What each column of a raw table is, judged by the rules of `prepare`, and the role that it suggests.

`prepare` refuses what is doubtful and names the params that settle it; here the most likely of these is proposed.
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

#: texts of so many words on average are sentences, not names
WORDS_OF_A_SENTENCE = 4
#: names of columns that identify a row
IDENTIFIER = re.compile(r"(.*[_ .-])?(id|key|uuid|guid|no|nr|number|index|rownum)|.*[a-z]ID|ID", re.ASCII)
#: a column is described by so many of its values
MAX_SHOWN = 3


@dataclass(frozen=True)
class InspectedColumn:
    """A column of the raw table, and what is proposed for it."""

    name: str
    kind: Kind
    distinct: int
    missing: int
    values: str  # the most frequent texts, or the range of the numbers
    labels: dict[str, int] = field(default_factory=dict)  # rows by label, where there are two and no cell is missing
    role: Role = "feature"
    reason: str = ""  # of the role, or of the settings below
    marks: list[str] = field(default_factory=list)  # for data.missing
    date_format: str | None = None  # for data.dates
    repeats: bool = False  # an identifier whose values occur in several rows: rows may belong together


def inspect_column(source: str, name: str, column: pa.ChunkedArray, rules: TypeRules) -> InspectedColumn:
    """Return what the column is. `source` is the path of the table, `rules` how `prepare` types columns."""
    column = decode_dictionary(column)
    location = f"{source}: column `{name}`"
    texts = to_texts(column, NO_MISSING_VALUES)
    counts = texts.counts()
    found = InspectedColumn(name, "unclear", len(counts), int(texts.missing.sum()), _list_values(counts))
    if not counts:
        return replace(found, kind="empty", role="drop", reason="every cell is missing")
    marks, formats = _propose_marks(counts), suggest_formats(counts) if is_text(column.type) else []
    tried: list[tuple[list[str], dict[str, str]]] = [([], {}), *([(marks, {})] if marks else [])]
    tried += [([], {name: formats[0]})] if len(formats) == 1 else []
    problem = ""
    for missing, dates in tried:
        values = MissingValues.of({name: missing}, name)
        try:
            features = infer_features(location, name, column, values, replace(rules, dates=dates))
        except InputError as error:
            problem = problem or error.problems[0]
            continue
        reason = (
            f"{' and '.join(map(shorten, missing))}: {sum(counts[mark] for mark in missing)} cells" if missing else ""
        )
        found = replace(found, marks=missing, date_format=dates.get(name), reason=reason or ("dates" if dates else ""))
        return _describe(found, features, counts)
    return _refused(found, counts, problem.removeprefix(f"{location}: "))


def _propose_marks(counts: dict[str, int]) -> list[str]:
    return [text for text in counts if text.strip().lower() in MISSING_WORDS]


def _describe(found: InspectedColumn, features: list[TypedColumn], counts: dict[str, int]) -> InspectedColumn:
    """Return the description of a column that `prepare` can type."""
    first, labels = features[0].feature, {} if found.missing or len(counts) != 2 else counts
    if first.date:
        return replace(found, kind="date", labels=labels)
    if first.type == "categorical" and len(counts) > MANY_CATEGORIES and _are_sentences(counts):
        return _as_text(found, counts)
    if first.type == "categorical":
        return replace(found, kind="categorical", labels=labels, repeats=_repeats(found, counts))
    values = f"{first.minimum:g} to {first.maximum:g}" if len(counts) > MAX_SHOWN else found.values
    found = replace(found, kind="numeric", values=values, labels=labels, repeats=_repeats(found, counts))
    kinds = {notice.kind for notice in features[0].noticed}
    is_whole = bool(np.all(to_floats(features[0].data)[~to_bools(features[0].data.is_null())] % 1 == 0))
    if "running_number" in kinds or (is_whole and _is_identifier(found, counts)):
        return replace(found, role="key", reason="another whole number in each row")
    return found


def _is_identifier(found: InspectedColumn, counts: dict[str, int]) -> bool:
    rows = sum(counts.values())
    return bool(IDENTIFIER.fullmatch(found.name)) and rows > ID_ROWS and len(counts) > ID_SHARE * rows


def _repeats(found: InspectedColumn, counts: dict[str, int]) -> bool:
    rows = sum(counts.values())
    return bool(IDENTIFIER.fullmatch(found.name)) and ID_ROWS < len(counts) <= ID_SHARE * rows


def _refused(found: InspectedColumn, counts: dict[str, int], problem: str) -> InspectedColumn:
    """Return the proposal for a column that `prepare` refuses: text, a key where it identifies rows, else to drop."""
    rows = sum(counts.values())
    if rows > ID_ROWS and len(counts) > ID_SHARE * rows:
        if _are_sentences(counts):
            return _as_text(found, counts)
        return replace(found, kind="text", role="key", reason=f"{len(counts)} different texts in {rows} rows")
    return replace(found, role="drop", reason=problem)


def _are_sentences(counts: dict[str, int]) -> bool:
    return bool(np.mean([len(text.split()) for text in list(counts)[:1000]]) >= WORDS_OF_A_SENTENCE)


def _as_text(found: InspectedColumn, counts: dict[str, int]) -> InspectedColumn:
    reason = f"{len(counts)} different sentences in {sum(counts.values())} rows"
    return replace(found, kind="text", role="feature", marks=[], reason=reason)


def _list_values(counts: dict[str, int]) -> str:
    frequent = sorted(counts, key=lambda text: -counts[text])[:MAX_SHOWN]
    listed = ", ".join(f"{shorten(text)} × {counts[text]:,}" for text in frequent)
    return listed + (", …" if len(counts) > MAX_SHOWN else "")
