"""Expected errors with their exit codes, and the wrapper that every command line runs in.

A user error ends in `error: …` lines on stderr; a traceback always means a bug.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
import io
import sys
from typing import NoReturn


class InputError(Exception):
    """The input or the params are wrong and the user can fix them. Exit code 2.

    A problem reads `<file or params key>: what is wrong, what was found, what is allowed; how to fix it`.
    """

    exit_code = 2

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class IntegrityError(InputError):
    """A stored artefact does not match its manifest. Exit code 3."""

    exit_code = 3


class ErrorCollector:
    """Collect the problems of several checks and raise them as one error."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Keep the problems of an InputError that the block raises."""
        try:
            yield
        except InputError as error:
            self.problems += error.problems

    def check(self) -> None:
        """Raise one InputError with all collected problems, if there are any."""
        if self.problems:
            raise InputError(self.problems)


def run_cli(main: Callable[[], None]) -> NoReturn:
    """Run a command's `main`; print the problems of an InputError as `error: …` lines on stderr and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a column name must not break a run in an ASCII locale
    try:
        main()
    except InputError as error:
        for problem in error.problems:
            print(f"error: {problem}", file=sys.stderr)
        sys.exit(error.exit_code)
    sys.exit(0)
