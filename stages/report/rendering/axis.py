"""The axis of a table column with intervals: positions of values and ticks in a small picture."""

from dataclasses import dataclass
import math
from typing import ClassVar

#: width of the picture, and space at both ends of the axis
WIDTH, PADDING = 150.0, 8.0

#: steps between round values, at the most
_N_STEPS = 6


@dataclass(frozen=True)
class Axis:
    """A range of values that contains 0."""

    low: float
    high: float
    width: ClassVar[float] = WIDTH

    def position(self, value: float) -> float:
        """Return the x coordinate of `value`."""
        share = (value - self.low) / (self.high - self.low)
        return round(PADDING + share * (WIDTH - 2 * PADDING), 1)

    @property
    def zero(self) -> float:
        """The x coordinate of 0."""
        return self.position(0.0)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """The x coordinate and the label of 0 and of the outermost round values; a heading has no space for more."""
        rough = (self.high - self.low) / _N_STEPS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        multiples = {0, math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)}
        labels = {i: f"{i * step:+.{digits}f}".replace("-", "−") if i else "0" for i in sorted(multiples)}
        return [(self.position(i * step), label) for i, label in labels.items()]


def make_axis(intervals: list[tuple[float, float]]) -> Axis:
    """Return the axis that contains 0 and every (low, high) of `intervals`."""
    low = min([0.0, *(low for low, _ in intervals)])
    high = max([0.0, *(high for _, high in intervals)])
    padding = 0.04 * (high - low) or 1.0
    return Axis(low - padding, high + padding)
