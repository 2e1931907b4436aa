"""The simplest candidate beside the champion: one classifier and no treatment, and what it costs.

A user who must explain or maintain a model needs this difference first.
"""

from stages.report.formatting import format_difference, format_difference_interval, format_metric
from stages.report.verdict.cells import format_verdict
from stages.shared.classifiers import CLASSIFIERS
from stages.shared.metrics.registry import METRICS
from stages.shared.metrics.verdicts import judge_effect
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Leaderboard


def find_simplest(leaderboard: Leaderboard) -> Candidate:
    """Return the candidate of the reference strategy with the least complex classifier; of equals the best one."""
    candidates = [item for item in leaderboard.candidates if leaderboard.of_reference(item)]
    return min(candidates, key=lambda item: CLASSIFIERS[item.classifier].complexity)


def describe_simplest(leaderboard: Leaderboard, champion: Candidate) -> str:
    """Return what the simplest candidate costs in cross-validation; empty where it is the champion."""
    simplest, metric = find_simplest(leaderboard), leaderboard.settings.metric
    if str(simplest) == str(champion):
        return ""
    mean = simplest.cv[metric].mean
    comparison = leaderboard.cv_comparison(simplest, champion, metric)
    result = format_difference(metric, mean - champion.cv[metric].mean)
    if comparison is not None:
        bounds = format_difference_interval(metric, comparison.low, comparison.high)
        margin = leaderboard.settings.margins.get(metric, 0.0)
        verdict = judge_effect(metric, comparison.low, comparison.high, margin)
        result = f"{result} ({bounds}): {format_verdict(verdict)}"
    return (
        f"The simplest candidate, {simplest}, has a cross-validated {METRICS[metric].label} of "
        f"{format_metric(metric, mean)}; the difference from the champion is {result}."
    )
