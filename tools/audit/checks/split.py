"""Checks of the split: rows, duplicates and groups in both sets, the order of time, contradictory labels.

The first four cannot fail after an honest run; they find files that another program wrote.
"""

import numpy as np

from stages.shared import paths
from stages.split.groups import encode_cells, find_duplicates
from tools.audit.report.findings import Finding, column, count_with_verb
from tools.audit.run import Run

RERUN = "run `dvc repro`, and let no other program write these files"
BOTH = f"{paths.TRAIN} and {paths.TEST}"


def rows_on_both(run: Run) -> list[Finding]:
    """Find rows of the prepared table that are in both sets, or in neither."""
    shared = len(np.intersect1d(run.train.rows, run.test.rows))
    lost = len(np.setxor1d(run.prepared.rows, run.both.rows))
    findings = []
    if shared:
        findings.append(Finding("wrong", BOTH, f"{count_with_verb(shared, 'row', 'are')} in both (by __row__)", RERUN))
    if lost:
        findings.append(
            Finding("wrong", BOTH, f"{count_with_verb(lost, 'row', 'are')} not as in {paths.PREPARED}", RERUN)
        )
    return findings or [Finding("fine", BOTH, f"every row of {paths.PREPARED} is in one of them")]


def duplicates(run: Run) -> list[Finding]:
    """Find rows of test that equal a row of train in all features."""
    numbers, test = find_duplicates(run.both), run.is_test
    known = int(np.isin(numbers[test], numbers[~test]).sum())
    if known:
        found = f"{known} of {int(test.sum())} rows repeat a row of {paths.TRAIN} in every feature"
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
        return [
            Finding(
                "wrong",
                column(paths.TEST, name),
                f"{count_with_verb(shared, 'group', 'have')} rows in {paths.TRAIN} too",
                RERUN,
            )
        ]
    return [Finding("fine", column(paths.TEST, name), "no group has rows in both sets")]


def time_order(run: Run) -> list[Finding]:
    """Find rows of train that are as late as the first rows of test; the latest row of a group counts for all."""
    name = run.train.contract.time
    if name is None:
        return [Finding("fine", str(paths.PARAMS), "split.time names no column, so the split is random")]
    cells = np.asarray(run.both.data.column(name).combine_chunks())
    times = np.unique(cells, return_inverse=True)[1]
    group = np.unique(run.both.groups, return_inverse=True)[1]
    latest = np.zeros(int(group.max()) + 1, dtype=np.int64)
    np.maximum.at(latest, group, times)
    late = int((times[~run.is_test] >= latest[group[run.is_test]].min()).sum())
    if late:
        found = (
            f"{count_with_verb(late, 'row', 'are')} as late as rows of {paths.TEST}, so models learn from the future"
        )
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
    found = (
        f"{int(rows[mixed].sum())} rows are equal in every feature to a row with the other label, so no model can "
        "be right on both"
    )
    return [
        Finding("suspicious", str(paths.PREPARED), found, "look for a feature that was left out, or correct the labels")
    ]
