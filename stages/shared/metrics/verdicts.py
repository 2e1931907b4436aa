"""The verdict on a difference in a metric, from its interval."""

from typing import Literal

from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.leaderboard import EffectVerdict

Direction = Literal["better", "worse"]


def find_direction(metric: str, low: float, high: float) -> Direction | None:
    """Return the direction of a difference whose interval excludes 0; None if the interval contains 0."""
    if low <= 0 <= high:
        return None
    return "better" if (low > 0) == METRICS[metric].higher_is_better else "worse"


def judge_effect(metric: str, low: float, high: float, margin: float) -> EffectVerdict:
    """Return `same` when the whole interval lies within ± `margin`; else the direction, if it is clear."""
    if -margin <= low and high <= margin:
        return "same"
    return find_direction(metric, low, high) or "cannot_tell"
