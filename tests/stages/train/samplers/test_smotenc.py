"""imbalanced-learn's own rows, bit for bit: SMOTENC, its random choice among equals included."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn import over_sampling
import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import OneHotEncoder

from stages.train.samplers import smotenc
from stages.train.samplers.smotenc import SMOTENC
from tests.stages.train.samplers.conftest import TABLES, Array, assert_same, assert_same_outcome, imbalanced

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:invalid value encountered in sqrt:RuntimeWarning")]


def mixed(X: Array, levels: tuple[int, ...], seed: int, dtype: type = np.float64) -> tuple[Array, list[int]]:
    """X with columns of level codes after its first column, and where they are."""
    random = np.random.RandomState(seed)
    codes = np.stack([random.randint(0, count, len(X)) for count in levels], axis=1)
    return np.hstack([X[:, :1], codes, X[:, 1:]]).astype(dtype), list(range(1, 1 + len(levels)))


def assert_same_rows(X: Any, y: Array, categorical: list[int], **parameters: Any) -> None:
    pair = (SMOTENC, over_sampling.SMOTENC)
    assert_same_outcome(pair, X, y, categorical_features=categorical, **parameters)


@pytest.mark.parametrize("levels", [(2,), (3, 1), (4, 5, 60)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_kind_of_table(table: Callable[..., Array], levels: tuple[int, ...], dtype: type) -> None:
    X, categorical = mixed(table(100, 4), levels, 1, dtype)
    assert_same_rows(X, imbalanced(X), categorical, random_state=5)


@given(
    kind=st.sampled_from(sorted(TABLES)),
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(40, 100),
    d=st.integers(1, 18),
    levels=st.lists(st.integers(1, 30), min_size=1, max_size=3),
    k=st.integers(1, 7),
    ratio=st.sampled_from([0.7, 1.0]),
)
@settings(max_examples=80, deadline=None)
def test_any_table(kind: str, seed: int, n: int, d: int, levels: list[int], k: int, ratio: float) -> None:
    X, categorical = mixed(TABLES[kind](np.random.RandomState(seed), n, d), tuple(levels), seed)
    parameters = {"k_neighbors": k, "sampling_strategy": ratio, "random_state": seed}
    assert_same_rows(X, imbalanced(X), categorical, **parameters)


def test_some_levels_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smotenc, "CHUNK_SIZE", 50)
    X, categorical = mixed(np.random.RandomState(0).randn(200, 3), (7, 20), 0)
    assert_same_rows(X, imbalanced(X), categorical, random_state=0)


def test_several_classes_and_a_random_state_that_goes_on() -> None:
    X, categorical = mixed(np.random.RandomState(0).randn(150, 3), (4,), 0)
    y = np.repeat([0, 1, 2], [90, 40, 20])
    ours, theirs = (
        kind(categorical, random_state=np.random.RandomState(7)).fit_resample(X, y)
        for kind in (SMOTENC, over_sampling.SMOTENC)
    )
    assert_same(ours, theirs)


def test_levels_so_light_that_all_count_as_equal() -> None:
    # where the median deviation is below 1e-8, np.isclose sees no difference between counts
    X, categorical = mixed(np.random.RandomState(0).randn(100, 3) * 1e-10, (4,), 0)
    assert_same_rows(X, imbalanced(X), categorical, random_state=0)


def test_other_tables_and_encoders_go_imbalanced_learns_way() -> None:
    random = np.random.RandomState(0)
    frame = pd.DataFrame({"a": random.randn(80), "b": random.choice(["x", "y", "z"], 80)})
    y = np.repeat([0, 1], [60, 20])
    ours, theirs = (kind(["b"], random_state=0).fit_resample(frame, y) for kind in (SMOTENC, over_sampling.SMOTENC))
    pd.testing.assert_frame_equal(ours[0], theirs[0])
    X, categorical = mixed(random.randn(80, 3), (4,), 0)
    assert_same_rows(X, y, categorical, random_state=0, categorical_encoder=OneHotEncoder(handle_unknown="ignore"))


def test_too_few_rows_are_refused_in_the_same_words() -> None:
    X, categorical = mixed(np.random.RandomState(0).randn(40, 3), (4,), 0)
    y = np.repeat([0, 1], [36, 4])
    for kind in (SMOTENC, over_sampling.SMOTENC):
        with pytest.raises(ValueError, match="n_neighbors = 6, n_samples_fit = 4, n_samples = 4"):
            kind(categorical).fit_resample(X, y)
