"""A repository root as train and evaluate leave it, for the door to work in."""

from collections.abc import Callable
from pathlib import Path
import sys
from typing import Any

import pytest

from stages.report.__main__ import main
from tests.report.factory import write_workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a repository root of hand-made artefacts, and makes it the working directory."""

    def make(*treatments: Any, **changes: Any) -> Path:
        monkeypatch.chdir(tmp_path)
        return write_workspace(tmp_path, *treatments, **changes)

    return make


@pytest.fixture
def run_report(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Runs the door's `main` in this process."""
    monkeypatch.setattr(sys, "argv", ["report"])
    return main
