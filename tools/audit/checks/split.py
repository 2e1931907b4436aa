"""Checks of the split: rows, duplicates and groups in both sets, the order of time, contradictory labels.

The first four cannot fail after an honest run; they find files that another program wrote.
"""

import numpy as np

from stages.shared import paths
from stages.split.duplicates import check_duplicates
from stages.split.groups import encode_cells, find_duplicates
from tools.audit.report.findings import Finding, column, count_with_verb
from tools.audit.run import Run

RERUN = "run `dvc repro`, and let no other program write these files"
BOTH = f"{paths.TRAIN} and {paths.TEST}"


def rows_on_both(run: Run) -> list[Finding]:
    """Find rows of the prepared table that are in both sets, or in neither."""
    shared = len(np.intersect1d(run.train.rows, run.test.rows))
    lost = len(np.setxor1d(run.prepared.rows, run.both.rows)) - _count_left_out(run)
    findings = [
        Finding("wrong", BOTH, f"{count_with_verb(number, 'row', 'are')} {what}", RERUN)
        for number, what in ((shared, "in both (by __row__)"), (lost, f"not as in {paths.PREPARED}"))
        if number
    ]
    return findings or [Finding("fine", BOTH, f"every row of {paths.PREPARED} is in one of them")]


def _count_left_out(run: Run) -> int:
    """Return how many rows the split left out, as its flow says: with split.time, rows that know the test period."""
    steps = {step.step: step.rows for step in run.train.flow}
    return len(run.prepared.rows) - steps["train"] - steps["test"]


def duplicates(run: Run) -> list[Finding]:
    """Find rows of test that equal a row of train in all features: wrong, unless split.duplicates ignores them."""
    numbers, test = find_duplicates(run.both), run.is_test
    known = int(np.isin(numbers[test], numbers[~test]).sum())
    if known:
        found = f"{known} of {int(test.sum())} rows repeat a row of {paths.TRAIN} in every feature"
        if not check_duplicates(run.prepared, run.prepared.target, run.params.split.duplicates).together:
            return [Finding("fine", str(paths.TEST), f"{found}; split.duplicates takes them for different cases")]
        return [Finding("wrong", str(paths.TEST), found, RERUN)]
    return [Finding("fine", BOTH, "no row of one equals a row of the other in every feature")]


def groups(run: Run) -> list[Finding]:
    """Find groups with rows in both sets."""
    name = run.train.contract.group
    if name is None:
        return [Finding("fine", str(paths.PARAMS), "split.group names no column, so there are no groups")]
    numbers, test = encode_cells(run.both.data.column(name)), run.is_test
    shared = len(np.intersect1d(numbers[test], numbers[~test]))
    if shared:
        found = f"{count_with_verb(shared, 'group', 'have')} rows in {paths.TRAIN} too"
        return [Finding("wrong", column(paths.TEST, name), found, RERUN)]
    return [Finding("fine", column(paths.TEST, name), "no group has rows in both sets")]


def time_order(run: Run) -> list[Finding]:
    """Find rows of train that are as late as the first rows of test, or within split.gap of them."""
    name = run.train.contract.time
    if name is None:
        return [Finding("fine", str(paths.PARAMS), "split.time names no column, so the split is random")]
    late = int((run.train.times >= run.test.times.min() - run.train.contract.gap).sum())
    if late:
        rows = count_with_verb(late, "row", "are")
        found = f"{rows} as late as rows of {paths.TEST}, so models learn from the future"
        return [Finding("wrong", column(paths.TRAIN, name), found, RERUN)]
    return [Finding("fine", column(paths.TRAIN, name), "every row is earlier than the test set")]


def label_noise(run: Run) -> list[Finding]:
    """Find rows that are equal in all features and have both labels."""
    numbers, y = find_duplicates(run.prepared), run.prepared.target
    rows = np.bincount(numbers)
    positives = np.bincount(numbers, weights=y)
    mixed = (positives > 0) & (positives < rows)
    if not mixed.any():
        return [Finding("fine", str(paths.PREPARED), "rows that are equal in every feature have the same label")]
    count = int(rows[mixed].sum())
    found = f"{count} rows are equal in every feature to a row with the other label, so no model can be right on both"
    fix = "look for a feature that was left out, or correct the labels"
    return [Finding("suspicious", str(paths.PREPARED), found, fix)]
