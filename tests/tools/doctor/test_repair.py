"""Broken files of DVC are repaired from what is whole, and a merge conflict is left alone."""

from pathlib import Path
import subprocess
from types import SimpleNamespace

import pytest

from stages.shared.storage.files import write_bytes
from tools.doctor.repair import KEPT, LOCK, is_whole, keep_lock, repair_files, repair_files_in_use, repair_lock

WHOLE = b"schema: '2.0'\nstages:\n  a:\n    cmd: echo\n    outs:\n    - path: a\n      hash: md5\n      md5: abc\n"
OTHER = WHOLE.replace(b"abc", b"abd")
BROKEN = (b"", b"\x00" * 9, b"schema: '2.0'\nstages:\n  a:\n    c", b"[", b"schema: '2.0'\nstages: 1\n", b"\xff")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the repair uses of DVC's Repo, in a new git repository."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dvc/tmp").mkdir(parents=True)
    return SimpleNamespace(tmp_dir=str(tmp_path / ".dvc/tmp"), config={"core": {}})


def commit() -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@t"]
    subprocess.run(["git", "add", "dvc.lock"], check=True)
    subprocess.run(["git", *who, "commit", "-qm", "run"], check=True)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_lock_comes_back(repo: SimpleNamespace, broken: bytes) -> None:
    assert not is_whole(broken)
    LOCK.write_bytes(OTHER)
    commit()
    LOCK.write_bytes(WHOLE)
    keep_lock()
    LOCK.write_bytes(broken)
    keep_lock()  # what is broken replaces no kept copy
    assert repair_lock() == ["dvc.lock was broken and is replaced by the last good one (.dvc/tmp/dvc.lock.kept)"]
    assert LOCK.read_bytes() == WHOLE
    LOCK.write_bytes(broken)
    Path(".dvc/tmp", KEPT).write_bytes(broken)
    assert repair_lock() == ["dvc.lock was broken and is replaced by that of git's HEAD"]
    assert LOCK.read_bytes() == OTHER
    Path(".dvc/tmp", KEPT).unlink()
    subprocess.run(["git", "update-ref", "-d", "HEAD"], check=True)
    LOCK.write_bytes(broken)
    assert repair_lock() == ["dvc.lock was broken and is removed; results come from DVC's run cache"]
    assert not LOCK.exists()


@pytest.mark.parametrize("content", [WHOLE, b"<<<<<<< ours\n" + WHOLE + b"=======\n>>>>>>> theirs\n", None])
def test_a_whole_lock_a_conflict_and_no_lock_are_left_alone(repo: SimpleNamespace, content: bytes | None) -> None:
    if content is not None:
        LOCK.write_bytes(content)
    assert repair_lock() == []
    assert (LOCK.read_bytes() if LOCK.exists() else None) == content


@pytest.mark.parametrize("broken", [b"", b"{", b"\xff", b'{"write": 5}', b"[]"])
def test_a_broken_list_of_files_in_use_is_removed(
    repo: SimpleNamespace, broken: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(repo.tmp_dir) / "rwlock"
    for whole in (b"{}", b'{"read": {}, "write": {"/a": {"pid": 1, "cmd": "dvc repro"}}}'):
        write_bytes(path, whole)
        assert repair_files_in_use(repo) == []
        assert path.read_bytes() == whole
    path.write_bytes(broken)
    repair_files(repo)
    assert capsys.readouterr().err == "repaired: rwlock in .dvc/tmp was broken and is removed; DVC writes a new one\n"
    assert not path.exists()
    repair_files(repo)
    assert capsys.readouterr().err == ""
