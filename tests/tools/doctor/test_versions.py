"""The doctor compares what is installed with the lock."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from stages.shared.runtime.environment import LIBRARIES
from tools.doctor.checks import machine


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder whose lock has every library, and xgboost under both of its names."""
    names = [*LIBRARIES, "xgboost-cpu", "ruamel-yaml"]
    (tmp_path / "requirements.lock").write_text("".join(f"{name}==1.0 \\\n" for name in names))
    monkeypatch.chdir(tmp_path)


def install(monkeypatch: pytest.MonkeyPatch, others: dict[str, str]) -> None:
    """Let version 1.0 of every library but xgboost be installed, and `others`."""
    versions = {**dict.fromkeys(LIBRARIES, "1.0"), **others}
    if "xgboost" not in others:
        del versions["xgboost"]
    items = [SimpleNamespace(name=name, version=version) for name, version in versions.items()]
    monkeypatch.setattr(machine, "distributions", lambda: iter(items))


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize("name", ["xgboost", "xgboost-cpu"])
def test_xgboost_is_found_under_either_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    install(monkeypatch, {name: "1.0"})
    found = machine.check_versions()
    assert (found.level, found.message.partition("; ")[2]) == ("ok", "8 packages as in requirements.lock")


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize(
    ("installed", "problem"),
    [
        ({}, "xgboost is missing"),
        ({"xgboost-cpu": "2.0"}, "xgboost 2.0 (locked: 1.0)"),
        ({"xgboost": "2.0", "xgboost-cpu": "1.0"}, "xgboost 2.0 (locked: 1.0)"),
        ({"xgboost": "1.0", "xgboost-cpu": "2.0"}, "xgboost 2.0 (locked: 1.0)"),
        ({"xgboost": "1.0", "ruamel.yaml": "0.9"}, "ruamel-yaml 0.9 (locked: 1.0)"),
    ],
)
def test_what_differs_is_named(monkeypatch: pytest.MonkeyPatch, installed: dict[str, str], problem: str) -> None:
    install(monkeypatch, installed)
    found = machine.check_versions()
    assert (found.level, found.message) == ("wrong", f"not as in requirements.lock: {problem}")
