from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.tools.audit.helpers import labels, noise, run_of
from tools.audit.checks.drift import find_drift
from tools.audit.checks.split import find_misplaced_rows

pytestmark = pytest.mark.slow

Y = labels()


def moved(table, name, by):
    values = np.array(table.data.column(name).to_pylist()) + by
    place = table.data.column_names.index(name)
    return replace(table, data=table.data.set_column(place, name, pa.array(values)))


def test_a_planted_shift_is_found_and_the_column_named():
    run = run_of(Y, x=noise(), dose=noise(random_state=1))
    (finding,) = find_drift(replace(run, test=moved(run.test, "dose", 1.5)))
    assert finding.severity == "suspicious"
    assert "`dose` differs most" in finding.found


@pytest.mark.parametrize("random_state", range(5))
def test_sides_by_lot_are_fine(random_state):
    run = run_of(Y, random_state, x=noise(random_state=random_state), dose=noise(random_state=random_state + 100))
    assert find_drift(run)[0].severity == "fine"


def test_duplicates_do_not_give_their_twins_away():
    """Every row stands there eight times, always on one side: parted by folds, a forest would know them all."""
    run = run_of(Y, x=noise(50) * 8, ward=(["n", "s"] * 25) * 8)
    assert find_drift(run)[0].severity == "fine"


@pytest.mark.parametrize("random_state", range(3))
def test_a_share_of_the_negatives_is_no_drift(random_state):
    """The feature tells the class, and train has fewer negatives than test."""
    y = labels(every=8)
    values = (4 * np.array(y) + noise(random_state=random_state)).tolist()
    run = run_of(y, random_state, negatives={"keep": 0.2}, x=values)
    assert run.train.target.mean() > 2 * run.test.target.mean()
    assert find_drift(run)[0].severity == "fine"
    assert all(finding.severity == "fine" for finding in find_misplaced_rows(run))


def test_by_time_the_advice_is_another():
    run = run_of(Y, x=noise(), dose=[row / 50 + value for row, value in enumerate(noise(random_state=1))],
                 time=list(range(len(Y))))  # fmt: skip
    (finding,) = find_drift(run)
    assert finding.severity == "suspicious"
    assert "retrain" in finding.fix


def test_too_few_groups_to_tell():
    run = run_of(Y, x=noise(), group=[f"g{row // 50}" for row in range(400)])
    (finding,) = find_drift(run)
    assert (finding.severity, "not measured" in finding.found) == ("fine", True)


def test_no_more_rows_than_asked_for(monkeypatch):
    run = replace(run_of(Y, x=noise()), rows=100)
    sizes = []
    monkeypatch.setattr(
        "tools.audit.checks.drift._compute_fold_auc", lambda table, *_: sizes.append(table.data.num_rows) or 0.5
    )
    find_drift(run)
    assert sizes == [100] * 5
