"""Checks of the two sides: rows, duplicates and groups on both, the order of time, labels at odds."""

import numpy as np

from stages.shared import paths
from stages.split.groups import encode_cells, find_duplicates
from tools.audit.report.findings import Finding, column, counted
from tools.audit.run import Run

AGAIN = "run `dvc repro`, and let no other program write the sides"
BOTH = f"{paths.TRAIN} and {paths.TEST}"


def rows_on_both(run: Run) -> list[Finding]:
    """Rows of the prepared table that stand on both sides, or on neither."""
    shared = len(np.intersect1d(run.train.rows, run.test.rows))
    lost = len(np.setxor1d(run.prepared.rows, run.both.rows))
    findings = []
    if shared:
        findings.append(Finding("wrong", BOTH, f"{counted(shared, 'row', 'stand')} in both (by __row__)", AGAIN))
    if lost:
        findings.append(Finding("wrong", BOTH, f"{counted(lost, 'row', 'are')} not as in {paths.PREPARED}", AGAIN))
    return findings or [Finding("fine", BOTH, f"every row of {paths.PREPARED} stands in one of them")]


def duplicates(run: Run) -> list[Finding]:
    """Rows of test that equal a row of train in all features."""
    numbers, test = find_duplicates(run.both), run.side == 1
    known = int(np.isin(numbers[test], numbers[~test]).sum())
    if known:
        found = f"{known} of {int(test.sum())} rows repeat a row of {paths.TRAIN} in every feature"
        return [Finding("wrong", str(paths.TEST), found, AGAIN)]
    return [Finding("fine", BOTH, "no row of one equals a row of the other in every feature")]


def groups(run: Run) -> list[Finding]:
    """Groups with rows on both sides."""
    name = run.train.contract.group
    if name is None:
        return [Finding("fine", str(paths.PARAMS), "split.group names no column, so no rows belong together")]
    numbers, test = encode_cells(run.both.data.column(name)), run.side == 1
    shared = len(np.intersect1d(numbers[test], numbers[~test]))
    if shared:
        return [
            Finding(
                "wrong",
                column(paths.TEST, name),
                f"{counted(shared, 'group', 'have')} rows in {paths.TRAIN} too",
                AGAIN,
            )
        ]
    return [Finding("fine", column(paths.TEST, name), "no group has rows on both sides")]


def time_order(run: Run) -> list[Finding]:
    """Rows of train that are as late as the beginning of the test side; the latest row of a unit counts for all."""
    name = run.train.contract.time
    if name is None:
        return [Finding("fine", str(paths.PARAMS), "split.time names no column, so the sides are parted by lot")]
    cells = np.asarray(run.both.data.column(name).combine_chunks())
    times = np.unique(cells, return_inverse=True)[1]
    unit = np.unique(run.both.groups, return_inverse=True)[1]
    last = np.zeros(int(unit.max()) + 1, dtype=np.int64)
    np.maximum.at(last, unit, times)
    train, test = run.side == 0, run.side == 1
    late = int((times[train] >= last[unit[test]].min()).sum())
    if late:
        found = f"{counted(late, 'row', 'are')} as late as rows of {paths.TEST}: the future teaches the past"
        return [Finding("wrong", column(paths.TRAIN, name), found, AGAIN)]
    return [Finding("fine", column(paths.TRAIN, name), "no row is as late as the test side begins")]


def label_noise(run: Run) -> list[Finding]:
    """Rows that are equal in all features and bear both labels."""
    numbers, y = find_duplicates(run.prepared), run.prepared.target
    rows = np.bincount(numbers)
    positives = np.bincount(numbers, weights=y)
    at_odds = (positives > 0) & (positives < rows)
    if not at_odds.any():
        return [Finding("fine", str(paths.PREPARED), "rows that are equal in every feature bear the same label")]
    found = (
        f"{int(rows[at_odds].sum())} rows are equal in every feature to a row with the other label, and no model can "
        "be right on both"
    )
    return [
        Finding("suspicious", str(paths.PREPARED), found, "look for a feature that was left out, or correct the labels")
    ]
