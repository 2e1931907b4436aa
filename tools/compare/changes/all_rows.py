"""Both champions on all rows that both revisions scored in the same folds: train out of fold, and test.

They are about four times the rows of test alone, so the gate stops losses that test alone does not show.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stages.evaluate.effects.row_sets import RankingValue, RowSets
from stages.shared import paths
from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS, Metric
from stages.shared.schemas.contract import GROUP, ROW
from stages.shared.storage.arrow import Floats, Ints, to_floats, to_ints
from stages.shared.storage.parquet import read_parquet
from tools.compare.changes.paired_scores import Scores, check_table, get_column, get_scores, get_weights
from tools.compare.revisions.outputs import find_output
from tools.compare.revisions.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

#: what must be equal in both revisions, by the column of oof.parquet
SAME = {"row": "rows", "y": "labels", "fold": "folds"}

#: a mean over the folds differs from that of the leaderboard by rounding
TOLERANCE = 2e-6


@dataclass(frozen=True)
class AllRows:
    """The rows, and the value of the primary metric of each champion on them."""

    row_sets: RowSets
    before: RankingValue
    after: RankingValue


def measure_all_rows(base: Snapshot, head: Snapshot, scores: Scores) -> AllRows:
    """Measure head's primary metric of both champions on train, out of fold, and on test.

    Raises InputError with the reason why test rows alone count.
    """
    metric = head.leaderboard.settings.metric
    check_question(base, head)
    check_table(base, head, paths.TRAIN, "train set")
    before, after = (_read_oof(snapshot) for snapshot in (base, head))
    for column, what in SAME.items():
        if not np.array_equal(_get_ints(before, column), _get_ints(after, column)):
            raise InputError(f"the {what} of the out-of-fold scores differ")
    weights = get_weights(before, after, Path(paths.OOF))
    test = read_parquet(find_output(head, paths.TEST, "test rows"))
    test_rows, groups = (to_ints(get_column(test, name, paths.TEST)) for name in (ROW, GROUP))
    if not np.array_equal(test_rows, to_ints(get_column(scores.after, "row", paths.TEST_SCORES))):
        raise InputError(f"{paths.TEST} of {head.revision} has other rows than its scores")
    row_sets = RowSets.make(scores.y, groups, after, scores.weights)
    values = []
    for snapshot, oof, on_test in ((base, before, scores.before), (head, after, scores.after)):
        train = to_floats(get_column(oof, snapshot.champion.classifier, paths.OOF))
        _check_folds(snapshot, METRICS[metric].for_other_sets(len(scores.y)), oof, train, weights)
        values.append(row_sets.measure_one(metric, train, get_scores(on_test, snapshot.champion)))
    return AllRows(row_sets, *values)


def check_question(base: Snapshot, head: Snapshot) -> None:
    """Raise InputError when out-of-fold scores would not answer whether head's champion is worse.

    The folds choose the champion, so the choice raises its score in the folds. The rise is equal only where both
    revisions chose the same candidate (docs/verdict.md).
    """
    metric, champions = head.leaderboard.settings.metric, [item.champion for item in (base, head)]
    names = [str(champion) for champion in champions]
    if METRICS[metric].family != "ranking":
        raise InputError(f"{METRICS[metric].label} is no ranking metric")
    for snapshot in (base, head):
        if snapshot.leaderboard.settings.rows != "all":
            raise InputError(f"{paths.LEADERBOARD} of {snapshot.revision} judges by test rows alone")
    if names[0] != names[1]:
        raise InputError(
            f"the champion was {names[0]} and is {names[1]}, and a choice by the folds raises the score in the folds"
        )


def _read_oof(snapshot: Snapshot) -> "pa.Table":
    path = paths.MODELS / snapshot.champion.strategy / paths.OOF
    return read_parquet(find_output(snapshot, path, "out-of-fold scores"))


def _check_folds(snapshot: Snapshot, metric: Metric, oof: "pa.Table", scores: Floats, weights: Floats | None) -> None:
    """Raise InputError when the scores do not give the mean over the folds in the leaderboard."""
    y, fold, stored = _get_ints(oof, "y"), _get_ints(oof, "fold"), snapshot.champion.cv.get(metric.name)
    folds = [fold == index for index in range(int(fold.max()) + 1)]
    mean = np.mean(
        [metric.score(y[inside], scores[inside], None if weights is None else weights[inside]) for inside in folds]
    )
    if stored is None or not abs(mean - stored.mean) <= TOLERANCE:  # in this form it refuses NaN as well
        raise InputError(
            f"the out-of-fold scores of {snapshot.champion} in {snapshot.revision} do not give the {metric.name} of "
            "its leaderboard"
        )


def _get_ints(table: "pa.Table", name: str) -> Ints:
    return to_ints(get_column(table, name, paths.OOF))
