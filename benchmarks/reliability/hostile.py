"""Runs the commands on hostile params and tables, and under faults: `python -m benchmarks.reliability.hostile`.

`hostile_cases` makes the cases by kind and value; the options say how many of each are drawn. Params go to
`tools.params check`, and then to the stages until one refuses them. Tables go to `tools.inspect` and the stages, tables
to score to `tools.predict`. Each command runs under faults of the environment. The benchmark ends with 1 after a
traceback, a hang (two minutes) or an exit code other than 0, 2, 3 and 75. A library that aborts without memory has its
own column.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
import ctypes
from functools import partial
import os
from pathlib import Path
from random import Random
import resource
import signal
import sys
import tempfile

from benchmarks.reliability.forks import COMMANDS, STATE, CommandResult, State, finish_project, preload, run
from benchmarks.reliability.hostile_cases import Case, make_params, make_tables
from benchmarks.shared.arguments import make_parser
from benchmarks.shared.markdown import print_table

COLUMNS = ("case", "cases", "exit 0", "exit 2", "exit 3", "exit 75", "aborts", "tracebacks", "hangs", "other codes")
STAGES = ("prepare", "split", "train", "train under", "evaluate")
#: the commands that faults meet, each with a file that it reads and one that it writes
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


def limit_memory(growth: int) -> None:
    """Let this process take only `growth` bytes more than it has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    limit(resource.RLIMIT_AS, pages * resource.getpagesize() + growth)


def write_to(device: str) -> None:
    os.dup2(os.open(device, os.O_WRONLY), 1)


def close_output() -> None:
    """Make this process like one whose stdout is closed when Python starts."""
    os.close(1)
    sys.stdout = None  # type: ignore[assignment]


def deny(path: Path) -> None:
    """Remove all permissions of a file, the one to write in its folder, and the privileges of root (capset(2))."""
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
    """Yield a name, a command, and the function that causes the fault in its process."""
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
    for command, paths in VICTIMS.items():
        yield from ((name, command, before) for name, before in limits.items())
        for name, make in makers.items():
            for path in filter(None, paths):
                yield f"{name} as {path}", command, partial(replace, Path(path), make)


def attack(state: State, case: Case) -> tuple[CommandResult, str]:
    """Write the file of a case, run its commands until one fails, and return the last result with its command."""
    state.restore()
    path = state.project / case.path
    path.write_bytes(case.make())
    if case.path.startswith("data/raw"):
        text = (state.copy / "params.yaml").read_text(encoding="utf-8")
        (state.project / "params.yaml").write_text(
            text.replace("data/raw/hypothyroid.csv", case.path), encoding="utf-8"
        )
    result = CommandResult(0, "", "")
    for name in case.commands:
        line = ["tools.predict", case.path, "-o", "scored.csv"] if name == "predict" else COMMANDS[name]
        result = run(state.project, line)
        if result.code != 0 or result.failure:
            break
    if path.name not in STATE:
        path.unlink(missing_ok=True)
    return result, name


def main() -> None:
    parser = make_parser(__doc__)
    for name, count in {"params": 150, "tables": 200, "scored": 150, "faults": 60}.items():
        parser.add_argument(f"--{name}", type=int, default=count, help=f"how many of them (default {count})")
    parser.add_argument("--seed", type=int, default=0, help="seed of the draw (default 0)")
    options = parser.parse_args()
    preload()
    random = Random(options.seed)
    counts: dict[str, Counter[str]] = {}

    def count(kind: str, name: str, result: CommandResult, command: str) -> None:
        of_kind = counts.setdefault(kind, Counter())
        of_kind["cases"] += 1
        failure = "aborts" if name == "memory" and result.code == -signal.SIGABRT else result.failure
        of_kind[failure or f"exit {result.code}"] += 1
        if result.failure:
            message = f"{failure}, exit {result.code}: {kind}: {name}: {command}"
            print(f"{message}\n{result.err[-700:]}", file=sys.stderr, flush=True)

    # after Ctrl-C the table shows the cases until then
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
            for case in random.sample(cases, min(len(cases), getattr(options, kind))):
                count(kind, case.name, *attack(state, case))
        faults = list(make_faults())
        for name, command, before in random.sample(faults, min(len(faults), options.faults)):
            state.restore()
            count("faults", name, run(state.project, COMMANDS[command], before), command)
    rows = [(kind, *(str(of_kind[name]) for name in COLUMNS[1:])) for kind, of_kind in counts.items()]
    print_table("Hostile input and faults", COLUMNS, rows)
    sys.exit(any(of_kind[name] for of_kind in counts.values() for name in COLUMNS[7:]))


if __name__ == "__main__":
    main()
