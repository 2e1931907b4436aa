"""The finding of a check, and functions that several checks use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import subprocess
from typing import Any, Literal, NamedTuple

from stages.shared.messages import command, printable, single_line

#: the command that repairs what can be repaired without a decision
FIX = command("python -m tools.doctor --fix")


class Finding(NamedTuple):
    """The result of a check, and the command that fixes the problem."""

    level: Literal["ok", "note", "wrong"]
    message: str
    fix: str = ""


class SkippedError(Exception):
    """A check cannot run, because another check has found the cause."""


def examine(check: Callable[[], Finding]) -> Finding:
    """Return what a check finds; a failure of the check is a finding too."""
    try:
        level, message, fix = check()
    except SkippedError:
        level, message, fix = "note", "not checked, because DVC does not work here", ""
    except ImportError as error:
        level, message, fix = "wrong", single_line(error), command("make setup")
    except Exception as error:  # a broken check must not stop the others
        reason = single_line(error) or type(error).__name__
        level, message, fix = "wrong", f"not checked: {reason}", command("make setup")
    return Finding(level, printable(message, 300), fix)


@contextmanager
def open_repository() -> Iterator[Any]:
    """Open the DVC repository. Raises SkippedError where that fails, because `check_dvc` reports the reason."""
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
