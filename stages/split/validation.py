"""Checks that a split has rows of both classes in both subsets and about the requested size."""

import numpy as np

from stages.shared.errors import InputError
from stages.shared.storage.arrow import Bools, Ints
from stages.split.params import SplitStageParams

#: the share of test rows may differ from split.test_size by this relative amount
TOLERANCE = 1 / 3


def validate_split(test: Bools, y: Ints, groups: Ints, params: SplitStageParams) -> None:
    """Raise InputError, with the params to change, when a subset lacks a class or the test size is far off."""
    test_size = params.split.test_size
    key, fix = _advice(params)
    subsets = {"train": ~test, "test": test}
    counts = " and ".join(
        f"{name} {subset.sum()} rows with {y[subset].sum()} positives" for name, subset in subsets.items()
    )
    problems = [
        f"params.yaml: {key}: the {name} set would have no {word} row ({counts}); {fix}"
        for name, subset in subsets.items()
        for label, word in ((1, "positive"), (0, "negative"))
        if not (y[subset] == label).any()
    ]
    positives = int(y[~test].sum())
    if 0 < positives < params.cv.n_splits:
        problems.append(
            f"params.yaml: {key}: the train set would have {positives} positives, but each of the cv.n_splits = "
            f"{params.cv.n_splits} folds needs one ({counts}); {fix}, or lower cv.n_splits"
        )
    largest = np.bincount(groups).max()
    if abs(test.mean() - test_size) > TOLERANCE * test_size:
        problems.append(
            f"params.yaml: {key}: the test set would have {test.mean():.1%} of the rows, split.test_size is "
            f"{test_size:.1%} ({counts}); the largest group has {largest} rows; {fix}"
        )
    if problems:
        raise InputError(problems)


def _advice(params: SplitStageParams) -> tuple[str, str]:
    """Return the params key that decided the split, and how to fix it."""
    if params.split.time:
        return "split.time", "change split.test_size, or set split.time to null for a random split"
    if params.split.group:
        return "split.group", "change split.test_size or choose a finer group"
    return "split.test_size", "change split.test_size, or collect more rows"
