"""Choosing the model on test: the score that it is chosen for, and the score that it has."""

import numpy as np
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold

from stages.shared.errors import InputError
from stages.shared.storage.arrow import Floats, Ints
from tools.audit.intervals import inflation
from tools.audit.report.findings import Inflation, Pair

METRIC = "average_precision"


def selection(
    y: Ints, scores: dict[str, Floats], best_by_cv: str, repeats: int, random_state: int, confidence: float
) -> list[Inflation]:
    """The best candidate chosen on one half of the test rows, both ways round, over `repeats` halvings.

    Its score on that half is set against two honest ones: the score on the same half of the candidate that is best by
    cross-validation, and its own score on the other half, which had no part in choosing it (Cawley & Talbot 2010).
    `y` has shape (rows,), and so have the scores of each candidate. Raises InputError where a half would lack a class.
    """
    if np.bincount(y, minlength=2).min() < 2:
        raise InputError("the test side has fewer than two rows of a class")
    instead, elsewhere = [], []
    for repeat in range(repeats):
        halves = StratifiedKFold(2, shuffle=True, random_state=(random_state + repeat) % 2**32).split(y, y)
        found = [_chosen(y, scores, best_by_cv, chosen_on, other) for chosen_on, other in halves]
        by_cv, fresh, leaking = np.mean(found, axis=0).tolist()
        instead.append(Pair(by_cv, leaking))
        elsewhere.append(Pair(fresh, leaking))
    name = f"{len(scores)} candidates"
    return [
        inflation(pairs, 1.0, confidence, way, name, METRIC)  # halves: as many rows score as choose
        for way, pairs in (("model_selected_on_test", instead), ("model_selected_on_test_fresh_rows", elsewhere))
    ]


def _chosen(
    y: Ints, scores: dict[str, Floats], best_by_cv: str, chosen_on: Ints, other: Ints
) -> tuple[float, float, float]:
    """On the half `chosen_on`: the candidate that is best by cross-validation; on `other`, then here, the best here."""
    here = {name: float(average_precision_score(y[chosen_on], values[chosen_on])) for name, values in scores.items()}
    best = max(here, key=lambda name: here[name])
    return here[best_by_cv], float(average_precision_score(y[other], scores[best][other])), here[best]
