"""How often 95 % intervals contain the truth where rows come in groups: `python -m benchmarks.verdict.groups`.

It shows why the test rows are resampled by `split.group`: ten visits of a patient are less evidence than ten patients.

The rows of a group share part of the variance of the labels and of the noise of the scores. The intervals are those of
the stage evaluate, of one candidate and of a difference of two. They are computed once for single rows and once for
groups. The true values are those of 20,000 groups. Another draw has another prevalence, on which average precision, F1
and precision depend. No interval here varies it.
"""

from collections.abc import Iterator

import numpy as np
from scipy.special import expit

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.markdown import ShareTable
from benchmarks.shared.simulation import CONFIDENCE, THRESHOLD, mix_noise
from stages.evaluate.uncertainty.bootstrap import BootstrapResult, bootstrap, measure_samples
from stages.evaluate.uncertainty.differences import compare
from stages.evaluate.uncertainty.intervals import compute_intervals
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats, Ints

#: groups, rows of each, and the part of the variance that the rows of a group share
CASES = ((150, 4, 0.6), (60, 10, 0.6), (60, 10, 0.3))
INTERVALS = ("average_precision", "roc_auc", "brier_score", "recall", "specificity", "f1")
DIFFERENCES = ("average_precision", "roc_auc", "brier_score")
TRUE_GROUPS, RESAMPLES = 20_000, 500


def draw(groups: int, size: int, shared: float, random: np.random.RandomState) -> tuple[Ints, list[Floats], Ints]:
    """Return labels, of which one in seven is positive, the scores of two candidates, and the group of each row."""
    group = np.repeat(np.arange(groups), size)

    def draw_normal() -> Floats:
        return mix_noise(random.normal(size=groups)[group], random.normal(size=len(group)), shared)

    latent = draw_normal()
    return (latent > 1.1).astype(np.int64), [expit(1.5 * (latent + draw_normal()) - 2.5) for _ in range(2)], group


def measure_population(y: Ints, candidates: list[Floats]) -> list[BootstrapResult]:
    """Return the true values of the candidates, measured on the rows of a large sample."""
    return measure_samples([MetricEvaluator(y, scores, THRESHOLD) for scores in candidates], [np.ones((1, len(y)))])


def check(y: Ints, evaluators: list[MetricEvaluator], truth: list[BootstrapResult]) -> Iterator[tuple[str, bool]]:
    """Yield whether each interval of two candidates contains the true value."""
    results = bootstrap(y, evaluators, RESAMPLES, 0)
    intervals = compute_intervals(results[0], CONFIDENCE)
    for metric in INTERVALS:
        yield metric, intervals[metric][0] <= truth[0].values[METRICS[metric].family][metric] <= intervals[metric][1]
    for item in compare([(results[0], results[1])], CONFIDENCE):
        if item.metric in DIFFERENCES:
            first, second = (result.values[item.family][item.metric] for result in truth)
            yield f"difference, {item.metric}", item.low <= first - second <= item.high


def main() -> None:
    options = parse_simulation_options(__doc__, 300)
    random, table = np.random.RandomState(options.seed), ShareTable()
    for n_groups, size, shared in CASES:
        y, candidates, _ = draw(TRUE_GROUPS, size, shared, random)
        truth = measure_population(y, candidates)
        for _ in range(options.runs):
            y, candidates, group = draw(n_groups, size, shared, random)
            for resampled, groups in (("rows", None), ("groups", group)):
                evaluators = [MetricEvaluator(y, scores, THRESHOLD, groups) for scores in candidates]
                for name, held in check(y, evaluators, truth):
                    table.add(name, f"{n_groups} × {size}, {shared:g}, by {resampled}", held)
    table.print(f"Intervals that contain the truth, %, {options.runs} runs (groups × rows of each, shared variance)")


if __name__ == "__main__":
    main()
