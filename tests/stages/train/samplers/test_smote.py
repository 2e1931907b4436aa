"""imbalanced-learn's own rows, bit for bit: SMOTE and those that search as it does."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn import over_sampling
import numpy as np
import pytest
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from stages.train.samplers import smote
from stages.train.samplers.neighbors.estimator import ExactNeighbors
from stages.train.samplers.smote import SMOTE
from stages.train.samplers.variants import ADASYN, SVMSMOTE, BorderlineSMOTE
from tests.stages.train.samplers.conftest import TABLES, Array, assert_same, assert_same_outcome, imbalanced, normal

pytestmark = pytest.mark.slow

PAIRS: dict[str, tuple[type, type]] = {
    "SMOTE": (SMOTE, over_sampling.SMOTE),
    "ADASYN": (ADASYN, over_sampling.ADASYN),
    "BorderlineSMOTE": (BorderlineSMOTE, over_sampling.BorderlineSMOTE),
    "SVMSMOTE": (SVMSMOTE, over_sampling.SVMSMOTE),
}


@given(
    kind=st.sampled_from(sorted(set(TABLES) - {"huge"})),
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(8, 120),
    d=st.integers(1, 20),
    k=st.integers(1, 7),
    ratio=st.sampled_from([0.5, 0.75, 1.0, "auto"]),
    dtype=st.sampled_from([np.float64, np.float32]),
)
@settings(max_examples=120, deadline=None)
def test_smote_on_any_table(kind: str, seed: int, n: int, d: int, k: int, ratio: Any, dtype: type) -> None:
    X = TABLES[kind](np.random.RandomState(seed), n, d).astype(dtype)
    y = imbalanced(X)
    assert_same_outcome(PAIRS["SMOTE"], X, y, k_neighbors=k, sampling_strategy=ratio, random_state=seed)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("d", [4, 18])
def test_every_kind_of_table(name: str, table: Callable[..., Array], d: int) -> None:
    X = table(120, d)
    if name == "SVMSMOTE" and np.abs(X).max() > 1e5:
        X = X / np.abs(X).max()  # libsvm does not end otherwise
    assert_same_outcome(PAIRS[name], X, imbalanced(X), random_state=3)


@pytest.mark.parametrize("d", [4, 18])
def test_many_rows(d: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smote, "CHUNK_SIZE", 7)
    X = normal(np.random.RandomState(0), 3000, d)
    assert_same_outcome(PAIRS["SMOTE"], X, (np.arange(3000) % 3 == 0).astype(int), random_state=0)


def test_borderline_2() -> None:
    X = normal(np.random.RandomState(0), 200, 5)
    parameters = {"kind": "borderline-2", "random_state": 0, "m_neighbors": 4}
    assert_same_outcome(PAIRS["BorderlineSMOTE"], X, imbalanced(X), **parameters)


def test_several_classes() -> None:
    X = normal(np.random.RandomState(0), 200, 5)
    y = np.repeat(["often", "seldom", "rare"], [120, 50, 30])
    assert_same_outcome(PAIRS["SMOTE"], X, y, random_state=1)
    assert_same_outcome(PAIRS["SMOTE"], X, y, random_state=1, sampling_strategy={"rare": 60, "seldom": 50})


def test_a_random_state_that_goes_on() -> None:
    X = normal(np.random.RandomState(0), 200, 5)
    y = np.repeat([0, 1, 2], [120, 50, 30])
    ours, theirs = (kind(random_state=np.random.RandomState(7)).fit_resample(X, y) for kind in PAIRS["SMOTE"])
    assert_same(ours, theirs)


@pytest.mark.parametrize(
    "form", [np.asfortranarray, sparse.csr_matrix, lambda X: (X * 10).astype(int), lambda X: X + 0]
)
def test_forms_of_tables(form: Callable[[Array], Any]) -> None:
    X = form(normal(np.random.RandomState(0), 100, 5))
    y = np.repeat([0, 1], [70, 30])
    ours, theirs = (kind(random_state=0).fit_resample(X, y) for kind in PAIRS["SMOTE"])
    if sparse.issparse(X):
        ours, theirs = ((X_resampled.toarray(), y) for X_resampled, y in (ours, theirs))
    assert_same(ours, theirs)


def test_only_rows_drawn_as_base_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    requested: list[int] = []
    own = ExactNeighbors.kneighbors_of_rows
    monkeypatch.setattr(
        ExactNeighbors,
        "kneighbors_of_rows",
        lambda self, rows, *rest: requested.append(len(rows)) or own(self, rows, *rest),
    )
    X = normal(np.random.RandomState(0), 210, 5)
    y = np.repeat([0, 1], [110, 100])
    assert_same_outcome(PAIRS["SMOTE"], X, y, random_state=0)
    assert len(requested) == 1
    assert 5 < requested[0] <= 10  # ten new rows


def test_too_few_rows_are_refused_in_the_same_words() -> None:
    X = normal(np.random.RandomState(0), 40, 3)
    y = np.repeat([0, 1], [36, 4])
    for name in ("SMOTE", "SVMSMOTE", "ADASYN"):
        assert_same_outcome(PAIRS[name], X, y, random_state=0)
    with pytest.raises(ValueError, match="n_neighbors = 6, n_samples_fit = 4, n_samples = 4"):
        SMOTE().fit_resample(X, y)


def test_somebody_elses_neighbours_are_used_as_they_are() -> None:
    X = normal(np.random.RandomState(0), 100, 3)
    parameters = {"k_neighbors": NearestNeighbors(n_neighbors=4, p=1), "random_state": 0}
    assert_same_outcome(PAIRS["SMOTE"], X, imbalanced(X), **parameters)


def test_the_input_is_left_alone() -> None:
    X = normal(np.random.RandomState(0), 100, 3)
    y = imbalanced(X)
    before = X.copy()
    SMOTE(random_state=0).fit_resample(X, y)
    assert np.array_equal(X, before)
