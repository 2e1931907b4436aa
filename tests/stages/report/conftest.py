"""A repository root with the outputs of train and evaluate, and the command of the stage."""

from collections.abc import Callable
from pathlib import Path
import sys
from typing import Any

import pytest

from stages.report.__main__ import main
from tests.stages.report.made.runs import write_workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return a function that writes hand-made artefacts into a folder and makes it the working directory."""

    def make(*treatments: Any, **changes: Any) -> Path:
        monkeypatch.chdir(tmp_path)
        return write_workspace(tmp_path, *treatments, **changes)

    return make


@pytest.fixture
def run_report(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return `main`, to run in this process."""
    monkeypatch.setattr(sys, "argv", ["report"])
    return main
