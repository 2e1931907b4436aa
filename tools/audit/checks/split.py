"""Checks of the split: rows, duplicates and groups in both sets, the order of time, contradictory labels.

The first four cannot fail after an honest run; they find files that another program wrote.
"""

import numpy as np

from stages.shared import paths
from stages.split.duplicates import check_duplicates
from stages.split.groups import encode_cells, find_duplicates
from tools.audit.report.findings import Finding, count_with_verb, locate_column
from tools.audit.run import Run

RERUN = "run `dvc repro`, and let no other program write these files"
BOTH = f"{paths.TRAIN} and {paths.TEST}"


def find_misplaced_rows(run: Run) -> list[Finding]:
    """Find rows of the prepared table that are in both sets, or in neither."""
    shared = len(np.intersect1d(run.train.rows, run.test.rows))
    lost = len(np.setxor1d(run.prepared.rows, run.both.rows)) - _count_left_out(run)
    findings = [
        Finding("wrong", BOTH, f"{count_with_verb(count, 'row', 'are')} {place}", RERUN)
        for count, place in ((shared, "in both (by __row__)"), (lost, f"not as in {paths.PREPARED}"))
        if count
    ]
    return findings or [Finding("fine", BOTH, f"every row of {paths.PREPARED} is in one of them")]


def _count_left_out(run: Run) -> int:
    """Return how many rows the split left out by its flow: with split.time, rows that overlap the test period."""
    steps = {step.step: step.rows for step in run.train.flow}
    return len(run.prepared.rows) - steps["train"] - steps["test"]


def find_shared_duplicates(run: Run) -> list[Finding]:
    """Find rows of test that equal a row of train in all features; wrong, unless split.duplicates ignores them."""
    numbers, test = find_duplicates(run.both), run.is_test
    repeated = int(np.isin(numbers[test], numbers[~test]).sum())
    if repeated:
        problem = f"{repeated} of {int(test.sum())} rows repeat a row of {paths.TRAIN} in every feature"
        if not check_duplicates(run.prepared, run.prepared.target, run.params.split.duplicates).together:
            return [Finding("fine", str(paths.TEST), f"{problem}; split.duplicates takes them for different cases")]
        return [Finding("wrong", str(paths.TEST), problem, RERUN)]
    return [Finding("fine", BOTH, "no row of one equals a row of the other in every feature")]


def find_shared_groups(run: Run) -> list[Finding]:
    """Find groups with rows in both sets."""
    name = run.train.contract.group
    if name is None:
        return [Finding("fine", str(paths.PARAMS), "split.group names no column, so there are no groups")]
    numbers, test = encode_cells(run.both.data.column(name)), run.is_test
    shared = len(np.intersect1d(numbers[test], numbers[~test]))
    if shared:
        problem = f"{count_with_verb(shared, 'group', 'have')} rows in {paths.TRAIN} too"
        return [Finding("wrong", locate_column(paths.TEST, name), problem, RERUN)]
    return [Finding("fine", locate_column(paths.TEST, name), "no group has rows in both sets")]


def find_late_rows(run: Run) -> list[Finding]:
    """Find rows of train that are as late as the first rows of test, or within split.gap of them."""
    name = run.train.contract.time
    if name is None:
        return [Finding("fine", str(paths.PARAMS), "split.time names no column, so the split is random")]
    late = int((run.train.times >= run.test.times.min() - run.train.contract.gap).sum())
    if late:
        rows = count_with_verb(late, "row", "are")
        problem = f"{rows} as late as rows of {paths.TEST}, so models learn from the future"
        return [Finding("wrong", locate_column(paths.TRAIN, name), problem, RERUN)]
    return [Finding("fine", locate_column(paths.TRAIN, name), "every row is earlier than the test set")]


def find_label_noise(run: Run) -> list[Finding]:
    """Find rows that are equal in all features and have both labels."""
    numbers, y = find_duplicates(run.prepared), run.prepared.target
    rows = np.bincount(numbers)
    positives = np.bincount(numbers, weights=y)
    mixed = (positives > 0) & (positives < rows)
    if not mixed.any():
        return [Finding("fine", str(paths.PREPARED), "rows that are equal in every feature have the same label")]
    count = int(rows[mixed].sum())
    problem = f"{count} rows are equal in every feature to a row with the other label, so no model can be right on both"
    fix = "look for a feature that was left out, or correct the labels"
    return [Finding("suspicious", str(paths.PREPARED), problem, fix)]
