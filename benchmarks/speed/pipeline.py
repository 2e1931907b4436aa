"""What the pipeline takes beside its fits: `python -m benchmarks.speed.pipeline`.

The wall time of a whole `dvc repro` and of a whole `python -m tools.repro`, each in a fresh clone of the checked-out
commit in which everything has to run, divided by that of the same training in one process with one thread, which has
imported the libraries and read the table before its clock starts: all of `fit_strategy` for every strategy and, within
it, the calls that fit a classifier or ask one for scores. The models that `dvc repro` and `tools.repro` wrote must be
the same, and the scores of the one process those that they wrote.

The pipeline may use all cores and the one process uses one, so a ratio of less than 1 is no mistake; that of the CPU
seconds knows nothing of cores. `--data PATH TARGET POSITIVE` takes another table.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
import multiprocessing
import os
from pathlib import Path
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from typing import Any

ROOT = Path(__file__).parents[2]


def measured(folder: Path, *command: str) -> tuple[float, float]:
    """Return the wall and CPU seconds of a command in `folder`, with its children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, cpu


#: wall and CPU seconds
Seconds = tuple[float, float]

HEADER = (
    "| run | cores | wall s | ÷ one process | ÷ its fits and predictions | CPU s | ÷ one process "
    "| ÷ its fits and predictions | load |\n|:--|--:|--:|--:|--:|--:|--:|--:|--:|"
)


