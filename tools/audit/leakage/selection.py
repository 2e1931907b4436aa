"""The mistake of choosing the model on test: its score there against honest ones."""

import numpy as np
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold

from stages.shared.errors import InputError
from stages.shared.storage.arrow import Floats, Ints
from tools.audit.report.findings import Inflation, Pair, compute_inflation

METRIC = "average_precision"


def measure_selection(
    y: Ints, scores: dict[str, Floats], champion: str, repeats: int, random_state: int, confidence: float
) -> list[Inflation]:
    """Choose the best candidate on each half of the test rows, over `repeats` random halvings.

    Its score on that half is set against two honest ones: the score on the same half of the champion, which the
    train set chose, and its own score on the other half, which did not choose it (Cawley & Talbot 2010).
    `y` has shape (rows,), and so have the scores of each candidate. Raises InputError where a half lacks a class.
    """
    if np.bincount(y, minlength=2).min() < 2:
        raise InputError("the test set has fewer than two rows of a class")
    same_half, other_half = [], []
    for repeat in range(repeats):
        halves = StratifiedKFold(2, shuffle=True, random_state=(random_state + repeat) % 2**32).split(y, y)
        found = [_choose(y, scores, champion, chosen_on, other) for chosen_on, other in halves]
        honest, fresh, leaking = np.mean(found, axis=0).tolist()
        same_half.append(Pair(honest, leaking))
        other_half.append(Pair(fresh, leaking))
    name = f"{len(scores)} candidates"
    return [
        compute_inflation(pairs, 1.0, confidence, mistake, name, METRIC)  # halves: as many rows score as choose
        for mistake, pairs in (("model_selected_on_test", same_half), ("model_selected_on_test_fresh_rows", other_half))
    ]


def _choose(
    y: Ints, scores: dict[str, Floats], champion: str, chosen_on: Ints, other: Ints
) -> tuple[float, float, float]:
    """Return three scores: of the champion on `chosen_on`, of the best there on `other` and there."""
    here = {name: float(average_precision_score(y[chosen_on], values[chosen_on])) for name, values in scores.items()}
    best = max(here, key=lambda name: here[name])
    return here[champion], float(average_precision_score(y[other], scores[best][other])), here[best]
