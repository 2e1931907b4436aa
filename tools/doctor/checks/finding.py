"""The finding of a check, and functions that several checks use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import subprocess
from typing import Any, Literal, NamedTuple

from stages.shared.messages import command, printable, single_line

#: the command that repairs what can be repaired without a decision
FIX = command("python -m tools.doctor --fix")


class Finding(NamedTuple):
    """What a check found, and the command that fixes it."""

    level: Literal["ok", "note", "wrong"]
    found: str
    fix: str = ""


class SkippedError(Exception):
    """A check needs what another check has found to be wrong."""


def examine(check: Callable[[], Finding]) -> Finding:
    """Return what a check finds; a failure of the check is a finding too."""
    try:
        level, found, fix = check()
    except SkippedError:
        level, found, fix = "note", "not checked, because DVC does not work here", ""
    except ImportError as error:
        level, found, fix = "wrong", single_line(error), command("make setup")
    except Exception as error:  # whatever is broken, the other checks go on
        level, found, fix = "wrong", f"not checked: {single_line(error) or type(error).__name__}", command("make setup")
    return Finding(level, printable(found, 300), fix)


@contextmanager
def open_repository() -> Iterator[Any]:
    """Open the DVC repository. Raises SkippedError where `check_dvc` says why that fails."""
    from dvc.exceptions import DvcException

    from tools.repro import dvc_repo

    try:
        repo = dvc_repo.open_repository()
    except DvcException:
        raise SkippedError from None
    with repo:
        yield repo


def run_git(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run git; return its exit code with its output and its errors as text."""
    return subprocess.run(
        ["git", *arguments], capture_output=True, encoding="utf-8", errors="backslashreplace", check=False
    )
