import numpy as np
import pytest

from tests.tools.audit.helpers import labels, listed, noise, run_of, with_cell
from tools.audit.checks.columns import find_constant, find_id_like, find_missingness, find_near_perfect
from tools.audit.run import Run

Y = labels()
ROWS = len(Y)


def descriptions(findings):
    return [(finding.severity, finding.where.partition(": ")[2]) for finding in findings]


@pytest.mark.parametrize(
    "copied",
    [
        [y + error for y, error in zip(Y, np.linspace(0, 0.5, ROWS), strict=True)],
        [-float(y) for y in Y],
        [2.0 if y else 1.0 + 2 * (row % 2) for row, y in enumerate(Y)],  # a code: 2 between 1 and 3
        ["dead" if y else "alive" for y in Y],
    ],
    ids=["numeric", "falling", "code", "category"],
)
def test_a_copy_of_the_target_is_wrong(copied):
    assert descriptions(find_near_perfect(run_of(Y, x=noise(), copied=copied))) == [("wrong", "column `copied`")]


def test_a_near_copy_is_suspicious():
    """Two of the hundred positives lie among the negatives: ROC-AUC about 0.98."""
    values = [float(row) + 1000 * (y and row >= 8) for row, y in enumerate(Y)]
    findings = find_near_perfect(run_of(Y, x=noise(), close=values))
    assert descriptions(findings) == [("suspicious", "column `close`")]
    assert "data.drop" in findings[0].fix


def test_noise_is_fine_and_the_highest_is_named():
    (finding,) = find_near_perfect(run_of(Y, x=noise(), ward=["n" if row % 3 else "s" for row in range(ROWS)]))
    assert finding.severity == "fine"
    assert "highest ROC-AUC is 0.5" in finding.found


def test_gaps_that_tell_the_target():
    gaps = [None if y else value for y, value in zip(Y, noise(), strict=True)]
    assert descriptions(find_missingness(run_of(Y, x=noise(), treated=gaps))) == [("wrong", "column `treated`")]


def test_gaps_by_chance_and_no_gaps_are_fine():
    gaps = [None if row % 3 == 0 else value for row, value in enumerate(noise())]
    (some,) = find_missingness(run_of(Y, x=noise(), gaps=gaps))
    (none,) = find_missingness(run_of(Y, x=noise()))
    assert (some.severity, none.severity) == ("fine", "fine")
    assert "`gaps`" in some.found
    assert none.found == "no feature has a missing cell"


SHUFFLED = np.random.RandomState(0).permutation(ROWS)


@pytest.mark.parametrize(
    ("severity", "values"),
    [
        ("wrong", np.arange(ROWS) + 1000.0),  # a running number
        ("wrong", SHUFFLED + 1.0),  # the same in another order
        ("suspicious", np.cumsum(1 + SHUFFLED % 7) * 1.0),  # rising with gaps
        ("suspicious", -np.cumsum(1 + SHUFFLED % 7) / 3),  # falling fractions
        ("fine", SHUFFLED * 3.0),  # whole and distinct, but neither in a row nor in order
        ("fine", np.arange(ROWS) // 2 * 1.0),  # in order, but each value twice
        ("fine", np.array(noise())),
    ],
)
def test_names_of_rows(severity, values):
    findings = find_id_like(run_of(Y, x=noise(random_state=1), number=values.tolist()))
    assert [finding.severity for finding in findings] == [severity]
    assert ("`number`" in findings[0].where) == (severity != "fine")


def test_a_listed_category_that_names_rows():
    run = run_of(Y, x=noise(), name=[f"p{row}" for row in range(ROWS)])
    assert descriptions(find_id_like(run)) == [("suspicious", "column `name`")]


def test_a_column_with_one_value():
    run = run_of(Y, x=noise(), same=[1.0] * ROWS, ward=["n"] * ROWS)
    assert descriptions(find_constant(run)) == [("suspicious", "column `same`"), ("suspicious", "column `ward`")]
    assert [finding.severity for finding in find_constant(run_of(Y, x=noise()))] == ["fine"]


def test_a_column_that_is_constant_on_train_only():
    run = run_of(Y, x=noise(), rare=[0.0] * ROWS)
    changed = Run(run.prepared, run.train, with_cell(run.test, "rare", 0, 1.0), run.params, run.rows)
    assert descriptions(find_constant(changed)) == [("suspicious", "column `rare`")]


def test_a_code_beyond_max_categories_is_no_category():
    """A number with many values is judged by its order alone: out-of-fold rates of rare values are noise."""
    run = run_of(Y, x=noise())
    table = listed(run.train, "x")
    assert find_near_perfect(Run(run.prepared, table, run.test, run.params, run.rows))[0].severity == "fine"
