"""A repository to prepare tables in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stages.prepare.columns.roles import select_columns
from stages.prepare.params import PrepareParams
from stages.prepare.prepare import PreparedTable, prepare
from stages.prepare.readers.table import read_columns
from tests.stages.prepare.tables import SOURCE, index, params_of


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, which is the current directory."""
    (tmp_path / "data/raw").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def prepared(repository: Path) -> Callable[..., PreparedTable]:
    """A function that writes a table (CSV text, bytes, or a pa.Table as Parquet) and prepares it."""

    def run(content: Any, path: str = SOURCE, **params: Any) -> PreparedTable:
        path = index(content, path)
        settings = PrepareParams.model_validate(params_of(path, **params))
        return prepare(read_columns(Path(path), select_columns(settings), settings.data.read), settings)

    return run
