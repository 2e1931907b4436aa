"""How often the referee claims what is not so, and finds what is: `python -m benchmarks.verdict.false_claims`.

Nine strategies, of which the first is the reference. Where all are equally good, every "better" or "worse" is false;
counted is whether a family of comparisons holds any. Where one is better, counted is whether that is found, and what
is said of the seven others.
"""

from collections import Counter
import time

import numpy as np

from benchmarks.verdict.tables import arguments, percent, print_table
from benchmarks.verdict.world import Scorer, draw, labels
from stages.evaluate.metric_evaluator import MetricEvaluator
from stages.evaluate.uncertainty.bootstrap import bootstrap_weights, measure_samples
from stages.evaluate.uncertainty.differences import Difference, compare
from stages.shared.metrics.registry import compared
from stages.shared.storage.arrow import Floats, Ints

CONFIDENCE = 0.95
THRESHOLD = 0.2
OTHERS = 8
PLAIN = Scorer(2.0)
#: test positives -> resamples: as many as a few minutes allow
RESAMPLES = {20: 1000, 38: 1000, 100: 500}
#: test positives and how much alike the strategies are, from models of one kind to models that hardly differ
TIES = ((20, 0.5), (20, 0.9), (38, 0.5), (100, 0.5))
#: test positives and by how much the one strategy separates the classes better; all are much alike
GAINS = ((20, 0.5), (20, 1.0), (38, 0.5), (100, 0.5))
GAIN_CORRELATION = 0.9

Case = tuple[int, float]
Counts = Counter[tuple[str, Case]]  # by family


def judged(y: Ints, rows: list[Floats], samples: list[Floats]) -> list[Difference]:
    """What is claimed of all scores against the first."""
    reference, *others = measure_samples([MetricEvaluator(y, row, THRESHOLD) for row in rows], samples)
    return [
        result for result in compare([(other, reference) for other in others], CONFIDENCE) if result.verdict != "tie"
    ]


def ties(case: Case, runs: int, random: np.random.RandomState) -> Counts:
    """In how many runs each family claims anything although all scorers are equally good."""
    positives, correlation = case
    y, claims = labels(positives), Counts()
    samples = list(bootstrap_weights(y, RESAMPLES[positives], 42))
    for _ in range(runs):
        result = judged(y, draw(y, [PLAIN] * (OTHERS + 1), correlation, random), samples)
        claims.update((family, case) for family in {item.family for item in result})
    return claims


def gains(case: Case, runs: int, random: np.random.RandomState) -> tuple[Counts, Counts]:
    """In how many runs each family finds the one better scorer better, and claims anything of those that tie."""
    positives, gain = case
    y, right, wrong = labels(positives), Counts(), Counts()
    samples = list(bootstrap_weights(y, RESAMPLES[positives], 42))
    scorers = [PLAIN, Scorer(PLAIN.separation + gain), *[PLAIN] * (OTHERS - 1)]
    for _ in range(runs):
        claims = judged(y, draw(y, scorers, GAIN_CORRELATION, random), samples)
        better = [item for item in claims if item.verdict == "better"]
        right.update((family, case) for family in {item.family for item in better if item.pair == 0})
        wrong.update((family, case) for family in {item.family for item in claims if item.pair != 0})
    return right, wrong


def same_again(random: np.random.RandomState) -> int:
    """How many claims are made of strategies that change nothing: the same scores nine times."""
    y = labels(20)
    return len(judged(y, draw(y, [PLAIN], 0, random) * (OTHERS + 1), list(bootstrap_weights(y, 1000, 42))))


def report(title: str, what: str, counts: Counts, cases: tuple[Case, ...], runs: int) -> None:
    """One table: a row a family, a column a case."""
    rows = [[family, *(percent(counts[family, case], runs) for case in cases)] for family in compared()]
    columns = [f"{positives} positives, {what} {level:g}" for positives, level in cases]
    print_table(title, ["runs, %", *columns], rows)


def main() -> None:
    """Prints the tables as Markdown."""
    options = arguments(__doc__, 500)
    start, random = time.perf_counter(), np.random.RandomState(options.seed)
    power_runs = max(options.runs // 5, 1)
    claims, right, wrong = Counts(), Counts(), Counts()
    for case in TIES:
        claims += ties(case, options.runs, random)
    for case in GAINS:
        result = gains(case, power_runs, random)
        right += result[0]
        wrong += result[1]
    print(f"Runs: {options.runs} for false claims, {power_runs} for power. Seed {options.seed}.")
    report("False claims: any better or worse where all nine tie", "correlation", claims, TIES, options.runs)
    report("Power: the one that is better is called better", "separation +", right, GAINS, power_runs)
    report("The same runs: any claim of the seven that tie", "separation +", wrong, GAINS, power_runs)
    print(f"\nThe same scores nine times: {same_again(random)} claims.")
    print(f"\n{time.perf_counter() - start:.0f} seconds.")


if __name__ == "__main__":
    main()
