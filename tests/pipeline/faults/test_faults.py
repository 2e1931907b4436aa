"""What the world does to a repository, and how a run goes on: docs/reliability.md in real repositories."""

from contextlib import suppress
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.pipeline.project import Repository, environment, ran

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="signals and locks of Linux")]


def test_broken_files_of_dvc_are_repaired(repository: Repository) -> None:
    before = (repository.path / "dvc.lock").read_bytes()
    (repository.path / ".dvc/tmp/rwlock").write_text("")
    (repository.path / "dvc.lock").write_text("")
    done = repository.repro()
    assert done.stderr.count("repaired: ") == 2
    assert "repaired: rwlock in .dvc/tmp was broken and is removed" in done.stderr
    assert "repaired: dvc.lock was broken and is replaced by that of git's HEAD" in done.stderr
    assert (repository.path / "dvc.lock").read_bytes() == before
    assert repository.run("git", "status", "--porcelain").stdout == ""


def test_an_unknown_key_is_refused_although_nothing_is_stale(repository: Repository) -> None:
    repository.edit_params(lambda params: params["compare"].update(tolerence=1))
    done = repository.repro(check=False)
    assert done.returncode == 2
    assert done.stderr == "error: params.yaml: compare.tolerence: unknown key; did you mean `tolerance`?\n"
    repository.edit_params(lambda params: params["select"].update(strategy="smote"))  # the report is stale
    done = repository.dvc("repro", check=False)
    assert done.returncode == 255
    assert "error: params.yaml: compare.tolerence: unknown key" in done.stderr


def test_the_report_is_the_same_without_utf8(repository: Repository) -> None:
    reports = [repository.path / f"reports/report.{kind}" for kind in ("html", "md")]
    before = [path.read_bytes() for path in reports]
    reports[0].unlink()
    repository.run("env", "LC_ALL=C", "PYTHONUTF8=0", "PYTHONCOERCECLOCALE=0", "python", "-m", "stages.report")
    assert [path.read_bytes() for path in reports] == before


def test_a_clone_that_converts_line_ends_computes_nothing(repository: Repository, tmp_path: Path) -> None:
    clone = Repository(tmp_path / "clone")
    repository.run("git", "clone", "-q", "-c", "core.autocrlf=true", str(repository.path), str(clone.path))
    shutil.copytree(repository.path / ".dvc/cache", clone.path / ".dvc/cache")
    raw = Path("data/raw/small.csv")
    assert (clone.path / raw).read_bytes() == (repository.path / raw).read_bytes()
    clone.dvc("checkout")
    assert ran(clone.dvc("repro")) == []
    assert clone.run("git", "status", "--porcelain").stdout == ""


def start_dvc(repository: Repository) -> tuple["subprocess.Popen[str]", int]:
    """Start `dvc repro`; return it and the id of a train stage that is stopped in its work, so it holds the lock."""
    repository.edit_params(lambda params: params["preprocess"].update(impute="mean"))
    run = subprocess.Popen(
        ["dvc", "repro"], cwd=repository.path, env=environment(), text=True, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    while not (found := [stage for stage in find_stages(repository.path) if stop_in_work(repository.path, stage)]):
        assert run.poll() is None
        time.sleep(0.01)
    return run, found[0]


def stop_in_work(folder: Path, process: int) -> bool:
    """Stop a process that holds the lock and has not written its results; let any other go on.

    Python no longer answers signals while it ends, so a stage that has all its results would not do.
    """
    if not holds_lock(process):
        return False
    with suppress(OSError):  # it has ended
        os.kill(process, signal.SIGSTOP)
        names = [item for item in Path(f"/proc/{process}/environ").read_bytes().split(b"\0") if b"DVC_STAGE=" in item]
        strategy = names[0].decode().partition("@")[2]
        if not (folder / f"metrics/cv/{strategy}.json").exists():
            return True
        os.kill(process, signal.SIGCONT)
    return False


def find_stages(folder: Path) -> list[int]:
    """Return the ids of the processes of a stage in a repository."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder and b"stages." in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            pass  # it has ended
    return found


def holds_lock(process: int) -> bool:
    """Tell whether a process has the lock between stages open."""
    for link in Path(f"/proc/{process}/fd").glob("*"):
        with suppress(OSError):  # closed meanwhile
            if link.readlink().name == "stages.lock":
                return True
    return False


@pytest.mark.parametrize(("number", "group"), [(signal.SIGKILL, False), (signal.SIGTERM, False), (signal.SIGINT, True)])
def test_a_stage_is_alone_and_ends_with_plain_dvc_repro(
    repository: Repository, number: signal.Signals, group: bool
) -> None:
    run, stage = start_dvc(repository)
    other = repository.call("stages.evaluate", check=False)
    assert other.returncode == 75
    assert other.stderr.startswith("error: evaluate: another stage is at work in this repository")
    (os.killpg if group else os.kill)(run.pid, number)
    os.kill(stage, signal.SIGCONT)
    begun = time.monotonic()
    _, said = run.communicate(timeout=20)
    while find_stages(repository.path) and time.monotonic() - begun < 5:
        time.sleep(0.02)
    assert time.monotonic() - begun < 3
    assert "Traceback" not in said
    assert (number == signal.SIGINT) == ("exited with 130" in said)
