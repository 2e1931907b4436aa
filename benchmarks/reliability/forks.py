"""Runs commands in forks of this process, which has imported everything, so they start in milliseconds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
import multiprocessing
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import tempfile

from benchmarks.reliability.project import commit, make_project, remove
from benchmarks.shared.clone import make_environment
from stages.shared.errors import run_cli
from stages.shared.runtime.threads import limit_threads

#: command lines of the pipeline and its tools, by the name in the tables
COMMANDS = {
    "prepare": ["stages.prepare"],
    "split": ["stages.split"],
    "train": ["stages.train", "--strategy", "baseline"],
    "train under": ["stages.train", "--strategy", "under"],
    "evaluate": ["stages.evaluate"],
    "report": ["stages.report"],
    "refit": ["stages.train.refit"],
    "leaderboard": ["tools.leaderboard"],
    "params": ["tools.params", "check"],
    "inspect": ["tools.inspect", "new.csv"],
    "compare": ["tools.compare", "HEAD"],
    "predict": ["tools.predict", "new.csv", "-o", "scored.csv"],
}

#: the files and folders that commands read and write
STATE = ("data", "metrics", "models", "reports", "params.yaml", "dvc.lock", "new.csv")

#: exit codes that a command may have
ALLOWED = (0, 2, 3, 75)


@dataclass(frozen=True)
class CommandResult:
    """Exit code and output of a command; `code` is None where it did not end in time, negative for a signal."""

    code: int | None
    out: str
    err: str

    @property
    def failure(self) -> str:
        """The column of the table in which this counts as a failure, empty where it is none."""
        if self.code is None:
            return "hangs"
        if "Traceback (most recent call last)" in self.err:
            return "tracebacks"
        return "" if self.code in ALLOWED else "other codes"


def preload() -> None:
    """Import all libraries and commands, and limit each process to one thread."""
    limit_threads()
    os.environ["EVENHAND_WORKERS"] = "1"
    import_module("tools.repro.preload")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the import of tools.repro.preload ignores SIGINT
    for name, *_ in COMMANDS.values():
        import_module(f"{name}.__main__")
    for name in ("stages.prepare.prepare", "stages.split.split", "stages.report.build", "tools.predict.scoring"):
        import_module(name)


def run(
    folder: Path, command: Sequence[str], before: Callable[[], object] | None = None, timeout: float = 120
) -> CommandResult:
    """Run a command in `folder`; `before` is called in its process first."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        arguments = (folder, command, before, out.fileno(), err.fileno())
        process = multiprocessing.get_context("fork").Process(target=_run_command, args=arguments)
        process.start()
        try:
            process.join(timeout)
        finally:
            code = process.exitcode
            if code is None:
                os.killpg(process.ident, signal.SIGKILL)
                process.join()
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode(errors="replace"))
    return CommandResult(code, *texts)


def _run_command(folder: Path, command: Sequence[str], before: Callable[[], object] | None, out: int, err: int) -> None:
    """Run the command in this process, which gets a process group of its own."""
    os.setpgid(0, 0)
    os.chdir(folder)
    os.dup2(out, 1)
    os.dup2(err, 2)
    sys.stdout, sys.stderr = (open(fd, "w", encoding="utf-8", closefd=False) for fd in (1, 2))  # noqa: SIM115
    sys.argv = list(command)
    main = import_module(f"{command[0]}.__main__").main
    if before is not None:
        before()
    run_cli(main)


class State:
    """The files of a finished project, and a copy from which they can be restored."""

    def __init__(self, project: Path) -> None:
        self.project, self.copy = project, project.with_name("copy")
        shutil.copyfile(next((project / "data/raw").glob("hypothyroid.csv")), project / "new.csv")
        self.copy.mkdir()
        for name in STATE:
            _copy(project / name, self.copy / name)

    def restore(self) -> None:
        """Put every file back as it was."""
        for name in (*STATE, "scored.csv"):
            remove(self.project / name)
            if (self.copy / name).exists():
                _copy(self.copy / name, self.project / name)


def finish_project(folder: Path) -> Path:
    """Make the small project in `folder`, run it to its end, and commit the result."""
    project = folder / "project"
    make_project(project)
    command = [sys.executable, "-m", "tools.repro", "-j", "2"]
    subprocess.run(command, cwd=project, env=make_environment(folder / "home"), check=True, capture_output=True)
    commit(project, "A run")
    return project


def list_files(project: Path, patterns: Iterable[str]) -> list[Path]:
    """Return the files that match, relative to the project."""
    return [
        path.relative_to(project) for pattern in patterns for path in sorted(project.glob(pattern)) if path.is_file()
    ]


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
