"""Numbers and names as people read them: true minus signs, fixed digits, lists with an `and`."""

from collections.abc import Sequence

from stages.shared.metrics.registry import DEFAULT_DIGITS, METRICS

MINUS = "\N{MINUS SIGN}"

#: metrics as a sentence names them
LABELS = {name: metric.label for name, metric in METRICS.items()}

#: metrics of which less is better
LOWER_IS_BETTER = frozenset(name for name, metric in METRICS.items() if not metric.higher_is_better)

#: digits after the point, where they are not the default
DIGITS = {name: metric.digits for name, metric in METRICS.items() if metric.digits != DEFAULT_DIGITS} | {"ece": 4}


def number(metric: str, value: float) -> str:
    """A value of `metric`: 0.850, or 0.0285 for the Brier score."""
    return f"{value:.{_digits(metric, value)}f}".replace("-", MINUS)


def signed(metric: str, value: float) -> str:
    """A difference in `metric` with its sign: +0.012 or −0.012; nothing is 0.000."""
    return f"{value:{'+' if value else ''}.{_digits(metric, value)}f}".replace("-", MINUS)


def interval(metric: str, low: float, high: float) -> str:
    """An interval of values: 0.740 to 0.920."""
    return f"{number(metric, low)} to {number(metric, high)}"


def signed_interval(metric: str, low: float, high: float) -> str:
    """An interval of differences: −0.058 to +0.016."""
    return f"{signed(metric, low)} to {signed(metric, high)}"


def percent(share: float) -> str:
    """A share in per cent, with no more digits than it has: 95 %, 4.8 %."""
    return f"{100 * share:.3g} %"


def count(value: float) -> str:
    """A whole number with thousands apart: 12,345."""
    return f"{value:,.0f}".replace("-", MINUS)


def join_names(names: Sequence[str]) -> str:
    """Names as a sentence lists them: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def spread(values: Sequence[int]) -> str:
    """Whole numbers as the range that they span: 1,440, or 1,438 to 1,440."""
    low, high = min(values), max(values)
    return count(low) if low == high else f"{count(low)} to {count(high)}"


def _digits(metric: str, value: float) -> int:
    """The metric's digits, or as many more as show the first figure: a "+0.000" that counts as better is a riddle."""
    digits = DIGITS.get(metric, DEFAULT_DIGITS)
    while value and digits < 6 and not float(f"{value:.{digits}f}"):
        digits += 1
    return digits
