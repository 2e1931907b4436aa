"""Pictures as geometry: from numbers to places in a small SVG; the templates only draw them."""

from collections.abc import Sequence
from dataclasses import dataclass
import math

WIDTH = 420.0
_LABELS, _WORDS, _ROW, _TOP, _BOTTOM = 152.0, 56.0, 22.0, 8.0, 36.0
_LONGEST = 20  # characters of a name that fit beside the plot


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Bar:
    """One difference with its interval, in places of the picture."""

    name: str
    word: str
    y: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Forest:
    """Differences from a reference with their intervals, one below the other."""

    key: str
    title: str
    description: str
    axis: str
    height: float
    zero: float
    ticks: list[Tick]
    bars: list[Bar]
    kind: str = "forest"
    width: float = WIDTH


@dataclass(frozen=True)
class Line:
    """A curve as the points of an SVG polyline."""

    name: str
    points: str


@dataclass(frozen=True)
class Curves:
    """A value over epochs, for the training and the validation part."""

    key: str
    title: str
    description: str
    across: list[Tick]
    up: list[Tick]
    lines: list[Line]
    kind: str = "curves"
    width: float = 260.0
    height: float = 170.0


def forest(
    key: str, title: str, axis: str, differences: Sequence[tuple[str, str, float, float, float]], description: str
) -> Forest:
    """A forest plot of `differences`: (name, word, low, middle, high) each, in the order given."""
    lowest = min(0.0, *(low for _, _, low, _, _ in differences))
    highest = max(0.0, *(high for _, _, _, _, high in differences))
    room = 0.04 * (highest - lowest) or 1.0
    lowest, highest = lowest - room, highest + room

    def place(value: float) -> float:
        share = (value - lowest) / (highest - lowest)
        return round(_LABELS + share * (WIDTH - _LABELS - _WORDS), 1)

    bars = [
        Bar(_short(name), word, _TOP + _ROW * (index + 0.5), place(low), place(middle), place(high))
        for index, (name, word, low, middle, high) in enumerate(differences)
    ]
    ticks = [Tick(place(value), label) for value, label in nice_ticks(lowest, highest, signed=True)]
    height = _TOP + _ROW * len(bars) + _BOTTOM
    return Forest(key, title, description, axis, height, place(0.0), ticks, bars)


def curves(key: str, title: str, description: str, lines: Sequence[tuple[str, Sequence[float]]]) -> Curves:
    """Values by epoch, counted from 1, as lines: (name, values) each, of one length of at least 1."""
    left, right, top, bottom = 40.0, 250.0, 10.0, 136.0
    epochs = len(lines[0][1])
    values = [value for _, line in lines for value in line]
    lowest, highest = min(values), max(values)
    room = 0.05 * (highest - lowest) or 0.05
    lowest, highest = max(0.0, lowest - room), highest + room

    def x(epoch: int) -> float:
        return round(left + (right - left) * (epoch - 1) / max(1, epochs - 1), 1)

    def y(value: float) -> float:
        return round(bottom - (bottom - top) * (value - lowest) / (highest - lowest), 1)

    step = max(1, math.ceil(epochs / 120))  # more points than that cannot be seen apart
    shown = sorted({*range(1, epochs + 1, step), epochs})
    drawn = [Line(name, " ".join(f"{x(epoch)},{y(line[epoch - 1])}" for epoch in shown)) for name, line in lines]
    across = [Tick(x(epoch), str(epoch)) for epoch in sorted({1, (epochs + 1) // 2, epochs})]
    up = [Tick(y(value), label) for value, label in nice_ticks(lowest, highest)]
    return Curves(key, title, description, across, up, drawn)


def nice_ticks(low: float, high: float, *, signed: bool = False) -> list[tuple[float, str]]:
    """Three to six round values between `low` and `high`, each with its label."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    marks = [index * step for index in range(first, last + 1)]
    sign = "+" if signed else "-"
    return [(mark, "0" if not round(mark, 12) else f"{mark:{sign}.{digits}f}".replace("-", "−")) for mark in marks]


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
