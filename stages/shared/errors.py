"""The two ways in which a command fails on purpose, with their exit codes."""

from collections.abc import Callable, Iterable
import io
import sys
from typing import NoReturn


class InputError(Exception):
    """The input or the params are wrong; the user can mend it. Exit code 2.

    Each problem reads `<file or params key>: what is wrong, what was found, what is allowed, how to mend it`.
    """

    exit_code = 2

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class IntegrityError(InputError):
    """A stored artefact is not what its manifest says. Exit code 3."""

    exit_code = 3


def run_cli(main: Callable[[], None]) -> NoReturn:
    """Runs a command's `main`; a wrong input ends in `error: …` lines on stderr, never in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name from the table must not end the run in a poor locale
    try:
        main()
    except InputError as error:
        for problem in error.problems:
            print(f"error: {problem}", file=sys.stderr)
        sys.exit(error.exit_code)
    sys.exit(0)
