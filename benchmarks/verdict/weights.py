"""How often 95 % intervals contain the truth where rows have weights: `python -m benchmarks.verdict.weights`.

A survey draws some rows more often than others. The weight of a row is the number of rows of the population that it
represents. Here rows that the scores get wrong are drawn too seldom or too often. The intervals are those of the stage
evaluate, of one candidate and of a difference of two. They are computed once without the weights and once with them.
The true values are those of the population. Another draw has another weighted prevalence, on which average precision
and F1 depend. No interval here varies it.
"""

import numpy as np
from scipy.special import expit

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.markdown import ShareTable
from benchmarks.shared.simulation import THRESHOLD
from benchmarks.verdict.groups import check, measure_population
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.storage.arrow import Floats, Ints

#: rows of the sample, and the standard deviation of the logarithm of the weights in the population
CASES = ((600, 0.5), (600, 1.0), (3000, 1.0))
POPULATION = 400_000


def draw(rows: int, spread: float, random: np.random.RandomState) -> tuple[Ints, list[Floats], Floats]:
    """Return labels, of which one in seven is positive in the population, two candidates' scores, and weights.

    The weight depends on the error of the first candidate. A `spread` of 0 draws every row with the same probability.
    """
    n = POPULATION if spread == 0 else 20 * rows
    latent, errors = random.normal(size=n), [random.normal(size=n) for _ in range(2)]
    y = (latent > 1.1).astype(np.int64)
    scores = [expit(1.5 * (latent + error) - 2.5) for error in errors]
    weights = np.exp(spread * (errors[0] * np.where(y == 1, -1, 1) + random.normal(size=n)) / np.sqrt(2))
    kept = random.choice(n, rows if spread else n, replace=False, p=1 / weights / (1 / weights).sum())
    return y[kept], [values[kept] for values in scores], weights[kept] / weights[kept].mean()


def main() -> None:
    options = parse_simulation_options(__doc__, 300)
    random, table = np.random.RandomState(options.seed), ShareTable()
    y, candidates, _ = draw(0, 0.0, random)
    truth = measure_population(y, candidates)
    for rows, spread in CASES:
        for _ in range(options.runs):
            y, candidates, weights = draw(rows, spread, random)
            for use, used_weights in (("without", None), ("with", weights)):
                evaluators = [MetricEvaluator(y, scores, THRESHOLD, weights=used_weights) for scores in candidates]
                for name, held in check(y, evaluators, truth):
                    table.add(name, f"{rows} rows, {spread:g}, {use}", held)
    title = f"Intervals that contain the truth, %, {options.runs} runs (rows, spread of the weights, use of them)"
    table.print(title)


if __name__ == "__main__":
    main()
