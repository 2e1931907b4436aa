"""Flipped bits and cut files of every kind of artefact, and what the commands that read them then do.

`python -m benchmarks.reliability.flips --count 1000`. One bit of a file in a finished small project is flipped, or the
file is cut. Then a command that reads it runs. Refused: exit code 2, 3 or 75. Same: the result of the whole file.
Other: another result with exit code 0. A stage run by hand may give one, since DVC would have made the damaged file
again; the raw table and params.yaml are the user's, and another value in them is no damage. Any other is a silent wrong
answer. Exit code 1 for a traceback, a hang, another exit code or a silent wrong answer.
"""

from collections import Counter
from contextlib import suppress
import hashlib
from pathlib import Path
import random
import sys
import tempfile

from benchmarks.reliability.forks import COMMANDS, Done, State, finish_project, list_files, preload, run
from benchmarks.shared.arguments import make_parser
from benchmarks.shared.markdown import print_table

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
#: what each command writes
WRITTEN = {
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
#: files in which another value is no damage
OWN = ("raw table", "params.yaml", LOCK)

Result = tuple[Done, dict[str, str]]


def execute(state: State, command: str) -> Result:
    """Run a command, and return its end and the hashes of what it wrote."""
    done = run(state.project, COMMANDS[command])
    written = list_files(state.project, WRITTEN.get(command, []))
    return done, {str(path): hashlib.sha256((state.project / path).read_bytes()).hexdigest() for path in written}


def damage(content: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Return the content with one bit flipped, or one time in six cut, and what was done."""
    at = draw.randrange(len(content))
    if draw.random() < 1 / 6:
        return content[:at], f"cut at {at}"
    bit = draw.randrange(8)
    return content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :], f"bit {bit} of byte {at}"


def classify(kind: str, command: str, path: Path, found: Result, whole: Result) -> str:
    """Return the column of the table in which a damaged file counts."""
    done, hashes = found
    if done.failure or done.code:
        return done.failure or "refused"
    others = {name for name, _ in set(hashes.items()) ^ set(whole[1].items())} - {str(path)}
    if not others and done.out == whole[0].out:
        return "same"
    by_hand = COMMANDS[command][0].startswith("stages")
    reported = done.err != whole[0].err or f"not the file that {LOCK} names" in done.out
    return "other" if reported or by_hand or kind in OWN else "silent wrong"


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many damaged files (default 1000)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the places (default 0)")
    options = parser.parse_args()
    preload()
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    draw = random.Random(options.seed)
    # interrupted, the table shows what was done
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, suppress(KeyboardInterrupt):
        state = State(finish_project(Path(folder).resolve()))
        whole: dict[str, Result] = {}
        for number in range(options.count):
            kind = list(KINDS)[number % len(KINDS)]
            patterns, commands = KINDS[kind]
            command, path = draw.choice(commands), draw.choice(list_files(state.copy, patterns))
            if command not in whole:
                state.restore()
                whole[command] = execute(state, command)
                if whole[command][0].code != 0:
                    sys.exit(f"{command} fails on whole files:\n{whole[command][0].err}")
            state.restore()
            content, what = damage((state.copy / path).read_bytes(), draw)
            (state.project / path).write_bytes(content)
            found = execute(state, command)
            result = classify(kind, command, path, found, whole[command])
            counts[kind]["damaged"] += 1
            counts[kind][result] += 1
            if result not in ("refused", "same", "other"):
                print(f"{result}: {command} after {what} of {path}\n{found[0].err[-600:]}", file=sys.stderr, flush=True)
    total = sum(counts.values(), Counter[str]())
    rows = [(kind, *(str(found[name]) for name in COLUMNS[1:])) for kind, found in [*counts.items(), ("all", total)]]
    print_table("Damaged artefacts", COLUMNS, rows)
    sys.exit(any(total[name] for name in COLUMNS[5:]))


if __name__ == "__main__":
    main()
