"""The gate where the folds chose the champions among equally good candidates: no change is a loss.

The choice raises the score in the folds, the more so the more candidates there are.
"""

from collections.abc import Iterator

import numpy as np

from benchmarks.shared.markdown import format_percent, print_table
from benchmarks.shared.simulation import CONFIDENCE, NEGATIVES, REFERENCE, draw_scores
from benchmarks.verdict.gate.rows import Gate
from stages.evaluate.uncertainty.jackknife import normal_quantile
from stages.shared.storage.arrow import Floats, Ints

TEST_POSITIVES = 38
#: candidates from which base and head choose, where head has other candidates than base
POOLS = ((20, 1), (20, 5), (1, 20))
#: candidates that head trains again
N_RETRAINED = 20
#: correlation of the scores of two candidates, and of one candidate in two revisions
BETWEEN, RETRAINED = 0.8, 0.95

Pair = tuple[Floats, Floats]


def print_choices(runs: int, seed: int) -> None:
    """Print the bias of the change and how often the gate stops, by the candidates of both revisions."""
    columns = [
        "champion of base, of head", "runs", "bias", "in standard errors",
        "stopped, %", "called better, %", "stopped by test alone, %",
    ]  # fmt: skip
    title = f"Champions that the folds chose among equally good candidates, {runs} runs"
    print_table(title, columns, _make_rows(runs, np.random.RandomState(seed)))


def _make_rows(runs: int, random: np.random.RandomState) -> Iterator[list[str]]:
    gate = Gate.make(TEST_POSITIVES, NEGATIVES)
    for before, after in POOLS:
        pairs = []
        for _ in range(runs):
            scores = draw_scores(gate.rows.y, [REFERENCE] * (before + after), BETWEEN, random)
            best_before, best_after = (max(pool, key=gate.score_folds) for pool in (scores[:before], scores[before:]))
            pairs.append((best_before, best_after))
        yield _summarize(f"the best of {before}, the best of {after} others", gate, pairs)
    by_name: list[Pair] = []
    best_twice: list[Pair] = []
    for _ in range(runs):
        old, new = _draw_again(gate.rows.y, random)
        best, best_again = (int(np.argmax(list(map(gate.score_folds, scores)))) for scores in (old, new))
        by_name.append((old[best], new[best]))
        if best == best_again:
            best_twice.append(by_name[-1])
    yield _summarize(f"the best of {N_RETRAINED}, the same candidate by its name", gate, by_name)
    yield _summarize(f"the best of {N_RETRAINED}, the same candidate as the best again", gate, best_twice)


def _summarize(name: str, gate: Gate, pairs: list[Pair]) -> list[str]:
    estimates, runs = [gate.judge_all(*pair) for pair in pairs], max(len(pairs), 1)
    bias = sum(item.estimate for item in estimates) / runs
    error = sum(item.high - item.low for item in estimates) / runs / 2 / normal_quantile(CONFIDENCE)
    counts = [
        sum(item.high < 0 for item in estimates),
        sum(item.low > 0 for item in estimates),
        sum(gate.judge_test(*pair).high < 0 for pair in pairs),
    ]
    shares = [format_percent(count, runs) for count in counts]
    return [name, str(len(pairs)), f"{bias:+.3f}", f"{bias / error if error else 0:+.2f}", *shares]


def _draw_again(y: Ints, random: np.random.RandomState) -> tuple[list[Floats], list[Floats]]:
    """Draw the scores of the candidates, and their scores after they were trained again."""
    sizes = ((1,), (N_RETRAINED,), (2, N_RETRAINED))
    common, of_candidate, of_fit = (random.normal(size=(*size, len(y))) for size in sizes)
    lasting = np.sqrt(BETWEEN) * common + np.sqrt(RETRAINED - BETWEEN) * of_candidate + REFERENCE.separation * y
    latent = [lasting + np.sqrt(1 - RETRAINED) * noise for noise in of_fit]
    old, new = ([REFERENCE.compute_probabilities(row) for row in of_revision] for of_revision in latent)
    return old, new
