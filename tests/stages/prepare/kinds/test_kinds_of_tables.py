"""docs/tables.md holds for every kind of table that it names, for training and for rows to score."""

from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError
import pytest

from stages.prepare.apply_contract import apply_contract
from stages.prepare.columns.roles import select_columns
from stages.prepare.params import PrepareParams
from stages.prepare.prepare import prepare
from stages.prepare.readers.table import read_columns
from stages.shared.errors import InputError
from stages.shared.storage.parquet import Table
from tests.stages.prepare.kinds.cells import NUMBERS, TARGETS, TYPES
from tests.stages.prepare.kinds.files import FILES, TEXTS
from tests.stages.prepare.kinds.kinds import Kind
from tests.stages.prepare.tables import params_of

PAGE = Path(__file__).parents[4] / "docs/tables.md"
KINDS = {**TEXTS, **FILES, **NUMBERS, **TYPES, **TARGETS}


class Row(NamedTuple):
    """A row of the page: the kind, what happens (read, noticed or refused), and the notices or messages."""

    kind: str
    outcome: str
    messages: list[str]


def rows() -> list[Row]:
    cells = [
        [cell.strip() for cell in line.replace("\\|", "\0").strip("| \n").split(" | ")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith("| Kind")
    ]
    texts = [[cell.replace("\0", "|") for cell in row] for row in cells]
    return [Row(row[0], row[1], row[2].split("<br>") if len(row) > 2 else []) for row in texts]


def read(kind: Kind) -> Table:
    path = kind.write()
    try:
        params = PrepareParams.model_validate(params_of(path, **kind.params))
    except ValidationError as error:
        raise InputError(error.errors()[0]["msg"]) from None
    return prepare(read_columns(Path(path), select_columns(params), params.data.read), params).table


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.kind)
def test_what_the_page_says_is_what_happens(row: Row, repository: Path) -> None:
    kind = KINDS[row.kind]
    if row.outcome == "refused":
        with pytest.raises(InputError) as caught:
            read(kind)
        assert all(message in str(caught.value) for message in row.messages), caught.value
        return
    table = read(kind)
    noticed = [notice.message for notice in table.contract.noticed]
    assert row.outcome == ("noticed" if noticed else "read")
    assert len(noticed) == len(row.messages)
    assert all(said in message for said, message in zip(row.messages, noticed, strict=True)), noticed
    for name, values in kind.values.items():
        assert table.data.column(name).to_pylist()[: len(values)] == values
    raw = read_columns(Path(table.contract.source), prefer=table.contract.read)
    again, unseen = apply_contract(raw, table.contract, "rows to score")
    assert again.equals(table.data.select(again.column_names).cast(again.schema))
    assert not any(unseen.values())


def test_the_page_and_the_tests_have_the_same_kinds() -> None:
    assert [row.kind for row in rows()] == list(KINDS)
    assert f"{len(KINDS)} kinds" in PAGE.read_text(encoding="utf-8")
