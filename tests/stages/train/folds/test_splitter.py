"""The folds: scikit-learn's own on single rows, and never a unit in two of them."""

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from stages.shared.errors import InputError
from stages.train.folds.splitter import make_folds
from stages.train.params import CvParams


def cv(n_splits: int, n_repeats: int = 1) -> CvParams:
    return CvParams(n_splits=n_splits, n_repeats=n_repeats)


@pytest.mark.parametrize("groups", ["in order", "names in any order"])
def test_single_rows_get_the_folds_of_scikit_learn(groups: str) -> None:
    y = np.random.RandomState(3).permutation(np.repeat([0, 1], [40, 11]))
    names = np.arange(51) if groups == "in order" else np.random.RandomState(4).permutation(51)
    for random_state in (0, 42):
        expected = StratifiedKFold(5, shuffle=True, random_state=random_state).split(y, y)
        found = make_folds(y, names, cv(5), random_state)
        for fold, (training, validation) in zip(found, expected, strict=True):
            assert np.array_equal(fold.training, training)
            assert np.array_equal(fold.validation, validation)


@settings(max_examples=50, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 4), min_size=12, max_size=30),
    n_splits=st.integers(2, 4),
    n_repeats=st.integers(1, 3),
    random_state=st.integers(0, 2**32 - 1),
)
def test_units_are_never_parted_and_each_row_is_validated_once_a_repeat(
    sizes: list[int], n_splits: int, n_repeats: int, random_state: int
) -> None:
    # every third unit is positive; the rows of a unit are scattered
    order = np.random.RandomState(random_state).permutation(sum(sizes))
    groups = np.repeat(np.arange(len(sizes)), sizes)[order]
    y = (groups % 3 == 0).astype(np.int64)
    folds = make_folds(y, groups, cv(n_splits, n_repeats), random_state)
    assert len(folds) == n_splits * n_repeats
    for fold in folds:
        assert not set(groups[fold.training]) & set(groups[fold.validation])
        assert sorted([*fold.training, *fold.validation]) == list(range(len(y)))
        assert set(y[fold.validation]) == set(y[fold.training]) == {0, 1}
        assert np.array_equal(np.sort(fold.training), fold.training)
    for repeat in range(n_repeats):
        validated = [fold.validation for fold in folds[repeat * n_splits : (repeat + 1) * n_splits]]
        assert sorted(np.concatenate(validated)) == list(range(len(y)))


def test_repeats_differ_and_the_first_is_the_run_without_repeats() -> None:
    y = np.repeat([0, 1], [30, 10])
    once, twice = make_folds(y, np.arange(40), cv(2), 42), make_folds(y, np.arange(40), cv(2, 2), 42)
    assert [fold.validation.tolist() for fold in once] == [fold.validation.tolist() for fold in twice[:2]]
    assert twice[2].validation.tolist() not in [fold.validation.tolist() for fold in twice[:2]]
    assert make_folds(y, np.arange(40), cv(2), 43)[0].validation.tolist() == twice[2].validation.tolist()


def test_a_unit_is_positive_when_one_of_its_rows_is() -> None:
    """Four units of three rows, two of them with one positive row: each fold gets one of these."""
    groups, y = np.repeat([0, 1, 2, 3], 3), np.array([0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    folds = make_folds(y, groups, cv(2), 0)
    assert [int(y[fold.validation].sum()) for fold in folds] == [1, 1]


def test_too_few_positives_for_the_folds() -> None:
    with pytest.raises(InputError, match=r"params.yaml: cv.n_splits: 5 folds .* has 4 rows of the rarer class; lower"):
        make_folds(np.repeat([0, 1], [40, 4]), np.arange(44), cv(5), 0)


def test_too_few_groups_of_a_class() -> None:
    y, groups = np.repeat([0, 1], [40, 10]), np.r_[np.arange(40), [99] * 10]
    with pytest.raises(InputError, match=r"fold \d would hold rows of one class only; lower cv.n_splits"):
        make_folds(y, groups, cv(5), 0)


def test_groups_that_all_hold_a_positive() -> None:
    """As where a group is a hospital: ten rows in each of eight, two of them positive."""
    y, groups = np.tile([1, 1, *[0] * 8], 8), np.repeat(np.arange(8), 10)
    folds = make_folds(y, groups, cv(4), 0)
    assert [(len(fold.validation), int(y[fold.validation].sum())) for fold in folds] == [(20, 4)] * 4
    assert all(not set(groups[fold.training]) & set(groups[fold.validation]) for fold in folds)


def test_fewer_units_than_folds() -> None:
    with pytest.raises(InputError, match=r"5 folds need as many groups .*; there are 3;"):
        make_folds(np.tile([0, 1], 30), np.repeat([0, 1, 2], 20), cv(5), 0)


def test_the_largest_seed_can_be_repeated() -> None:
    assert len(make_folds(np.repeat([0, 1], 4), np.arange(8), cv(2, 3), 2**32 - 1)) == 6
