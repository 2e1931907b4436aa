"""Copies and coincidences among equal rows."""

import numpy as np
import pytest

from stages.shared.errors import InputError
from stages.shared.storage.arrow import Ints
from stages.shared.storage.parquet import Table
from stages.split.duplicates import FACTOR, MAX_ROWS, check_duplicates, count_pairs, expect_equal_pairs
from stages.split.split import split
from tests.stages.split.tables import params_of, table_of


def as_table(columns: list[Ints], y: Ints) -> Table:
    cells = {f"x{i}": column.astype(float).tolist() for i, column in enumerate(columns)}
    return table_of(y.tolist(), **cells)


def draw_y(rows: int, random: np.random.RandomState) -> Ints:
    return (random.random_sample(rows) < 0.1).astype(np.int64)


def draw_levels(random: np.random.RandomState, rows: int, columns: int, levels: int, tie: float) -> list[Ints]:
    """Columns of `levels` values; with the probability `tie` a cell follows a hidden type of its row."""
    hidden = random.randint(levels, size=rows)
    return [
        np.where(random.random_sample(rows) < tie, hidden, random.randint(levels, size=rows)) for _ in range(columns)
    ]


def add_copies(columns: list[Ints], y: Ints, copies: int) -> tuple[list[Ints], Ints]:
    return [np.append(column, column[:copies]) for column in columns], np.append(y, y[:copies])


def test_pairs_are_counted_by_hand() -> None:
    assert count_pairs(np.array([4, 4, 4, 7, 7, 9])) == 3 + 1


def test_independent_columns_by_hand() -> None:
    """Of the 6 pairs of 4 rows, 2 agree in each column: 6 × (2 / 6)² pairs are expected to agree in both."""
    columns = [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])]
    assert expect_equal_pairs(columns) == pytest.approx(6 * (2 / 6) ** 2)


def test_a_continuous_column_makes_chance_nearly_zero() -> None:
    random = np.random.RandomState(0)
    columns = [np.arange(400), *draw_levels(random, 400, 4, 2, 0.0)]
    assert expect_equal_pairs(columns) == 0.0
    copied = [np.append(column, column[:100]) for column in columns]
    assert expect_equal_pairs(copied) == 0.0


@pytest.mark.parametrize("tie", [0.0, 0.5, 0.8])
@pytest.mark.parametrize("levels", [2, 4])
def test_chance_is_about_what_is_found_without_copies(levels: int, tie: float) -> None:
    """Ties of columns to a hidden type make far more equal pairs than independence: up to 150 times as many."""
    for seed in range(5):
        random = np.random.RandomState(seed)
        columns = draw_levels(random, 1500, 6, levels, tie)
        found = count_pairs(np.unique(np.column_stack(columns), axis=0, return_inverse=True)[1])
        assert found / expect_equal_pairs(columns) < FACTOR / 2


def decide(columns: list[Ints], y: Ints) -> bool:
    return check_duplicates(as_table(columns, y), y, "auto").together


@pytest.mark.parametrize("seed", range(5))
def test_auto_tells_copies_from_coincidences(seed: int) -> None:
    random = np.random.RandomState(seed)
    y = draw_y(1000, random)
    few, many = draw_levels(random, 1000, 5, 3, 0.6), draw_levels(random, 1000, 12, 6, 0.0)
    numbers = [random.randint(10**6, size=1000), *draw_levels(random, 1000, 2, 2, 0.0)]
    rounded = [np.round(random.normal(size=1000) * 20).astype(np.int64) for _ in range(3)]
    assert not decide(few, y)
    assert not decide(*add_copies(few, y, 50))  # a copy cannot be told from the many rows that are equal by chance
    for columns in (many, numbers, rounded):
        assert decide(*add_copies(columns, y, 50))


