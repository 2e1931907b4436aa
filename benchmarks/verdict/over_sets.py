"""What differences on several data sets say together: their mean with its interval, and how many have either sign."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import stdtrit

#: a smaller difference has no sign
LEAST = 0.0005


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float, float]:
    """Mean, low and high: Student's t over the data sets, so for another suite of the same kind; two are the least."""
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / np.sqrt(len(values))
    reach = float(stdtrit(len(values) - 1, (1 + confidence) / 2) * error)
    return mean, mean - reach, mean + reach


def signs(values: Sequence[float], least: float = LEAST) -> tuple[int, int]:
    """How many are above zero and how many below it, by `least` at any rate."""
    return sum(value >= least for value in values), sum(value <= -least for value in values)


def cell(values: Sequence[float], digits: int = 3) -> str:
    """`+0.012 [-0.003, +0.027] 8:5`: mean, interval, and the number of data sets above and below zero."""
    mean, low, high = (f"{value:+.{digits}f}" for value in mean_interval(values))
    above, below = signs(values)
    return f"{mean} [{low}, {high}] {above}:{below}"


def extremes(values: Mapping[str, float], most: int = 2) -> str:
    """The data sets with the highest and the lowest values: `yeast4 +0.041, …`."""
    ranked = sorted(values, key=lambda name: values[name])
    chosen = dict.fromkeys([*reversed(ranked[-most:]), *reversed(ranked[:most])])
    return ", ".join(f"{name} {values[name]:+.3f}" for name in chosen)