@dataclass
class Clock:
    """Adds up the time inside some functions; one that is called inside another counts once."""

    wall: float = 0.0
    cpu: float = 0.0
    _inside: bool = field(default=False, repr=False)

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, whose time is added."""

        @wraps(function)
        def work(*arguments: Any, **named: Any) -> Any:
            if self._inside:
                return function(*arguments, **named)
            self._inside, cpu, wall = True, time.process_time(), time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self.wall += time.perf_counter() - wall
                self.cpu += time.process_time() - cpu
                self._inside = False

        return work


@dataclass(frozen=True)
class OneProcess:
    """The same training in one process, and within it what fits and predictions took."""

    whole: Seconds
    pure: Seconds


def scratch(folder: Path, data: tuple[Path, str, str] | None, strategies: list[str]) -> None:
    """Clones the checked-out commit into `folder`; with other data and only some strategies where they are given."""
    from ruamel.yaml import YAML

    subprocess.run(["git", "clone", "--quiet", "--no-local", str(ROOT), str(folder)], check=True)
    path = folder / "params.yaml"
    params = YAML().load(path.read_text())
    if data is not None:
        table, target, positive = data
        copy = Path("data/raw") / table.name
        shutil.copyfile(table, folder / copy)
        params["data"].update(with_data(str(copy), target, positive))
    if strategies:
        unknown = [name for name in strategies if name not in params["strategies"]]
        if unknown:
            raise SystemExit(f"--strategies: not in params.yaml: {', '.join(unknown)}")
        params["strategies"] = {name: params["strategies"][name] for name in strategies}
    with path.open("w") as stream:
        YAML().dump(params, stream)


def with_data(path: str, target: str, positive: str) -> dict[str, Any]:
    """The section `data` for a table of which nothing more is known; a label of digits is a number."""
    label = int(positive) if positive.lstrip("-").isdecimal() else positive
    return {"path": path, "target": target, "positive": label, "drop": [], "key": [], "missing": {}}


def one_process(folder: Path) -> OneProcess:
    """All trainings of a clone that has its data/train.parquet, in a fork that has imported nothing yet."""
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=lambda: send.send(_train(folder)))
    process.start()
    send.close()
    try:
        result: OneProcess = receive.recv()
    finally:
        process.join()
    return result


def _train(folder: Path) -> OneProcess:
    os.chdir(folder)
    sys.path.insert(0, str(folder))  # its stages, not those of the working tree
    from stages.shared.runtime.threads import limit_threads

    limit_threads()
    from stages.shared import paths
    from stages.shared.params import read_params
    from stages.shared.storage.parquet import read_table
    from stages.train.cross_validation import fit_strategy
    from stages.train.params import TrainParams

    params, table = read_params(TrainParams), read_table(paths.TRAIN)
    with fits_counted() as clock:
        cpu, wall = time.process_time(), time.perf_counter()
        outcomes = {name: fit_strategy(table, name, params, lambda _: None) for name in params.strategies}
        whole = time.perf_counter() - wall, time.process_time() - cpu
    for name, outcome in outcomes.items():
        _check(paths.MODELS / name / paths.OOF, outcome, table)
    return OneProcess(whole, (clock.wall, clock.cpu))


@contextmanager
def fits_counted() -> Iterator[Clock]:
    """Counts the calls that fit a classifier or ask one for scores, wherever train makes them."""
    from stages.train import strategy
    from stages.train.classifiers import fitting
    from stages.train.classifiers.logistic.path import Path
    from stages.train.tuning import shared_fits

    clock, kept = Clock(), []
    for owner, name in (
        (strategy, "fit"), (shared_fits, "fit_paths"), (shared_fits, "truncated_scores"),
        (fitting.Fitted, "scores"), (Path, "scores"),
    ):  # fmt: skip
        kept.append((owner, name, getattr(owner, name)))
        setattr(owner, name, clock.counted(getattr(owner, name)))
    try:
        yield clock
    finally:
        for owner, name, function in kept:
            setattr(owner, name, function)


def _check(path: Path, outcome: Any, table: Any) -> None:
    """Raises AssertionError when the pipeline wrote other out-of-fold scores."""
    import numpy as np

    from stages.shared.storage.parquet import read_parquet
    from stages.train.outputs.artifacts import oof_columns

    written = read_parquet(path)
    for name, values in oof_columns(outcome, table.target, table.rows).items():
        assert np.array_equal(written.column(name).to_numpy(), values), f"{path}: {name} differs"


def models_of(folder: Path) -> str:
    """What dvc.lock says of everything that was made."""
    return (folder / "dvc.lock").read_text()


def row(name: str, cores: int, spent: Seconds, one: OneProcess) -> str:
    """A row of the table."""
    cells = [name, str(cores)]
    for which in (0, 1):
        cells.append(f"{spent[which]:.1f}")
        cells += [f"{spent[which] / beside[which]:.2f}" for beside in (one.whole, one.pure)]
    return f"| {' | '.join(cells)} | {os.getloadavg()[0]:.1f} |"


def main() -> None:
    """Prints the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", nargs=3, metavar=("PATH", "TARGET", "POSITIVE"), help="another table than the default"
    )
    parser.add_argument("--strategies", default="", help="only these, with commas between them")
    parser.add_argument("--only", default="", help="runs with this text in their names")
    parser.add_argument("--jobs", type=int, default=2, help="strategies that tools.repro trains at a time")
    options = parser.parse_args()
    data = (Path(options.data[0]).resolve(), *options.data[1:]) if options.data else None
    commands = {
        "`dvc repro`": ["dvc", "repro"],
        f"`python -m tools.repro -j {options.jobs}`": ["python", "-m", "tools.repro", "-j", str(options.jobs)],
    }
    commands = {name: command for name, command in commands.items() if options.only in name}
    cores = len(os.sched_getaffinity(0))
    print(f"Load before: {os.getloadavg()[0]:.1f}.", flush=True)
    with tempfile.TemporaryDirectory() as room:
        spent, locks = {}, set()
        for number, (name, command) in enumerate(commands.items()):
            clone = Path(room) / f"clone{number}"
            scratch(clone, data, [name for name in options.strategies.split(",") if name])
            spent[name] = measured(clone, *command)
            locks.add(models_of(clone))
        assert len(locks) == 1, "the two ways of running the pipeline made different things"
        one = one_process(clone)
    (wall, cpu), (pure, pure_cpu) = one.whole, one.pure
    print(f"One process: {wall:.1f} s ({cpu:.1f} CPU s), of them fits and predictions {pure:.1f} ({pure_cpu:.1f}).\n")
    print(HEADER)
    for name, seconds in spent.items():
        print(row(name, cores, seconds, one))


if __name__ == "__main__":
    main()
