"""What an audit reports: findings about the run, and how far each mistake inflates a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np

from stages.evaluate.uncertainty.cv_differences import corrected_interval

Severity = Literal["wrong", "suspicious", "fine"]

#: worst first
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True)
class Finding:
    """The result of one check: where, what was found there, and how to fix it when it is not fine."""

    severity: Severity
    where: str
    found: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.found}" + (f"; {self.fix}" if self.fix else "")


class Pair(NamedTuple):
    """A score measured without and with the mistake on the same split."""

    honest: float
    leaking: float


@dataclass(frozen=True)
class Inflation:
    """By how much a mistake raises a score, over several splits: the mean difference and its interval."""

    mistake: str
    classifier: str
    metric: str
    repeats: int
    honest: float  # means over the repeats
    leaking: float
    inflation: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """`inflates`, `deflates`, or `within noise` when the interval holds 0."""
        if self.low > 0:
            return "inflates"
        return "deflates" if self.high < 0 else "within noise"


def compute_inflation(
    pairs: Sequence[Pair], ratio: float, confidence: float, mistake: str, classifier: str, metric: str
) -> Inflation:
    """Return the mean of leaking − honest over the splits, with its corrected interval."""
    differences = [pair.leaking - pair.honest for pair in pairs]
    low, high = corrected_interval(differences, ratio, confidence)
    return Inflation(
        mistake=mistake,
        classifier=classifier,
        metric=metric,
        repeats=len(pairs),
        honest=float(np.mean([pair.honest for pair in pairs])),
        leaking=float(np.mean([pair.leaking for pair in pairs])),
        inflation=float(np.mean(differences)),
        low=low,
        high=high,
    )


def quote(name: str) -> str:
    """Return a column's name as findings write it, without control characters that could steer a terminal."""
    return f"`{''.join(letter if letter.isprintable() else '?' for letter in name)}`"


def locate_column(file: Path, name: str) -> str:
    """Return the location of a finding in a column."""
    return f"{file}: column {quote(name)}"


def count_with_verb(count: int, noun: str, verb: str) -> str:
    """Return a number of things with their verb: 1 row is, 2 rows are."""
    singular = {"are": "is", "have": "has"}
    return f"{count} {noun} {singular[verb]}" if count == 1 else f"{count} {noun}s {verb}"