def test_two_classes_are_judged_by_themselves() -> None:
    """Each class has one kind of row, so all pairs of a class are equal and chance gives as many."""
    y = np.repeat([0, 1], [30, 10])
    check = check_duplicates(as_table([y, y], y), y, "auto")
    assert (check.pairs, check.together) == (30 * 29 // 2 + 10 * 9 // 2, False)
    assert check.chance == pytest.approx(check.pairs)


def test_chance_is_scaled_up_from_a_sample() -> None:
    random = np.random.RandomState(0)
    y = np.zeros(2 * MAX_ROWS, dtype=np.int64)
    y[:10] = 1
    columns = draw_levels(random, len(y), 5, 4, 0.0)
    check = check_duplicates(as_table(columns, y), y, "auto")
    assert check.chance == pytest.approx(check.pairs, rel=0.05)
    assert not check.together


def test_coincidences_no_longer_wreck_the_split() -> None:
    """Two kinds of rows: together, one of them would be the test set."""
    random = np.random.RandomState(1)
    y, columns = draw_y(400, random), draw_levels(random, 400, 3, 2, 0.0)
    table = as_table(columns, y)
    train, test = split(table, params_of(duplicates="auto"))
    assert (len(test.target), test.target.sum()) == (100, round(y.sum() / 4))
    assert train.groups.tolist() == train.rows.tolist()  # folds part equal rows as well
    (notice,) = test.contract.noticed
    assert notice.kind == "equal_rows"
    assert "taken for different cases" in notice.message
    assert "treated as different rows" in test.flow[-1].note
    assert train.contract == test.contract


@pytest.mark.parametrize(("levels", "together"), [(10, False), (100, True)])
def test_rows_that_equal_only_rows_of_the_other_class(levels: int, together: bool) -> None:
    """Of few levels they are coincidences, of continuous columns they are copies with two labels."""
    kinds, y = np.tile(np.arange(100), 2), np.repeat([1, 0], 100)
    check = check_duplicates(as_table([kinds % levels, kinds // (100 // levels)], y), y, "auto")
    assert (check.repeated, check.pairs, check.together) == (100, 0, together)


def test_choices_are_followed() -> None:
    y = np.tile([1, 0, 0, 0, 0], 40)
    table = as_table([np.arange(200) // 2, np.arange(200) // 2], y)
    for choice, groups in (("together", 100), ("auto", 100), ("ignore", 200)):
        train, test = split(table, params_of(duplicates=choice))
        assert len({*train.groups, *test.groups}) == groups


def test_nothing_is_noticed_without_duplicates() -> None:
    train, _ = split(table_of([1, 0, 0, 0] * 20), params_of(duplicates="auto"))
    assert train.contract.noticed == []
    assert train.flow[-1].note == "stratified"


def test_a_test_set_of_another_prevalence_is_refused() -> None:
    """Of 100 positives 90 are equal and stay in train, so that 10 are left for the test set."""
    y = np.repeat([1, 0], [100, 400])
    kinds = np.r_[np.zeros(90), np.arange(1, 11), np.arange(1000, 1400)].astype(np.int64)
    table = as_table([kinds, kinds], y)
    with pytest.raises(InputError, match=r"split.duplicates: .*% of the test rows are positive, of all rows 20"):
        split(table, params_of(duplicates="together"))


def test_a_group_of_another_prevalence_is_noticed() -> None:
    y = [1, 1, 1, 0] * 25 + [0] * 290 + [1] * 10
    teams = ["clinic"] * 100 + [f"practice{row}" for row in range(300)]
    _, test = split(table_of(y, group=teams), params_of(group="team"))
    (notice,) = test.contract.noticed
    assert notice.kind == "prevalence_differs"
    assert notice.message.startswith("split.group: ")


def test_few_positives_may_differ_more() -> None:
    """With 8 positives, 4 of 100 test rows instead of 2 are no drift: a random draw gives as many in a tenth."""
    y = np.repeat([1, 0], [8, 392])
    kinds = np.r_[[0, 0, 0, 0], np.arange(1, 397)]
    shares = set()
    for seed in range(20):
        _, test = split(as_table([kinds, kinds], y), params_of(duplicates="together", random_state=seed))
        shares.add(int(test.target.sum()))
    assert shares <= {1, 2, 3, 4}
