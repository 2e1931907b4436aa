"""Hostile and wrong params, tables, tables to score, and faults of the environment.

`python -m benchmarks.reliability.hostile`. Cases are made by kind and value (`hostile_cases`), and drawn where they are
more than asked for. A case of params runs `tools.params check` and then the stages until one refuses it; a table runs
the stages, too; a table to score runs `tools.predict`; a fault runs each command. Exit code 1 for a traceback, a hang
(two minutes) or an exit code other than 0, 2, 3 and 75. A library that aborts without memory is counted by itself.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
import ctypes
from functools import partial
import os
from pathlib import Path
import random
import resource
import signal
import sys
import tempfile

from benchmarks.reliability.forks import COMMANDS, STATE, Done, State, finish_project, preload, run
from benchmarks.reliability.hostile_cases import Case, make_params, make_tables
from benchmarks.shared.arguments import make_parser
from benchmarks.shared.markdown import print_table

COLUMNS = ("case", "cases", "exit 0", "exit 2", "exit 3", "exit 75", "aborts", "tracebacks", "hangs", "other codes")
STAGES = ("prepare", "split", "train", "train under", "evaluate")
#: what a fault ends, and the file that it reads or writes
VICTIMS = {
    "prepare": ("data/raw/hypothyroid.csv", "data/contract.json"),
    "split": ("data/prepared.parquet", "data/train.parquet"),
    "train": ("data/train.parquet", "models/baseline"),
    "evaluate": ("data/test.parquet", "metrics/leaderboard.json"),
    "report": ("metrics/leaderboard.json", "reports/report.html"),
    "leaderboard": ("metrics/selected.json", None),
    "inspect": ("new.csv", None),
    "predict": ("new.csv", "scored.csv"),
}


def limit(kind: int, size: int) -> None:
    resource.setrlimit(kind, (size, size))


def limit_memory(room: int) -> None:
    """Let this process take only `room` bytes more than it has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    limit(resource.RLIMIT_AS, pages * resource.getpagesize() + room)


def write_to(device: str) -> None:
    os.dup2(os.open(device, os.O_WRONLY), 1)


def close_output() -> None:
    """Be as a process whose stdout is closed when Python starts."""
    os.close(1)
    sys.stdout = None  # type: ignore[assignment]


def deny(path: Path) -> None:
    """Take away every permission of a file, of its folder the one to write, and those that root has (capset(2))."""
    if path.with_name("moved").exists():
        path.with_name("moved").rename(path)
        path.chmod(0)
    path.parent.chmod(0o555)
    header, nothing = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capset(header, nothing)


def replace(path: Path, make: Callable[[Path], object]) -> None:
    """Put something else in the place of a file or folder."""
    if path.exists():
        path.rename(path.with_name("moved"))
    make(path)


def make_faults() -> Iterator[tuple[str, str, Callable[[], object]]]:
    """Yield a name, a command and what to do before it, in its process."""
    limits: dict[str, Callable[[], object]] = {
        "file size": partial(limit, resource.RLIMIT_FSIZE, 3000),
        "open files": partial(limit, resource.RLIMIT_NOFILE, 6),
        "memory": partial(limit_memory, 16 << 20),
        "stdout full": partial(write_to, "/dev/full"),
        "stdout closed": close_output,
    }
    makers: dict[str, Callable[[Path], object]] = {
        "folder": Path.mkdir,
        "fifo": os.mkfifo,
        "loop": lambda path: path.symlink_to(path.name),
        "absent": lambda path: None,
        "device": lambda path: path.symlink_to("/dev/full"),
        "no permission": deny,
    }
    for command, places in VICTIMS.items():
        yield from ((name, command, before) for name, before in limits.items())
        for name, make in makers.items():
            for path in filter(None, places):
                yield f"{name} as {path}", command, partial(replace, Path(path), make)


def attack(state: State, case: Case) -> tuple[Done, str]:
    """Write the file of a case, run its commands until one fails, and return the last end with its command."""
    state.restore()
    path = state.project / case.path
    path.write_bytes(case.make())
    commands = list(case.commands)
    if case.path.startswith("data/raw"):
        text = (state.copy / "params.yaml").read_text(encoding="utf-8")
        (state.project / "params.yaml").write_text(
            text.replace("data/raw/hypothyroid.csv", case.path), encoding="utf-8"
        )
    done = Done(0, "", "")
    for name in commands:
        line = ["tools.predict", case.path, "-o", "scored.csv"] if name == "predict" else COMMANDS[name]
        done = run(state.project, line)
        if done.code != 0 or done.failure:
            break
    if path.name not in STATE:
        path.unlink(missing_ok=True)
    return done, name


def main() -> None:
    parser = make_parser(__doc__)
    for name, count in {"params": 150, "tables": 200, "scored": 150, "faults": 60}.items():
        parser.add_argument(f"--{name}", type=int, default=count, help=f"how many of them (default {count})")
    parser.add_argument("--seed", type=int, default=0, help="seed of the draw (default 0)")
    options = parser.parse_args()
    preload()
    draw = random.Random(options.seed)
    counts: dict[str, Counter[str]] = {}

    def count(kind: str, name: str, done: Done, command: str) -> None:
        of = counts.setdefault(kind, Counter())
        of["cases"] += 1
        failure = "aborts" if name == "memory" and done.code == -signal.SIGABRT else done.failure
        of[failure or f"exit {done.code}"] += 1
        if done.failure:
            shown = f"{failure}, exit {done.code}: {kind}: {name}: {command}"
            print(f"{shown}\n{done.err[-700:]}", file=sys.stderr, flush=True)

    # interrupted, the table shows what was done
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, suppress(KeyboardInterrupt):
        Path(folder).chmod(0o755)
        state = State(finish_project(Path(folder).resolve()))
        text = (state.copy / "data/raw/hypothyroid.csv").read_text(encoding="utf-8")
        params = (state.copy / "params.yaml").read_text(encoding="utf-8")
        tables = [(name, kind, partial(bytes, content)) for name, kind, content in make_tables(text)]
        groups = {
            "params": [Case("params.yaml", make, ("params", *STAGES), name) for name, make in make_params(params)],
            "tables": [
                Case(f"data/raw/hostile{kind}", make, ("inspect", *STAGES), name) for name, kind, make in tables
            ],
            "scored": [Case(f"hostile{kind}", make, ("predict",), name) for name, kind, make in tables],
        }
        for kind, cases in groups.items():
            for case in draw.sample(cases, min(len(cases), getattr(options, kind))):
                count(kind, case.name, *attack(state, case))
        faults = list(make_faults())
        for name, command, before in draw.sample(faults, min(len(faults), options.faults)):
            state.restore()
            count("faults", name, run(state.project, COMMANDS[command], before), command)
    rows = [(kind, *(str(found[name]) for name in COLUMNS[1:])) for kind, found in counts.items()]
    print_table("Hostile input and faults", COLUMNS, rows)
    sys.exit(any(found[name] for found in counts.values() for name in COLUMNS[7:]))


if __name__ == "__main__":
    main()
