"""The run: what comes before training as DVC does it, the training in forks, the rest as DVC does it."""

import os
from pathlib import Path
import subprocess
import sys
from typing import Any

from stages.shared.params import read_params
from stages.train.params import TrainParams
from tools.repro.dvc_commands import dvc
from tools.repro.signals import ended_quietly, undisturbed
from tools.repro.train_stages import Hashes, changed_since, hashes, in_order, locked, reserved, restored


def repro(jobs: int, cores: int) -> int:
    """Brings everything up to date, `jobs` strategies trained at a time on `cores` cores; gives the exit code.

    That of DVC where DVC fails, that of the stage where a training fails: then what the other strategies made is kept,
    and nothing that comes after is run. Raises BusyError when another dvc command is in the way.
    """
    with locked() as repo:
        ahead, _ = in_order(repo)
        names = [stage.addressing for stage in ahead] if any(stage.changed() for stage in ahead) else []
    # one by one in the order given: for a few targets DVC's own order changes from run to run
    code = dvc("repro", "--single-item", *names) if names else 0
    return code or train_what_changed(jobs, cores) or dvc("repro")


def train_what_changed(jobs: int, cores: int) -> int:
    """Trains, or takes from DVC's cache, each strategy that is not up to date; gives the exit code.

    DVC's repository is locked from the look at the dependencies until the results are committed. A strategy whose
    dependencies changed meanwhile is not committed, which is exit code 75. Raises InputError for wrong params.
    """
    with ended_quietly(), locked() as repo:
        changed = [stage for stage in in_order(repo)[1] if stage.changed()]
        if changed:
            read_params(TrainParams)  # what is wrong there is said once, before old outputs make room
        with reserved(repo, changed):
            good = {stage.addressing for stage in changed if restored(repo, stage)}
            stale = {stage.addressing: stage for stage in changed if stage.addressing not in good}
            before = {name: hashes(stage) for name, stage in stale.items()}
            trained, code = train(list(stale), jobs, cores) if stale else ([], 0)
            with undisturbed():
                kept = [name for name in trained if _as_before(stale[name], before[name])]
                for stage in changed:  # in DVC's order, which dvc.lock keeps
                    if stage.addressing in good.union(kept):
                        repo.commit(stage.addressing, force=True)
    return code or (0 if kept == trained else 75)


def _as_before(stage: Any, before: Hashes) -> bool:
    """Whether a trained stage still depends on what it depended on when its training began; says what else changed."""
    if changed := changed_since(stage, before):
        wrong = f"{', '.join(changed)} changed while it was trained, so its result is not kept; run this again"
        print(f"error: {stage.addressing}: {wrong}", file=sys.stderr)
    return not changed


def train(names: list[str], jobs: int, cores: int) -> tuple[list[str], int]:
    """Trains stages in the process that has imported the libraries; gives those that went well, and the exit code.

    SIGINT and SIGTERM end the training, and are an exit code as well (128 + signal), so that what was finished is kept.
    """
    jobs = min(jobs, len(names))
    print(f"Training {', '.join(names)}: {jobs} at a time, in forks of one process", flush=True)
    command = [sys.executable, "-m", "tools.repro.trainer", *names, f"--jobs={jobs}", f"--parent={os.getpid()}"]
    command.append(f"--workers={max(1, cores // jobs)}")
    good = []
    environment = {**os.environ, "DVC_ROOT": str(Path.cwd())}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as trainer:
        try:
            for line in trainer.stdout or ():
                name, ended = line.split()
                if ended == "0":
                    good.append(name)
                else:
                    print(f"error: {name}: exited with {ended}", file=sys.stderr)
        except SystemExit as stop:
            trainer.terminate()
            trainer.wait()
            return good, int(stop.code or 0)
    code = trainer.returncode
    return good, code if code >= 0 else 128 - code
