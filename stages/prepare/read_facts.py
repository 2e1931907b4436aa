"""Facts of a reader about a table that it read, stored in the metadata of the table.

Cells that a reader parsed as numbers have lost their texts, so later checks need these facts.
"""

import pyarrow as pa
from pydantic import Field

from stages.shared.messages import shorten
from stages.shared.schemas.base import ArtifactModel
from stages.shared.schemas.contract import Dialect, Notice

_KEY = b"reading"
#: the separators that are recognised
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


class ReadFacts(ArtifactModel):
    """The facts about one table; the lists hold names of columns that the reader parsed as numbers."""

    dialect: Dialect | None = None  # None: the file declares its columns and types
    commas: list[str] = Field(default_factory=list)  # numbers with a decimal comma
    grouped: list[str] = Field(default_factory=list)  # each point has exactly three digits behind it
    used: dict[str, list[str]] = Field(default_factory=dict)  # texts that data.missing made missing
    index: list[str] = Field(default_factory=list)  # columns in which pandas stored an index


def attach_read_facts(table: pa.Table, facts: ReadFacts) -> pa.Table:
    """Return the table with these facts in its metadata."""
    metadata = table.schema.metadata or {}
    return table.replace_schema_metadata({**metadata, _KEY: facts.model_dump_json()})


def get_read_facts(table: pa.Table) -> ReadFacts:
    """Return the facts that a reader attached to the table."""
    stored = (table.schema.metadata or {}).get(_KEY)
    return ReadFacts.model_validate_json(stored) if stored else ReadFacts()


def notice_dialect(source: str, dialect: Dialect | None) -> list[Notice]:
    """Return what was decided in reading the text of the whole table, where it is not plain CSV."""
    if dialect is None:
        return []
    differences = (
        [] if dialect.separator == "," else [f"separated by {SEPARATORS.get(dialect.separator, dialect.separator)}"]
    )
    if dialect.encoding != "utf-8":
        differences.append(f"encoded in {dialect.encoding} (data.read.encoding)")
    if dialect.skipped:
        differences.append(
            f"with the names in line {dialect.header} (data.read.header), below {shorten(dialect.skipped)}, which was "
            "skipped"
        )
    if dialect.spaces:
        differences.append("with spaces after the separators, which were skipped")
    if dialect.trailing:
        differences.append("with a separator at the end of the rows, though not of the header")
    if not differences:
        return []
    return [Notice(column=None, kind="reading", message=f"{source}: is read as text {', '.join(differences)}")]
