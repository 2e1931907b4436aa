"""Flips bits in artefacts of every kind, or cuts them, and runs the commands that read them.

`python -m benchmarks.reliability.flips --count 1000` damages one file of a finished small project at a time. The table
counts what a command does then. Refused: it ends with exit code 2, 3 or 75. Same: the result is that of the whole file.
Other: another result with exit code 0, where that is no fault. A stage run by hand may give one, because DVC would have
made the damaged file again. The raw table and params.yaml belong to the user, so another value in them is no damage.
Silent wrong: any other result with exit code 0. The benchmark itself ends with 1 after a silent wrong result, a
traceback, a hang or another exit code.
"""

from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
import sys
import tempfile
from typing import NamedTuple

from benchmarks.reliability.forks import COMMANDS, CommandResult, State, finish_project, list_files, preload, run
from benchmarks.shared.arguments import make_parser
from benchmarks.shared.markdown import print_table
from stages.shared.storage.files import sha256

#: the files of each kind, and the commands that read them
KINDS = {
    "raw table": (["data/raw/hypothyroid.csv"], ["prepare"]),
    "params.yaml": (["params.yaml"], ["params", "prepare"]),
    "prepared table": (["data/prepared.parquet"], ["split"]),
    "contract": (["data/contract.json"], ["report"]),
    "train set": (["data/train.parquet"], ["train"]),
    "test set": (["data/test.parquet"], ["evaluate"]),
    "models": (["models/baseline/*", "models/under/*"], ["evaluate", "report"]),
    "metrics/cv": (["metrics/cv/*"], ["evaluate", "report"]),
    "leaderboard": (["metrics/leaderboard.json"], ["leaderboard", "report"]),
    "selected": (["metrics/selected.json"], ["leaderboard"]),
    "strategies": (["metrics/strategies/*"], ["report"]),
    "curves": (["metrics/curves/*"], ["report"]),
    "champion": (["models/champion/*"], ["predict"]),
    "recipe": (["models/refit_recipe.json"], ["refit"]),
    "dvc.lock": (["dvc.lock"], ["compare"]),
}
#: the outputs of each command
OUTPUTS = {
    "prepare": ["data/prepared.parquet", "data/contract.json"],
    "split": ["data/train.parquet", "data/test.parquet"],
    "train": ["models/baseline/*", "metrics/cv/baseline.json"],
    "evaluate": ["data/test_scores.parquet", "metrics/strategies/*", "metrics/leaderboard.json", "metrics/curves/*"],
    "report": ["metrics/selected.json", "models/champion/*", "models/refit_recipe.json", "reports/report.*"],
    "refit": ["models/refit/*"],
    "predict": ["scored.csv"],
}
COLUMNS = ("artefact", "damaged", "refused", "same", "other", "silent wrong", "tracebacks", "hangs", "other codes")
LOCK = "dvc.lock"
#: kinds of files of the user, in which another value is no damage
USER_FILES = ("raw table", "params.yaml", LOCK)


class Execution(NamedTuple):
    """The result of a command, and the hashes of its outputs."""

    result: CommandResult
    hashes: dict[str, str]


def execute(state: State, command: str) -> Execution:
    """Run a command."""
    result = run(state.project, COMMANDS[command])
    paths = list_files(state.project, OUTPUTS.get(command, []))
    return Execution(result, {str(path): sha256(state.project / path) for path in paths})


def damage(content: bytes, random: Random) -> tuple[bytes, str]:
    """Return the content with one bit flipped, or one time in six cut, and a description of the damage."""
    position = random.randrange(len(content))
    if random.random() < 1 / 6:
        return content[:position], f"cut at {position}"
    bit = random.randrange(8)
    flipped = bytes([content[position] ^ 1 << bit])
    return content[:position] + flipped + content[position + 1 :], f"bit {bit} of byte {position}"


def classify(kind: str, command: str, path: Path, damaged: Execution, whole: Execution) -> str:
    """Return the column of the table in which a damaged file counts."""
    result = damaged.result
    if result.failure or result.code:
        return result.failure or "refused"
    differing = {name for name, _ in set(damaged.hashes.items()) ^ set(whole.hashes.items())} - {str(path)}
    if not differing and result.out == whole.result.out:
        return "same"
    by_hand = COMMANDS[command][0].startswith("stages")
    reported = result.err != whole.result.err or f"not the file that {LOCK} names" in result.out
    return "other" if reported or by_hand or kind in USER_FILES else "silent wrong"


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many damaged files (default 1000)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the positions (default 0)")
    options = parser.parse_args()
    preload()
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    random = Random(options.seed)
    # after Ctrl-C the table shows the files until then
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, suppress(KeyboardInterrupt):
        state = State(finish_project(Path(folder).resolve()))
        whole: dict[str, Execution] = {}
        for index in range(options.count):
            kind = list(KINDS)[index % len(KINDS)]
            patterns, commands = KINDS[kind]
            command, path = random.choice(commands), random.choice(list_files(state.copy, patterns))
            if command not in whole:
                state.restore()
                whole[command] = execute(state, command)
                if whole[command].result.code != 0:
                    sys.exit(f"{command} fails on whole files:\n{whole[command].result.err}")
            state.restore()
            content, description = damage((state.copy / path).read_bytes(), random)
            (state.project / path).write_bytes(content)
            damaged = execute(state, command)
            column = classify(kind, command, path, damaged, whole[command])
            counts[kind]["damaged"] += 1
            counts[kind][column] += 1
            if column not in ("refused", "same", "other"):
                message = f"{column}: {command} after {description} of {path}\n{damaged.result.err[-600:]}"
                print(message, file=sys.stderr, flush=True)
    total = sum(counts.values(), Counter[str]())
    rows = [(kind, *(str(of_kind[name]) for name in COLUMNS[1:])) for kind, of_kind in counts.items()]
    rows.append(("all", *(str(total[name]) for name in COLUMNS[1:])))
    print_table("Damaged artefacts", COLUMNS, rows)
    sys.exit(any(total[name] for name in COLUMNS[5:]))


if __name__ == "__main__":
    main()
