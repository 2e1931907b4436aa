"""What a reader says about the table that it read, beside the columns; it travels in the metadata of the table.

Cells that were parsed as numbers in reading have lost their texts, so that later checks need these facts.
"""

import pyarrow as pa
from pydantic import Field

from stages.shared.messages import shorten
from stages.shared.schemas.base import ArtifactModel
from stages.shared.schemas.contract import Dialect, Notice

_KEY = b"reading"
#: the separators that are recognised
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


class Reading(ArtifactModel):
    """The facts of a reading; the lists hold names of columns that are numbers already."""

    dialect: Dialect | None = None  # None: the file declares its columns and types
    commas: list[str] = Field(default_factory=list)  # numbers with a decimal comma
    grouped: list[str] = Field(default_factory=list)  # each point has exactly three digits behind it
    used: dict[str, list[str]] = Field(default_factory=dict)  # texts that data.missing made missing
    index: list[str] = Field(default_factory=list)  # columns in which pandas stored an index


def attach_reading(table: pa.Table, reading: Reading) -> pa.Table:
    """Return the table with these facts in its metadata."""
    metadata = table.schema.metadata or {}
    return table.replace_schema_metadata({**metadata, _KEY: reading.model_dump_json()})


def reading_of(table: pa.Table) -> Reading:
    """Return the facts that a reader attached to the table."""
    stored = (table.schema.metadata or {}).get(_KEY)
    return Reading.model_validate_json(stored) if stored else Reading()


def notice_dialect(source: str, dialect: Dialect | None) -> list[Notice]:
    """Return what was decided in reading the text of the whole table, where it is not plain CSV."""
    if dialect is None:
        return []
    found = [] if dialect.separator == "," else [f"separated by {SEPARATORS.get(dialect.separator, dialect.separator)}"]
    if dialect.encoding != "utf-8":
        found.append(f"encoded in {dialect.encoding} (data.read.encoding)")
    if dialect.skipped:
        found.append(
            f"with the names in line {dialect.header} (data.read.header), below {shorten(dialect.skipped)}, which was "
            "skipped"
        )
    if dialect.spaces:
        found.append("with spaces after the separators, which were skipped")
    if dialect.trailing:
        found.append("with a separator at the end of the rows, though not of the header")
    if not found:
        return []
    return [Notice(column=None, kind="reading", message=f"{source}: is read as text {', '.join(found)}")]
