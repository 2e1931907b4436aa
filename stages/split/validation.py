"""What a split must fulfil to be worth training on."""

import numpy as np

from stages.shared.errors import InputError
from stages.shared.storage.arrow import Bools, Ints
from stages.split.params import SplitStageParams

#: the share of the test side may be off by this part of what was asked
TOLERANCE = 1 / 3


def check_sides(test: Bools, y: Ints, units: Ints, params: SplitStageParams) -> None:
    """Raises InputError, naming the params that can mend it, when a side lacks a class or is far from its size."""
    asked = params.split.test_size
    key, mend = _advice(params)
    sides = {"train": ~test, "test": test}
    found = " and ".join(f"{name} {side.sum()} rows with {y[side].sum()} positives" for name, side in sides.items())
    problems = [
        f"params.yaml: {key}: the {name} side would have no {word} row ({found}); {mend}"
        for name, side in sides.items()
        for label, word in ((1, "positive"), (0, "negative"))
        if not (y[side] == label).any()
    ]
    positives = int(y[~test].sum())
    if 0 < positives < params.cv.n_splits:
        problems.append(
            f"params.yaml: {key}: the train side would have {positives} positives, but each of the cv.n_splits = "
            f"{params.cv.n_splits} folds needs one ({found}); {mend}, or lower cv.n_splits"
        )
    largest = np.bincount(units).max()
    if abs(test.mean() - asked) > TOLERANCE * asked:
        problems.append(
            f"params.yaml: {key}: the test side would have {test.mean():.1%} of the rows where split.test_size asks "
            f"for {asked:.1%} ({found}); the most rows that must stay together are {largest}; {mend}"
        )
    if problems:
        raise InputError(problems)


def _advice(params: SplitStageParams) -> tuple[str, str]:
    """The key of params.yaml that decided the split, and what to do about it."""
    if params.split.time:
        return "split.time", "choose another split.test_size, or null to part the rows by lot"
    if params.split.group:
        return "split.group", "choose another split.test_size or a finer group"
    return "split.test_size", "choose another split.test_size, or collect more rows"
