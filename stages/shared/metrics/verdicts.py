"""The verdict on a difference in a metric, from its interval."""

from typing import Literal

from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.leaderboard import EffectVerdict

Side = Literal["better", "worse"]


def find_side(metric: str, low: float, high: float) -> Side | None:
    """Return on which side of 0 the interval of a difference lies; None if it holds 0."""
    if low <= 0 <= high:
        return None
    return "better" if (low > 0) == METRICS[metric].higher_is_better else "worse"


def judge_effect(metric: str, low: float, high: float, margin: float) -> EffectVerdict:
    """Return `same` when the whole interval lies within ± `margin`; otherwise whether it leaves out 0, and where."""
    if -margin <= low and high <= margin:
        return "same"
    return find_side(metric, low, high) or "cannot_tell"
