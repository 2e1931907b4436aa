"""How often verdicts are false, and how often they are right where there is a difference.

`python -m benchmarks.verdict.false_claims` shows whether users may rely on "better" and "worse".

Eight strategies are compared with a reference. Where all nine are equally good, every claim is false. Where one of the
eight is better, the command counts how often it is called better. It also counts how often anything is claimed of the
other seven.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.markdown import format_percent, print_table
from benchmarks.shared.simulation import CONFIDENCE, REFERENCE, Scorer, draw_scores, make_labels, measure_scores
from stages.evaluate.uncertainty.bootstrap import bootstrap_weights
from stages.evaluate.uncertainty.differences import Difference, compare
from stages.shared.metrics.registry import compared
from stages.shared.storage.arrow import Floats, Ints

OTHERS = 8
#: test positives -> resamples
RESAMPLES = {20: 1000, 38: 1000, 100: 500}
#: test positives, and the correlation of the strategies' scores: models of one kind, or models that hardly differ
TIES = ((20, 0.5), (20, 0.9), (38, 0.5), (100, 0.5))
#: test positives, and how much better the one strategy separates the classes
GAINS = ((20, 0.5), (20, 1.0), (38, 0.5), (100, 0.5))
GAIN_CORRELATION = 0.9

Case = tuple[int, float]
Claims = Counter[tuple[str, Case]]  # family, case


def find_claims(y: Ints, scores: Sequence[Floats], samples: Sequence[Floats]) -> list[Difference]:
    """Compare all scores with the first; return the differences that are no ties."""
    reference, *others = measure_scores(y, scores, samples)
    results = compare([(other, reference) for other in others], CONFIDENCE)
    return [result for result in results if result.verdict != "tie"]


def count_claims(
    case: Case, gain: float, correlation: float, runs: int, random: np.random.RandomState
) -> tuple[Claims, Claims]:
    """Count the runs in which a family calls the first scorer better, and in which it makes any other claim.

    The first scorer separates the classes by `gain` better than the others, which tie.
    """
    y, right, wrong = make_labels(case[0]), Claims(), Claims()
    samples = list(bootstrap_weights(y, RESAMPLES[case[0]], 42))
    scorers = [REFERENCE, Scorer(REFERENCE.separation + gain), *[REFERENCE] * (OTHERS - 1)]
    for _ in range(runs):
        claims = find_claims(y, draw_scores(y, scorers, correlation, random), samples)
        true = [one for one in claims if gain and one.pair == 0 and one.verdict == "better"]
        false = [one for one in claims if one.pair != 0 or not gain]
        right.update((family, case) for family in {one.family for one in true})
        wrong.update((family, case) for family in {one.family for one in false})
    return right, wrong


def count_claims_on_equal_scores(random: np.random.RandomState) -> int:
    """Count the claims about strategies that give the same scores as the reference."""
    y = make_labels(20)
    scores = draw_scores(y, [REFERENCE], 0, random) * (OTHERS + 1)
    return len(find_claims(y, scores, list(bootstrap_weights(y, 1000, 42))))


def print_claims(title: str, parameter: str, claims: Claims, cases: tuple[Case, ...], runs: int) -> None:
    """Print a row for each family, a column for each case."""
    rows = [[family, *(format_percent(claims[family, case], runs) for case in cases)] for family in compared()]
    columns = [f"{positives} positives, {parameter} {level:g}" for positives, level in cases]
    print_table(f"{title}, {runs} runs", ["runs, %", *columns], rows)


def main() -> None:
    options = parse_simulation_options(__doc__, 500)
    random, power_runs = np.random.RandomState(options.seed), max(options.runs // 5, 1)
    false, right, wrong = Claims(), Claims(), Claims()
    for case in TIES:
        false += count_claims(case, 0.0, case[1], options.runs, random)[1]
    for case in GAINS:
        results = count_claims(case, case[1], GAIN_CORRELATION, power_runs, random)
        right += results[0]
        wrong += results[1]
    print_claims("False claims: any better or worse where all nine tie", "correlation", false, TIES, options.runs)
    print_claims("Power: the one that is better is called better", "separation +", right, GAINS, power_runs)
    print_claims("The same runs: any claim about the seven that tie", "separation +", wrong, GAINS, power_runs)
    print(f"\nThe same scores nine times: {count_claims_on_equal_scores(random)} claims.")


if __name__ == "__main__":
    main()
