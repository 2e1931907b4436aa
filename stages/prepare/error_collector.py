"""Problems of several checks, raised as one error."""

from collections.abc import Iterator
from contextlib import contextmanager

from stages.shared.errors import InputError


class Gatherer:
    """Lets each check say what is wrong before the first of them ends the run."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Keeps the problems of an InputError raised in the block."""
        try:
            yield
        except InputError as error:
            self.problems += error.problems

    def check(self) -> None:
        """Raises all problems that were kept."""
        if self.problems:
            raise InputError(self.problems)
