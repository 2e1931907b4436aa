"""Expected errors with their exit codes, and the wrapper that every command line runs in.

A user error ends in `error: …` lines on stderr; a traceback always means a bug.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
import io
import os
import sys
from typing import NoReturn

from stages.shared.messages import escape_controls, printable
from stages.shared.runtime.child_process import BUSY, exit_with_dvc
from stages.shared.runtime.faults import describe_fault, drop_output, is_closed_pipe
from stages.shared.runtime.stop_signals import Stopped, exit_on_signals

#: the exit code of a command whose reader has ended, as if SIGPIPE had killed it
CLOSED_PIPE = 141


class InputError(Exception):
    """The input or the params are wrong and the user can fix them. Exit code 2.

    A problem reads `<file or params key>: what is wrong, what was found, what is allowed; how to fix it`.
    """

    exit_code = 2

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class NotApplicableError(InputError):
    """A strategy, or one of its classifiers, has valid settings and cannot work on these rows.

    `train` leaves it out and goes on, so that one strategy does not end the run.
    """

    def __init__(self, problems: str | Iterable[str], classifier: str | None = None) -> None:
        super().__init__(problems)
        self.classifier = classifier  # None: the whole strategy


class IntegrityError(InputError):
    """A stored artefact does not match its manifest. Exit code 3."""

    exit_code = 3


class BusyError(InputError):
    """Another process works here, so a later try can succeed. Exit code 75."""

    exit_code = BUSY


def raise_problems(problems: list[str]) -> None:
    """Raise InputError with all of `problems`, if there are any."""
    if problems:
        raise InputError(problems)


class ErrorCollector:
    """Collect the problems of several checks and raise them as one error; IntegrityError if all of them are."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._damaged = 0

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Keep the problems of an InputError that the block raises."""
        try:
            yield
        except InputError as error:
            self.problems += error.problems
            self._damaged += len(error.problems) * isinstance(error, IntegrityError)

    def check(self) -> None:
        """Raise one error with all collected problems, if there are any."""
        if self.problems:
            raise (IntegrityError if self._damaged == len(self.problems) else InputError)(self.problems)


def run_cli(main: Callable[[], None], escape: bool = True) -> NoReturn:
    """Run a command's `main` and exit; wrong input and faults of the environment become `error: …` lines on stderr.

    Ctrl-C and SIGTERM end it with 130 and 143. A command that DVC started ends with DVC. With `escape`, control
    characters in what it prints are escaped.
    """
    exit_with_dvc()
    undo = exit_on_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a column name must not break a run in an ASCII locale
        if escape and stream is not None:
            escape_controls(stream)
    code = _call(main)
    if sys.stdout is not None:
        code = _call(sys.stdout.flush) or code
    drop_output()
    undo()
    sys.exit(code)


def _call(function: Callable[[], None]) -> int | str | None:
    """Call a function; print what a user can fix, and return the exit code. Bugs are raised."""
    try:
        function()
    except Stopped as stop:
        drop_output()
        os._exit(int(stop.code or 0))  # Python would otherwise wait for the calls of worker processes
    except SystemExit as end:
        return end.code
    except InputError as error:
        return _print_errors(error.problems, error.exit_code)
    except Exception as error:
        if is_closed_pipe(error):
            return CLOSED_PIPE
        fault = describe_fault(error, "output")
        if fault is None:
            raise
        return _print_errors([fault[0]], fault[1])
    return 0


def _print_errors(problems: Iterable[str], code: int) -> int:
    with suppress(OSError):  # nobody can read stderr
        for problem in problems:
            print(f"error: {printable(problem)}", file=sys.stderr, flush=True)
    return code
