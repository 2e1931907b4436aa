"""Means of differences over data sets, with Student's t intervals.

The interval treats the data sets as a sample, so it speaks about other suites of the same kind.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

#: a smaller difference counts as zero
SMALLEST_DIFFERENCE = 0.0005


def compute_mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean of at least two values and the limits of its 95 % t interval."""
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / np.sqrt(len(values))
    margin = float(stdtrit(len(values) - 1, 0.975) * error)
    return mean, mean - margin, mean + margin


def format_differences(values: Sequence[float], digits: int = 3) -> str:
    """Format mean, interval, and how many values are above and below zero: `+0.012 [-0.003, +0.027] 8:5`."""
    mean, low, high = (f"{value:+.{digits}f}" for value in compute_mean_interval(values))
    above = sum(value >= SMALLEST_DIFFERENCE for value in values)
    below = sum(value <= -SMALLEST_DIFFERENCE for value in values)
    return f"{mean} [{low}, {high}] {above}:{below}"
