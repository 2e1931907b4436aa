"""Classifiers that read float32 give the same model file and the same scores from a float32 copy of the rows."""

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from stages.shared.classifiers import CLASSIFIERS
from stages.shared.storage.model_file import dump_model
from tests.stages.train.classifiers.helpers import fit_classifier

pytestmark = pytest.mark.slow

READS_FLOAT32 = sorted(name for name, spec in CLASSIFIERS.items() if spec.reads_float32)


def to_float32(X: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return X.astype(np.float32)


def rows(random_state: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows of which `share` differ from others by less than float32 can tell."""
    random = np.random.RandomState(random_state)
    y = np.repeat([0, 1], [100, 30])
    X = random.normal(size=(130, 4)) * [1, 1e-3, 1e4, 1] + y[:, None]
    near = random.uniform(size=X.shape) < share
    return np.where(near, X.round(1) + random.normal(size=X.shape) * 1e-12, X), y


def fitted(name: str, given_: dict[str, Any], class_weight: Any, X: np.ndarray, y: np.ndarray) -> Any:
    return fit_classifier(name, given_, X, y, class_weight).classifier


@pytest.mark.parametrize("name", READS_FLOAT32)
@pytest.mark.parametrize("class_weight", [None, "balanced", {"negative": 1.0, "positive": 7.0}], ids=str)
def test_the_model_and_its_scores_are_the_same(
    name: str, class_weight: Any, small_classifiers: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    X, y = rows(0, 0.3)
    weight = None if CLASSIFIERS[name].balances_itself else class_weight
    files, scores = [], []
    for features in (X, to_float32(X)):
        model = fitted(name, small_classifiers[name], weight, features, y)
        dump_model(Pipeline([("classifier", model)]), tmp_path / "model.skops")
        files.append((tmp_path / "model.skops").read_bytes())
        scores += [model.predict_proba(X), model.predict_proba(to_float32(X))]
    assert files[0] == files[1]
    assert all(np.array_equal(found, scores[0]) for found in scores)


@settings(deadline=None, max_examples=30)
@given(name=st.sampled_from(READS_FLOAT32), seed=st.integers(0, 2**16), share=st.floats(0, 1))
def test_on_any_table(name: str, seed: int, share: float) -> None:
    X, y = rows(seed, share)
    double, float32 = (fitted(name, {"n_estimators": 3}, None, features, y) for features in (X, to_float32(X)))
    assert np.array_equal(double.predict_proba(X), float32.predict_proba(to_float32(X)))


def test_what_is_not_listed_does_tell_the_two_apart() -> None:
    X, y = rows(0, 0.3)
    X = X[:, [0, 3]]
    double, float32 = (fitted("logistic_regression", {}, None, features, y) for features in (X, to_float32(X)))
    assert not np.array_equal(double.predict_proba(X), float32.predict_proba(to_float32(X)))


@pytest.mark.parametrize("name", READS_FLOAT32)
def test_a_value_beyond_float32_is_refused_either_way(name: str) -> None:
    X, y = rows(0, 0.0)
    X[-1, 1] = 1e39  # a positive: those that under-sample keep it
    for features in (X, to_float32(X)):
        with np.errstate(over="ignore"), pytest.raises(ValueError, match="inf"):
            fitted(name, {"n_estimators": 3}, None, features, y)
