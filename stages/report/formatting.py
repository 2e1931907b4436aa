"""Numbers and names as text for pages and terminals.

The report and the tools format every value here, so that a metric has the same digits everywhere.
"""

from collections.abc import Sequence

from stages.shared.metrics.registry import DEFAULT_DIGITS, METRICS, is_metric

MINUS = "\N{MINUS SIGN}"

#: digits of the expected calibration error, which the registry lacks
_ECE_DIGITS = 4


def format_metric(metric: str, value: float) -> str:
    """Return a value with the digits of its metric: 0.850, or 0.0285 for the Brier score."""
    return f"{value:.{_choose_digits(metric, value)}f}".replace("-", MINUS)


def format_difference(metric: str, value: float) -> str:
    """Return a difference with its sign: +0.012 or −0.012; zero is 0.000."""
    return f"{value:{'+' if value else ''}.{_choose_digits(metric, value)}f}".replace("-", MINUS)


def format_interval(metric: str, low: float, high: float) -> str:
    """Return an interval of values: 0.740 to 0.920."""
    return f"{format_metric(metric, low)} to {format_metric(metric, high)}"


def format_difference_interval(metric: str, low: float, high: float) -> str:
    """Return an interval of differences: −0.058 to +0.016."""
    return f"{format_difference(metric, low)} to {format_difference(metric, high)}"


def format_estimate(metric: str, difference: float, low: float, high: float) -> str:
    """Return a difference with its interval: +0.030 (+0.010 to +0.050)."""
    return f"{format_difference(metric, difference)} ({format_difference_interval(metric, low, high)})"


def format_percent(share: float) -> str:
    """Return a share in percent, with up to three significant digits: 95 %, 4.8 %."""
    return f"{100 * share:.3g} %"


def format_count(value: float) -> str:
    """Return a whole number with separators of thousands: 12,345."""
    return f"{value:,.0f}".replace("-", MINUS)


def format_range(values: Sequence[int]) -> str:
    """Return the range of whole numbers: 1,438 to 1,440, or 1,440 if all are equal."""
    low, high = min(values), max(values)
    return format_count(low) if low == high else f"{format_count(low)} to {format_count(high)}"


def format_axis_title(metric: str) -> str:
    """Return the label of a metric and its direction: recall, or Brier score (lower is better)."""
    return METRICS[metric].label + ("" if METRICS[metric].higher_is_better else " (lower is better)")


def join_names(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def get_digits(metric: str) -> int:
    """Return the digits after the point of a metric, or of a value outside the registry such as a threshold."""
    if is_metric(metric):
        return METRICS[metric].digits
    return _ECE_DIGITS if metric == "ece" else DEFAULT_DIGITS


def _choose_digits(metric: str, value: float) -> int:
    """Return the digits of the metric, or as many as it takes to show a value that is not 0."""
    digits = get_digits(metric)
    while value and digits < 6 and not float(f"{value:.{digits}f}"):
        digits += 1
    return digits
