"""A folder is trusted when every file in it is as its manifest says."""

from pathlib import Path

import pytest

from stages.shared.errors import InputError, IntegrityError
from stages.shared.runtime.environment import LIBRARIES
from stages.shared.storage.files import read_json, write_text
from stages.shared.storage.manifest import check_manifest, write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "smote"
    write_text(folder / "a.skops", "a")
    write_text(folder / "trace.json", "{}")
    write_manifest(folder, strategy="smote", inputs={"data/train.parquet": "0" * 64})
    return folder


def test_names_every_other_file_the_libraries_and_the_facts(folder: Path) -> None:
    manifest = check_manifest(folder)
    assert manifest == read_json(folder / "manifest.json")
    assert list(manifest) == ["files", "libraries", "strategy", "inputs"]
    # SHA-256 of the letter a
    assert manifest["files"]["a.skops"] == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert list(manifest["files"]) == ["a.skops", "trace.json"]
    assert tuple(manifest["libraries"]) == LIBRARIES


def problems(folder: Path) -> list[str]:
    with pytest.raises(IntegrityError) as caught:
        check_manifest(folder)
    assert caught.value.exit_code == 3
    return caught.value.problems


def test_names_a_changed_file(folder: Path) -> None:
    write_text(folder / "a.skops", "b")
    (problem,) = problems(folder)
    assert problem.startswith(f"{folder / 'a.skops'}: its SHA-256 is 3e23e8160039594a")
    assert "the manifest says ca978112ca1bbdca" in problem


def test_names_a_missing_file(folder: Path) -> None:
    (folder / "a.skops").unlink()
    assert problems(folder) == [f"{folder / 'a.skops'}: named in the manifest but missing"]


def test_names_an_added_file(folder: Path) -> None:
    write_text(folder / "extra.skops", "x")
    assert problems(folder) == [f"{folder / 'extra.skops'}: not named in the manifest"]


def test_says_all_at_once(folder: Path) -> None:
    (folder / "a.skops").rename(folder / "b.skops")
    write_text(folder / "trace.json", "[]")
    assert [problem.split(": ")[0] for problem in problems(folder)] == [
        str(folder / name) for name in ("a.skops", "b.skops", "trace.json")
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"files": 5}', '{"files": null}'])
def test_a_damaged_manifest_is_damage(folder: Path, text: str) -> None:
    write_text(folder / "manifest.json", text)
    assert problems(folder)[0].startswith(f"{folder / 'manifest.json'}: damaged")


def test_a_missing_manifest_is_damage_and_a_missing_folder_is_not(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    assert "missing" in problems(folder)[0]
    with pytest.raises(InputError, match="no such folder") as caught:
        check_manifest(folder / "absent")
    assert caught.value.exit_code == 2
