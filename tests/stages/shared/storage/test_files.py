"""Files are whole or absent, and JSON is the same for the same content."""

from collections.abc import Callable
import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.shared.errors import InputError
from stages.shared.params import load_yaml
from stages.shared.storage.files import (
    atomic_folder,
    atomic_path,
    read_json,
    round_floats,
    sha256,
    write_bytes,
    write_json,
    write_text,
)


def fail_half_way(path: Path) -> None:
    path.write_text("half")
    raise RuntimeError


def test_a_failing_block_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        fail_half_way(temporary)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_new_content_comes_at_the_end_of_the_block(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.txt"
    with atomic_path(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.parent == path.parent  # on the same disk, or the move would be a copy
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(path.parent.iterdir()) == [path]


def test_contents_are_on_the_disk_before_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power failure may not leave a name without its content: files and folders are synced around the rename."""
    events = []
    sync, rename = os.fsync, Path.replace

    def record_sync(handle: int) -> None:
        events.append(("sync", Path(f"/proc/self/fd/{handle}").readlink().name))
        sync(handle)

    def record_rename(self: Path, target: Path) -> Path:
        events.append(("rename", target.name))
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", record_sync)
    monkeypatch.setattr(Path, "replace", record_rename)
    write_text(tmp_path / "a.txt", "new")
    kinds = [kind for kind, _ in events]
    assert kinds == ["sync", "rename", "sync"]
    assert events[1:] == [("rename", "a.txt"), ("sync", tmp_path.name)]
    events.clear()
    with atomic_folder(tmp_path / "model") as folder:
        (folder / "b.txt").write_text("b")
        assert events == []
    assert events == [("sync", "b.txt"), ("sync", "new"), ("rename", "model"), ("sync", tmp_path.name)]


def test_a_fault_names_the_file_that_was_wanted(tmp_path: Path) -> None:
    def fill_the_disk(path: Path) -> None:
        with atomic_path(path):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as error:
        fill_the_disk(tmp_path / "a.txt")
    assert error.value.filename == str(tmp_path / "a.txt")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError) as error:
        write_text(tmp_path / "folder", "x")
    assert error.value.filename == str(tmp_path / "folder")


def test_a_folder_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    with atomic_folder(folder) as new:
        write_text(new / "old.txt", "old")
    with pytest.raises(RuntimeError), atomic_folder(folder) as new:
        fail_half_way(new / "half.txt")
    assert [path.name for path in folder.iterdir()] == ["old.txt"]
    with atomic_folder(folder) as new:
        write_text(new / "new.txt", "new")
    assert [path.name for path in folder.iterdir()] == ["new.txt"]
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_json_refuses_what_is_no_number(tmp_path: Path, number: float) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"a": [number]})
    assert path.read_text() == '{\n  "a": 1\n}\n'
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("value", "as_written"),
    [
        (1 / 3, 0.333333),
        (2.0000004, 2.0),
        (np.float64(0.1234567), 0.123457),
        (-1e-9, 0.0),
        ({"b": [1 / 3, (0.1, 2)]}, {"b": [0.333333, [0.1, 2]]}),
        (True, True),
        (10**20, 10**20),
        ("1.23456789", "1.23456789"),
    ],
)
def test_floats_are_rounded_to_six_digits(value: Any, as_written: Any) -> None:
    assert round_floats(value) == as_written


def test_no_file_has_a_negative_zero(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", [-0.0, -1e-12])
    assert (tmp_path / "a.json").read_text() == "[\n  0.0,\n  0.0\n]\n"


def test_json_keeps_key_order_and_letters(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"b": "é", "a": 1})
    assert path.read_bytes() == '{\n  "b": "é",\n  "a": 1\n}\n'.encode()
    assert list(read_json(path)) == ["b", "a"]


def test_reading_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.json: no such file"):
        read_json(tmp_path / "a.json")
    for content in (b'{"a": ', b"\xff", b""):
        write_bytes(tmp_path / "a.json", content)
        with pytest.raises(InputError, match=r"a\.json: not a JSON file"):
            read_json(tmp_path / "a.json")


def test_hash_is_the_sha256_of_the_content(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"abc" * 100_000)
    assert sha256(tmp_path / "a") == hashlib.sha256(b"abc" * 100_000).hexdigest()
    with pytest.raises(InputError, match="b: no such file"):
        sha256(tmp_path / "b")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX")
@pytest.mark.parametrize("read", [read_json, sha256, load_yaml])
def test_a_pipe_is_refused_before_it_is_opened(read: Callable[[Path], object], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "file")
    with pytest.raises(InputError, match="is a pipe, not a file"):
        read(tmp_path / "file")
