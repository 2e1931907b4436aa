"""How often verdicts are false, and how often they are right where there is a difference.

`python -m benchmarks.verdict.false_claims` shows whether users may rely on "better" and "worse".

Eight strategies are compared with a reference. Where all nine are equally good, every claim is false. Where one of the
eight is better, the command counts how often it is called better. It also counts how often anything is claimed of the
other seven.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.markdown import ShareTable
from benchmarks.shared.simulation import CONFIDENCE, REFERENCE, Scorer, draw_scores, make_labels, measure_scores
from stages.evaluate.uncertainty.bootstrap import bootstrap_weights
from stages.evaluate.uncertainty.differences import Difference, compare
from stages.shared.metrics.registry import list_compared
from stages.shared.storage.arrow import Floats, Ints

OTHERS = 8
#: test positives -> resamples
RESAMPLES = {20: 1000, 38: 1000, 100: 500}
#: test positives, and the correlation of the strategies' scores: models of one kind, or models that hardly differ
TIES = ((20, 0.5), (20, 0.9), (38, 0.5), (100, 0.5))
#: test positives, and how much better the one strategy separates the classes
GAINS = ((20, 0.5), (20, 1.0), (38, 0.5), (100, 0.5))
GAIN_CORRELATION = 0.9


def find_claims(y: Ints, scores: Sequence[Floats], samples: Sequence[Floats]) -> list[Difference]:
    """Compare all scores with the first; return the differences that are no ties."""
    reference, *others = measure_scores(y, scores, samples)
    differences = compare([(result, reference) for result in others], CONFIDENCE)
    return [difference for difference in differences if difference.verdict != "tie"]


def simulate(
    positives: int, gain: float, correlation: float, runs: int, random: np.random.RandomState
) -> Iterator[list[Difference]]:
    """Yield the claims of each run, where the first of the others separates the classes by `gain` better."""
    y, samples = make_labels(positives), list(bootstrap_weights(make_labels(positives), RESAMPLES[positives], 42))
    scorers = [REFERENCE, Scorer(REFERENCE.separation + gain), *[REFERENCE] * (OTHERS - 1)]
    for _ in range(runs):
        yield find_claims(y, draw_scores(y, scorers, correlation, random), samples)


def add_families(table: ShareTable, column: str, claims: Iterable[Difference]) -> None:
    """Add to each family of metrics whether there is a claim about it."""
    families = {claim.family for claim in claims}
    for family in list_compared():
        table.add(family, column, family in families)


def main() -> None:
    options = parse_simulation_options(__doc__, 500)
    random, power_runs = np.random.RandomState(options.seed), max(options.runs // 5, 1)
    false, right, wrong = ShareTable(), ShareTable(), ShareTable()
    for positives, correlation in TIES:
        for claims in simulate(positives, 0.0, correlation, options.runs, random):
            add_families(false, f"{positives} positives, correlation {correlation:g}", claims)
    for positives, gain in GAINS:
        column = f"{positives} positives, separation + {gain:g}"
        for claims in simulate(positives, gain, GAIN_CORRELATION, power_runs, random):
            add_families(right, column, (claim for claim in claims if claim.pair == 0 and claim.verdict == "better"))
            add_families(wrong, column, (claim for claim in claims if claim.pair != 0))
    false.print(f"False claims: any better or worse where all nine tie, {options.runs} runs", "runs, %")
    right.print(f"Power: the one that is better is called better, {power_runs} runs", "runs, %")
    wrong.print(f"The same runs: any claim about the seven that tie, {power_runs} runs", "runs, %")
    y = make_labels(20)
    same = draw_scores(y, [REFERENCE], 0, random) * (OTHERS + 1)
    claims = find_claims(y, same, list(bootstrap_weights(y, 1000, 42)))
    print(f"\nThe same scores nine times: {len(claims)} claims.")


if __name__ == "__main__":
    main()
