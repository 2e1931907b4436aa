"""Test scores are paired when they are of the same rows and on this machine."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stages.shared import paths
from stages.shared.errors import InputError
from stages.shared.storage.parquet import write_columns
from tests.tools.compare.helpers import LIFTS, Y, commit, md5, scores, write_run
from tools.compare.changes.paired_scores import get_scores, pair_scores
from tools.compare.revisions.git import find_revision
from tools.compare.revisions.records import Lock
from tools.compare.revisions.snapshot import Snapshot, read_snapshot


@pytest.fixture
def snapshots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Snapshot, Snapshot]:
    """Two commits, of which the second has lifted one candidate."""
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path)
    commit(tmp_path)
    base = read_snapshot(find_revision("main"))
    write_run(tmp_path, {**LIFTS, "smote/forest": 0.3})
    commit(tmp_path)
    return base, read_snapshot(find_revision("main"))


def with_md5(snapshot: Snapshot, path: object, md5: str | None) -> Snapshot:
    """The snapshot with another hash of one output, or none."""
    content = snapshot.lock.model_dump()
    outs = content["stages"]["evaluate"]["outs"]
    content["stages"]["evaluate"]["outs"] = [out for out in outs if out["path"] != str(path)]
    if md5:
        content["stages"]["evaluate"]["outs"].append({"path": str(path), "md5": md5})
    return replace(snapshot, lock=Lock.model_validate(content))


def with_raw(snapshot: Snapshot, md5: str | None) -> Snapshot:
    content = snapshot.lock.model_dump()
    content["stages"]["prepare"]["deps"][0]["md5"] = md5
    return replace(snapshot, lock=Lock.model_validate(content))


def test_scores_come_from_the_cache_each_of_its_own_revision(snapshots):
    paired = pair_scores(*snapshots)
    np.testing.assert_array_equal(paired.y, Y)
    np.testing.assert_array_equal(get_scores(paired.before, snapshots[0].representatives["smote"]), scores(0.1))
    np.testing.assert_array_equal(get_scores(paired.after, snapshots[1].representatives["smote"]), scores(0.3))


def test_scores_come_from_the_work_tree_where_its_hash_is_the_one_of_the_lock(snapshots):
    entry = snapshots[1].lock.output(paths.TEST_SCORES)
    cached = Path(".dvc/cache/files/md5") / entry.md5[:2] / entry.md5[2:]
    paths.TEST_SCORES.write_bytes(cached.read_bytes())
    cached.unlink()
    assert pair_scores(*snapshots).after.num_rows == len(Y)
    write_columns(paths.TEST_SCORES, {"row": np.arange(len(Y)), "y": Y})
    with pytest.raises(InputError, match=r"the test scores of main .* are not on this machine"):
        pair_scores(*snapshots)


def test_the_cache_may_lie_elsewhere(snapshots):
    Path(".dvc/cache").rename("elsewhere")
    Path(".dvc/config.local").write_text("[cache]\n    dir = ../elsewhere\n['remote \"x\"']\n    url = %(y)s\n")
    assert pair_scores(*snapshots).after.num_rows == len(Y)


def test_a_damaged_object_of_the_cache_is_not_taken(snapshots):
    entry = snapshots[0].lock.output(paths.TEST_SCORES)
    (Path(".dvc/cache/files/md5") / entry.md5[:2] / entry.md5[2:]).write_bytes(b"PAR1")
    with pytest.raises(InputError, match="are not on this machine"):
        pair_scores(*snapshots)


def test_another_raw_table_makes_other_rows_unless_the_test_side_is_the_same(snapshots):
    base, head = snapshots
    with pytest.raises(InputError, match="the raw table is another, and so is the test set"):
        pair_scores(base, with_raw(head, "4b"))
    with pytest.raises(InputError, match="the raw table is another"):
        pair_scores(with_raw(base, None), with_raw(head, None))  # no hash is no proof
    same = [with_md5(snapshot, paths.TEST, "77") for snapshot in (base, with_raw(head, "4b"))]
    assert pair_scores(*same).after.num_rows == len(Y)


def test_a_column_that_was_dropped_changes_the_test_side_and_not_its_rows(snapshots):
    dropped = [with_md5(snapshot, paths.TEST, hash) for snapshot, hash in zip(snapshots, ("77", "78"), strict=True)]
    assert pair_scores(*dropped).after.num_rows == len(Y)


@pytest.mark.parametrize("column", ["row", "y"])
def test_other_rows_or_labels_are_not_paired(snapshots, column):
    columns = {"row": np.arange(len(Y)), "y": Y, "baseline/forest": scores(0.2)}
    write_columns(paths.TEST_SCORES, {**columns, column: columns[column][::-1]})
    head = with_md5(snapshots[1], paths.TEST_SCORES, md5(paths.TEST_SCORES))
    with pytest.raises(InputError, match="the test rows are others"):
        pair_scores(snapshots[0], head)


def test_scores_without_rows_are_not_paired(snapshots):
    write_columns(paths.TEST_SCORES, {"y": Y})
    with pytest.raises(InputError, match="has no column row"):
        pair_scores(snapshots[0], with_md5(snapshots[1], paths.TEST_SCORES, md5(paths.TEST_SCORES)))


def test_a_lock_without_scores_says_so(snapshots):
    with pytest.raises(InputError, match=r"names no data/test_scores\.parquet"):
        pair_scores(snapshots[0], with_md5(snapshots[1], paths.TEST_SCORES, None))
