"""The door of experiments: `python -m tools.experiments`."""

import argparse
import json
import subprocess
import sys

from stages.shared.errors import InputError, run_cli
from tools.experiments.rows import rows
from tools.experiments.table import table


def main() -> None:
    """Lists DVC's experiments, one a line: the champion, four of its test metrics, and the params that it changed."""
    parser = argparse.ArgumentParser(prog="python -m tools.experiments", description=main.__doc__)
    parser.add_argument("-n", "--commits", type=int, default=1, help="newest commits to begin from (%(default)s)")
    commits = parser.parse_args().commits
    if commits < 1:
        raise InputError(f"--commits {commits}: at least 1 is needed")
    command = [sys.executable, "-m", "dvc", "exp", "show", "--json", "--num", str(commits)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        shown = json.loads(done.stdout)
    except ValueError:
        raise InputError(f"dvc exp show: {' '.join(done.stderr.split())}; run this from the repository root") from None
    print("\n".join(table(rows(shown))))


if __name__ == "__main__":
    run_cli(main)
