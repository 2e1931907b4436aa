from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.tools.audit.helpers import labels, noise, run_of, with_cell, with_rows
from tools.audit.checks.registry import CHECKS
from tools.audit.checks.split import (
    find_label_noise,
    find_late_rows,
    find_misplaced_rows,
    find_shared_duplicates,
    find_shared_groups,
)

Y = labels(80)


def severities(findings):
    return [finding.severity for finding in findings]


def test_an_honest_run_is_fine_in_every_respect():
    run = run_of(labels(), x=noise(), ward=["n" if value > 0 else "s" for value in noise(random_state=1)])
    for name, check in CHECKS.items():
        assert severities(check(run)) == ["fine"], name


def test_a_row_of_test_in_train():
    run = run_of(Y, x=noise(80))
    first = replace(run.test, data=run.test.data.slice(0, 3))
    broken = replace(run, train=with_rows(run.train, first))
    (finding,) = find_misplaced_rows(broken)
    assert (finding.severity, finding.found) == ("wrong", "3 rows are in both (by __row__)")
    assert find_shared_duplicates(broken)[0].found == "3 of 20 rows repeat a row of data/train.parquet in every feature"


def test_a_row_that_is_lost():
    run = run_of(Y, x=noise(80))
    (finding,) = find_misplaced_rows(replace(run, train=replace(run.train, data=run.train.data.slice(1))))
    assert (finding.severity, finding.found) == ("wrong", "1 row is not as in data/prepared.parquet")


def test_duplicates_planted_across_sides():
    run = run_of(Y, x=noise(80), ward=["n", None] * 40)
    twin = run.train.data.slice(5, 1).to_pylist()[0]
    test = with_cell(with_cell(run.test, "x", 0, twin["x"]), "ward", 0, twin["ward"])
    broken = replace(run, test=test)
    (finding,) = find_shared_duplicates(broken)
    assert (finding.severity, finding.where) == ("wrong", "data/test.parquet")
    assert finding.found.startswith("1 of 20 rows")
    assert severities(find_misplaced_rows(broken)) == ["fine"]


def test_duplicates_kept_on_one_side_are_fine():
    assert severities(find_shared_duplicates(run_of(Y, x=noise(40) * 2))) == ["fine"]


def test_a_group_on_both_sides():
    run = run_of(Y, x=noise(80), group=[f"g{row // 4}" for row in range(80)])
    assert severities(find_shared_groups(run)) == ["fine"]
    known = run.train.data.column("team")[0].as_py()
    (finding,) = find_shared_groups(replace(run, test=with_cell(run.test, "team", 0, known)))
    assert (finding.severity, finding.where) == ("wrong", "data/test.parquet: column `team`")
    assert finding.found == "1 group has rows in data/train.parquet too"  # no value of the user's


@pytest.mark.parametrize(
    "times",
    [
        list(range(80)),
        [row / 7 for row in range(80)],
        [datetime(2024, 1, 1) + timedelta(days=row) for row in range(80)],
    ],
    ids=["numbers", "fractions", "dates"],
)
def test_time_in_order_and_broken(times):
    run = run_of(Y, x=noise(80), time=times)
    assert severities(find_late_rows(run)) == ["fine"]
    (finding,) = find_late_rows(replace(run, train=with_cell(run.train, "day", 0, times[-1])))
    assert (finding.severity, finding.where) == ("wrong", "data/train.parquet: column `day`")
    assert finding.found.startswith("1 row is as late as")


def test_rows_that_are_left_out_of_train_are_not_lost():
    """Row 3 equals the last row, which is later than train: it is in neither set."""
    x = noise(80)
    x[3] = x[79]
    run = run_of(Y, x=x, time=list(range(80)))
    assert 3 not in [*run.train.rows, *run.test.rows]
    for check in (find_late_rows, find_misplaced_rows, find_shared_duplicates):
        assert severities(check(run)) == ["fine"]
    (finding,) = find_misplaced_rows(replace(run, train=replace(run.train, data=run.train.data.slice(1))))
    assert (finding.severity, finding.found[:8]) == ("wrong", "1 row is")


def test_both_labels_on_equal_rows():
    x = noise(80)
    x[1] = x[0]  # row 0 is positive, row 1 negative
    x[3] = x[2]  # both negative
    (finding,) = find_label_noise(run_of(Y, x=x))
    assert finding.severity == "suspicious"
    assert finding.found.startswith("2 rows are equal in every feature to a row with the other label")
