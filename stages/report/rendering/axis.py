"""Places on a small axis: from numbers to what a template draws in the cells of a table."""

from dataclasses import dataclass
import math

#: width of a drawn cell, and the room beside its axis
WIDTH, ROOM = 150.0, 8.0


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Axis:
    """A range of values with 0 in it, laid over the width of a cell."""

    lowest: float
    highest: float
    width: float = WIDTH

    def position(self, value: float) -> float:
        """Where `value` lies in the picture."""
        share = (value - self.lowest) / (self.highest - self.lowest)
        return round(ROOM + share * (self.width - 2 * ROOM), 1)

    @property
    def zero(self) -> float:
        """Where 0 lies."""
        return self.position(0.0)

    @property
    def ticks(self) -> list[Tick]:
        """The outermost round values and 0: what fits above a column."""
        marks = nice_ticks(self.lowest, self.highest, signed=True, about=6)
        selected = {0: marks[0], len(marks) - 1: marks[-1]} | {
            index: mark for index, mark in enumerate(marks) if mark[1] == "0"
        }
        return [Tick(self.position(value), label) for _, (value, label) in sorted(selected.items())]


def axis(intervals: list[tuple[float, float]]) -> Axis:
    """The axis that holds 0 and every (low, high) of `intervals`."""
    lowest = min([0.0, *(low for low, _ in intervals)])
    highest = max([0.0, *(high for _, high in intervals)])
    room = 0.04 * (highest - lowest) or 1.0
    return Axis(lowest - room, highest + room)


def nice_ticks(low: float, high: float, *, signed: bool = False, about: int = 4) -> list[tuple[float, str]]:
    """About so many round values between `low` and `high`, each with its label."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    marks = [index * step for index in range(first, last + 1)]
    sign = "+" if signed else "-"
    return [(mark, "0" if not round(mark, 12) else f"{mark:{sign}.{digits}f}".replace("-", "−")) for mark in marks]
