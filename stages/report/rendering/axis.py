"""The axis of a table column with intervals: positions of values and ticks in a small picture."""

from dataclasses import dataclass
import math
from typing import ClassVar

#: width of the picture, and space at both ends of the axis
WIDTH, PADDING = 150.0, 8.0


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    x: float
    label: str


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
    def ticks(self) -> list[Tick]:
        """Ticks at 0 and at the outermost round values; a column heading has no space for more."""
        ticks = make_ticks(self.low, self.high, signed=True, n_ticks=6)
        return [
            Tick(self.position(value), label)
            for value, label in ticks
            if (value, label) in (ticks[0], ticks[-1]) or label == "0"
        ]


def make_axis(intervals: list[tuple[float, float]]) -> Axis:
    """Return the axis that contains 0 and every (low, high) of `intervals`."""
    low = min([0.0, *(low for low, _ in intervals)])
    high = max([0.0, *(high for _, high in intervals)])
    padding = 0.04 * (high - low) or 1.0
    return Axis(low - padding, high + padding)


def make_ticks(low: float, high: float, *, signed: bool = False, n_ticks: int = 4) -> list[tuple[float, str]]:
    """Return about `n_ticks` round values between `low` and `high`, each with its label."""
    rough = (high - low) / n_ticks
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    values = [i * step for i in range(first, last + 1)]
    sign = "+" if signed else "-"
    return [(value, "0" if not round(value, 12) else f"{value:{sign}.{digits}f}".replace("-", "−")) for value in values]
