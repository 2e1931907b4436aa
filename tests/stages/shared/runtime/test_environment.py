"""The installed libraries against the lock."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from evenhand.lock import check_lock, make_lock
from stages.shared.runtime import environment
from stages.shared.runtime.environment import (
    LIBRARIES,
    PACKAGE_LOCK,
    compare_with_lock,
    describe_differences,
    library_versions,
)


def write_lock(folder: Path, **other: str) -> Path:
    lock = folder / "requirements.lock"
    versions = {**library_versions(), **other}
    lines = [
        f"{name}=={version} ; sys_platform != 'darwin' \\\n    --hash=sha256:0" for name, version in versions.items()
    ]
    lock.write_text("\n".join(lines).replace("xgboost==", "xgboost-cpu=="))
    return lock


def test_the_environment_of_these_tests_is_the_lock() -> None:
    assert compare_with_lock(Path(__file__).parents[4] / "requirements.lock") == []


@pytest.mark.parametrize("name", ["xgboost", "xgboost-cpu"])
def test_xgboost_is_found_under_either_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def find(package: str) -> str:
        if package.startswith("xgboost") and package != name:
            raise PackageNotFoundError(package)
        return "3.2.0"

    lock = write_lock(tmp_path, **dict.fromkeys(LIBRARIES, "3.2.0"))
    monkeypatch.setattr(environment, "version", find)
    assert library_versions() == dict.fromkeys(LIBRARIES, "3.2.0")
    assert compare_with_lock(lock) == []
    monkeypatch.setattr("evenhand.lock.version", find)
    assert [line for line in make_lock().splitlines() if line.startswith("xgboost")] == [
        "xgboost-cpu==3.2.0 ; sys_platform != 'darwin'",
        "xgboost==3.2.0 ; sys_platform == 'darwin'",
    ]
    (tmp_path / PACKAGE_LOCK).write_text(make_lock())
    monkeypatch.chdir(tmp_path)
    check_lock()


def test_a_difference_is_named_with_both_versions(tmp_path: Path) -> None:
    lock = write_lock(tmp_path, numpy="1.0", xgboost="1.1")
    installed = library_versions()
    assert compare_with_lock(lock) == [
        f"numpy {installed['numpy']} (locked: 1.0)",
        f"xgboost {installed['xgboost']} (locked: 1.1)",
    ]
    (note,) = describe_differences(lock)
    assert "numpy" in note
    assert "make setup" in note


def test_an_unlocked_library_is_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = write_lock(tmp_path)
    assert describe_differences(lock) == describe_differences(tmp_path / "absent.lock") == []
    monkeypatch.setattr(environment, "LIBRARIES", (*LIBRARIES, "pytest"))
    assert [line.split()[0] for line in compare_with_lock(lock)] == ["pytest"]
