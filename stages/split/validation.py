"""Checks that a split has rows of both classes in both subsets, about the requested size and the same prevalence."""

import numpy as np

from stages.shared.errors import raise_problems
from stages.shared.schemas.contract import Notice
from stages.shared.storage.arrow import Bools, Ints
from stages.split.params import SplitStageParams
from stages.split.periods import Reason

#: largest relative difference of the share of test rows from that in params.yaml
TOLERANCE = 1 / 3

#: the positives of the test set may also differ from the expected ones by so many standard deviations of a random draw
DEVIATIONS = 2


def validate_split(train: Bools, test: Bools, y: Ints, groups: Ints, params: SplitStageParams) -> None:
    """Raise InputError, with the params to change, when a subset lacks a class or the test size is far off."""
    share = params.split.test_share
    key, fix = _find_advice(params)
    subsets = {"train": train, "test": test}
    counts = " and ".join(
        f"{name} {subset.sum()} rows with {y[subset].sum()} positives" for name, subset in subsets.items()
    )
    problems = [
        f"params.yaml: {key}: the {name} set would have no {word} row ({counts}); {fix}"
        for name, subset in subsets.items()
        for label, word in ((1, "positive"), (0, "negative"))
        if not (y[subset] == label).any()
    ]
    positives = int(y[train].sum())
    if 0 < positives < params.cv.n_splits:
        problems.append(
            f"params.yaml: {key}: the train set would have {positives} positives, but each of the cv.n_splits = "
            f"{params.cv.n_splits} folds needs one ({counts}); {fix}, or lower cv.n_splits"
        )
    largest = np.bincount(groups).max()
    if abs(test.mean() - share) > TOLERANCE * share:
        requested = "split.rotation asks for" if params.split.rotation else "split.test_size is"
        problems.append(
            f"params.yaml: {key}: the test set would have {test.mean():.1%} of the rows, {requested} {share:.1%} "
            f"({counts}); the largest group has {largest} rows; {fix}"
        )
    if (drift := _describe_drift(test, y)) and not (params.split.time or params.split.group):
        problems.append(
            f"params.yaml: split.duplicates: {drift} ({counts}); the largest group of equal rows has {largest} rows; "
            "choose ignore, if equal rows are different cases, or another random_state"
        )
    raise_problems(problems)


def validate_dropped(dropped: dict[Reason, Bools], test: Bools) -> None:
    """Raise InputError when groups or duplicates across the border would take too many rows from train."""
    before = int((~test).sum())
    fixes = {
        "split.group": "choose a finer group, or set split.group to null if a group may be in train and test",
        "split.duplicates": "choose ignore, if equal rows are different cases",
    }
    problems = [
        f"params.yaml: {reason}: with split.time, {dropped[reason].sum()} of the {before} rows before the test period "
        f"belong together with rows in it, and train would do without them; {fix}"
        for reason, fix in fixes.items()
        if reason in dropped and dropped[reason].sum() > TOLERANCE * before
    ]
    raise_problems(problems)


def notice_prevalence(test: Bools, y: Ints, params: SplitStageParams) -> list[Notice]:
    """Return a notice where the test set has another prevalence: with time or groups that may be real."""
    if not (drift := _describe_drift(test, y)):
        return []
    key = _find_advice(params)[0]
    message = f"{key}: {drift}; average precision rises with prevalence, so scores of train and test do not compare"
    return [Notice(column=None, kind="prevalence_differs", message=message)]


def _describe_drift(test: Bools, y: Ints) -> str:
    """Describe the prevalence of the test set if it is far from that of the table; empty otherwise."""
    prevalence, rows, positives = y.mean(), int(test.sum()), int(y[test].sum())
    expected = prevalence * rows
    allowed = max(TOLERANCE * expected, DEVIATIONS * (expected * (1 - prevalence)) ** 0.5)
    if abs(positives - expected) <= allowed:
        return ""
    return f"{positives / rows:.1%} of the test rows are positive, of all rows {prevalence:.1%}"


def _find_advice(params: SplitStageParams) -> tuple[str, str]:
    """Return the params key that decided the split, and how to fix it."""
    if params.split.time:
        return "split.time", "change split.test_size, or set split.time to null for a random split"
    size = "choose fewer test sets" if params.split.rotation else "change split.test_size"
    if params.split.group:
        return "split.group", f"{size} or choose a finer group"
    return "split.rotation" if params.split.rotation else "split.test_size", f"{size}, or collect more rows"
