"""`python -m tools.repro` gives what `dvc repro` gives, to the last byte, and fails as cleanly."""

import hashlib
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.pipeline.project import Repository, environment, ran
from tests.support.forks import command_of
from tools.repro.dvc_repo import lock_repository

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")]

TRAINED = ["train@baseline", "train@class_weight", "train@smote"]
LATER = ["evaluate", "report"]
PYTHON = (sys.executable, "-m", "tools.repro")


def forked(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The stages that ran in forks, in the order of their names."""
    return sorted(line.split("'")[1] for line in done.stderr.splitlines() if line.endswith("' in a fork"))


def everything(repository: Repository) -> dict[str, str]:
    """Each file that a run makes, DVC's lock, its cache and its run-cache among them, with its hash."""
    roots = ["dvc.lock", "data", "models", "metrics", "reports", ".dvc/cache"]
    files = [path for root in roots for path in [repository.path / root, *(repository.path / root).rglob("*")]]
    return {
        str(path.relative_to(repository.path)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file()
    }


def test_a_fresh_clone_gives_the_bytes_of_dvc_repro(finished: Repository, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "forks")
    finished.run("git", "clone", "-q", str(finished.path), str(repository.path))
    done = repository.run("python", "-m", "tools.repro", "-j", "2")
    assert forked(done) == ["evaluate", "refit", "report", *TRAINED]
    assert everything(repository) == everything(finished)
    first = (finished.path.parent / "first_run.txt").read_text()
    for line in ("Champion: ", "Next: ", "Report: reports/report.html"):  # of the stage under DVC, of the command here
        assert first.count(f"\n{line}") == done.stdout.count(f"\n{line}") == 1
    assert "strategy " in done.stdout.split("up to date.")[1].split("Champion: ")[0]  # the leaderboard, after DVC
    for hint in ("didn't change, skipping", "dvc push", "lock file 'dvc.lock'"):
        assert hint not in done.stdout + done.stderr
    assert "dvc push" in first
    assert repository.run("git", "status", "--porcelain").stdout == ""
    again = repository.dvc("repro")
    assert ran(again) == []
    assert "up to date" in again.stdout


def test_after_a_change_of_one_strategy_and_back(repository: Repository) -> None:
    repository.edit_params(lambda params: params["strategies"]["smote"].update(k_neighbors=3))
    done = repository.repro()
    assert forked(done) == [*LATER, "train@smote"]
    assert ran(done) == []
    assert ran(repository.dvc("repro")) == []
    # the earlier result is in the run cache, so nothing is trained
    repository.edit_params(lambda params: params["strategies"]["smote"].update(k_neighbors=5))
    back = repository.repro()
    assert forked(back) == LATER  # DVC's run cache does not keep what git tracks
    assert "Stage 'train@smote' is cached" in back.stdout + back.stderr
    assert repository.run("git", "status", "--porcelain").stdout == ""
    again = repository.repro()
    assert forked(again) == ran(again) == []
    assert "up to date" in again.stdout


def test_what_is_gone_comes_from_the_cache(repository: Repository) -> None:
    """Outputs and dvc.lock are deleted; both come back byte for byte, and nothing is trained."""
    before = everything(repository)
    shutil.rmtree(repository.path / "models")
    shutil.rmtree(repository.path / "metrics/cv")
    (repository.path / "data/train.parquet").unlink()
    (repository.path / "dvc.lock").unlink()
    assert forked(repository.repro()) == LATER
    after = everything(repository)
    assert {name: after[name] for name in before if ".dvc/cache" not in name} == {
        name: value for name, value in before.items() if ".dvc/cache" not in name
    }
    assert ran(repository.dvc("repro")) == []


def test_a_strategy_that_fails_is_not_kept_and_the_others_are(repository: Repository) -> None:
    def change(params: dict) -> None:
        params["preprocess"]["impute"] = "mean"
        params["strategies"]["smote"]["classifiers"] = {"random_forest": {"n_estimators": -5}}

    repository.edit_params(change)
    before = lock_entry(repository, "train@smote")
    done = repository.repro(check=False)
    assert done.returncode == 2
    assert "error: params.yaml: " in done.stderr
    assert "error: train@smote: exited with 2" in done.stderr
    assert "Traceback" not in done.stderr
    assert ran(done) == []
    assert lock_entry(repository, "train@smote") == before
    stale = repository.dvc("status", "train", check=False).stdout
    assert [name for name in TRAINED if f"{name}:" in stale] == ["train@smote"]


def lock_entry(repository: Repository, stage: str) -> str:
    return (repository.path / "dvc.lock").read_text().split(f"  {stage}:\n")[1].split("\n  train@")[0]


def test_wrong_params_are_told_once(repository: Repository) -> None:
    repository.edit_params(lambda params: params["strategies"]["smote"].update(k_neighbours=3))
    repository.edit_params(lambda params: params["preprocess"].update(impute="mean"))
    done = repository.repro(check=False)
    assert done.returncode == 2
    assert done.stderr.count("error: params.yaml: strategies.smote: k_neighbours is no setting of SMOTE") == 1
    assert repository.run("git", "status", "--porcelain").stdout.split() == ["M", "params.yaml"]
    assert (repository.path / "models/smote").is_dir()  # nothing was begun


def test_a_stage_before_training_fails_as_with_dvc(repository: Repository) -> None:
    repository.edit_params(lambda params: params["data"].update(target="nothing"))
    done = repository.repro(check=False)
    assert done.returncode == 255
    assert "failed to reproduce 'prepare'" in done.stderr


def test_another_dvc_command_is_waited_for(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository.path)
    with lock_repository():
        done = repository.repro(check=False)
    assert done.returncode == 75
    assert "error: DVC is busy" in done.stderr


def started(repository: Repository, *python: str, begun: int = 1) -> "subprocess.Popen[str]":
    """tools.repro, run by `python`, when so many forks have begun to train; all three strategies are stale."""
    repository.edit_params(lambda params: params["preprocess"].update(impute="mean"))
    run = subprocess.Popen(
        [*python, "-j", "1"],
        cwd=repository.path,
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert run.stderr is not None
    for _ in range(begun):
        while not run.stderr.readline().endswith("in a fork\n"):
            assert run.poll() is None
    return run


def at_work_in(folder: Path) -> list[int]:
    """The ids of the processes whose working directory is `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.append(int(process.name))
        except OSError:
            pass  # it has ended, or is not ours
    return found


def test_a_dependency_that_changes_meanwhile_is_not_recorded(repository: Repository) -> None:
    run = started(repository, *command_of("tools.repro"))
    lock = (repository.path / "dvc.lock").read_bytes()
    with (repository.path / "stages/train/classifiers/class_weights.py").open("a") as stream:
        stream.write("# changed\n")
    _, said = run.communicate(timeout=120)
    assert run.returncode == 75
    assert "error: train@baseline: stages/train changed while it ran" in said
    assert (repository.path / "dvc.lock").read_bytes() == lock


def nobody_at_work_in(folder: Path) -> bool:
    """Whether all processes there have ended, those that were told to a moment ago as well."""
    patience = time.monotonic() + 10
    while at_work_in(folder) and time.monotonic() < patience:
        time.sleep(0.05)
    return not at_work_in(folder)


def stale_in(repository: Repository) -> list[str]:
    """Return the train stages that DVC would run again."""
    status = repository.dvc("status", "train").stdout
    return [name for name in TRAINED if f"{name}:" in status]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_keeps_what_was_finished_and_leaves_nobody_at_work(
    repository: Repository, number: signal.Signals
) -> None:
    run = started(repository, *PYTHON, begun=2)
    run.send_signal(number)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 128 + number
    assert "error: " not in said
    assert nobody_at_work_in(repository.path)
    stale = stale_in(repository)
    assert "train@baseline" not in stale
    assert "train@smote" in stale


def test_killed_it_leaves_nobody_at_work_and_the_next_run_goes_on(repository: Repository) -> None:
    run = started(repository, *PYTHON)
    assert len(at_work_in(repository.path)) >= 3  # it, the process that imported, and a fork at least
    run.kill()
    run.communicate(timeout=60)
    assert nobody_at_work_in(repository.path)
    stale = stale_in(repository)
    assert "train@smote" in stale  # a fork that ended before the kill may have been recorded
    assert forked(repository.repro()) == [*LATER, *stale]


def test_a_fork_imports_nothing_that_was_not_imported_before(repository: Repository) -> None:
    """What the preload does not import would be imported again by each fork."""
    code = (
        "from importlib import import_module\n"
        "import os, sys\n"
        "import tools.repro.preload\n"
        "before = set(sys.modules)\n"
        "os.environ['DVC_STAGE'], sys.argv = 'train@smote', ['stage']\n"
        "for name in ('train', 'evaluate', 'report', 'train.refit'):\n"
        "    import_module(f'stages.{name}.__main__').main()\n"
        "print('new:', *sorted(set(sys.modules) - before))\n"
    )
    done = repository.run("python", "-c", code)
    new = done.stdout.split("new:")[1].split()
    heavy = ("numpy", "pandas", "sklearn", "imblearn", "xgboost", "skops", "scipy", "altair", "vl_convert", "jinja2")
    assert [name for name in new if name.partition(".")[0] in heavy] == []
