"""The command `evenhand`: the stages and the tools of the pipeline, in a repository that has none of their files."""

import argparse
from importlib import import_module
import os
from pathlib import Path
import sys
from typing import NoReturn

from evenhand.source import PIPELINE, find_version, put_first

#: the commands for users
COMMANDS = {
    "init": "write dvc.yaml, params.yaml and what belongs to them into a git repository",
    "inspect": "show what the columns of a table are, and propose settings",
    "repro": "run what has changed, and print the verdict",
    "leaderboard": "print the leaderboard and the verdict",
    "predict": "score new rows with the champion",
    "compare": "compare two revisions, and print a review",
    "audit": "look for leaks, and measure common mistakes",
    "rotate": "judge the treatments on all rows, by several test sets",
    "learning_curve": "find out whether more rows would help",
    "params": "check params.yaml as a whole",
    "doctor": "find what is wrong here, and name the command that fixes it",
    "upgrade": "show how the files of the pipeline differ from the installed version",
}

#: the commands that dvc.yaml, other commands and evenhand.compare_treatments call
INNER = ("stage", "stages", "doctor.remote")
STAGES = ("synthesize", "prepare", "split", "train", "evaluate", "report", "train.refit")


def main() -> None:
    """Run a command of the pipeline."""
    lines = [f"  {name:15} {purpose}" for name, purpose in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="evenhand", description="Compare treatments of class imbalance on your own table.",
        epilog="\n".join(["commands (evenhand COMMAND --help explains each):", *lines]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"evenhand {find_version()}")
    parser.add_argument("command", metavar="COMMAND")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...")
    options = parser.parse_args(sys.argv[1:] or ["--help"])
    put_first()
    from stages.shared.errors import run_cli
    from stages.shared.messages import PACKAGE

    if Path.cwd() != PIPELINE:  # else the user works in the source tree, which has its own commands
        os.environ[PACKAGE] = "1"
    # DVC colors its lines, so control characters stay
    run_cli(lambda: _run(options.command, options.arguments), escape=options.command not in ("repro", "rotate"))


def _run(command: str, arguments: list[str]) -> None:
    from stages.shared.errors import InputError
    from stages.shared.messages import suggest_key

    def refuse(parser: argparse.ArgumentParser, message: str) -> NoReturn:
        raise InputError(f"{parser.prog}: {message}; `{parser.prog} --help` explains it")

    argparse.ArgumentParser.error = refuse  # type: ignore[assignment, method-assign]  # one line
    if command not in (*COMMANDS, *INNER):
        raise InputError(f"evenhand {command}: no such command; {suggest_key(command, COMMANDS)}")
    if command == "stage" and (not arguments or arguments[0] not in STAGES):
        raise InputError(f"evenhand stage: needs the name of a stage; allowed: {', '.join(STAGES)}")
    if command in ("stage", "repro", "rotate") and Path.cwd() != PIPELINE:
        from evenhand.lock import check_lock

        check_lock()
    if command == "stage":
        command, module, arguments = f"stage {arguments[0]}", f"stages.{arguments[0]}.__main__", arguments[1:]
    elif command in ("init", "upgrade"):
        module = f"evenhand.project.{command}"
    elif command == "stages":
        module = "evenhand.comparison.every_stage"
    else:
        module = "tools.doctor.remote" if command == "doctor.remote" else f"tools.{command}.__main__"
    sys.argv = [f"evenhand {command}", *arguments]
    import_module(module).main()
