"""The numbers are imbalanced-learn's own: same rows, same settings, same seed."""

from collections.abc import Callable
from typing import Any

from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC
from imblearn.pipeline import Pipeline as SamplingPipeline
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stages.shared.storage.parquet import Table
from stages.train.samplers.registry import SAMPLERS
from stages.train.strategy.cross_validation import fit_strategy

pytestmark = pytest.mark.slow

Floats = npt.NDArray[np.float64]
COMBINED = {"SMOTEENN": SMOTEENN, "SMOTETomek": SMOTETomek}
ON_NUMBERS = [name for name in SAMPLERS if name not in ("SMOTEN", "SMOTENC")]

#: settings other than the defaults, so that a setting that is dropped shows
SETTINGS: dict[str, dict[str, Any]] = {
    "ADASYN": {"sampling_strategy": 0.75, "n_neighbors": 3},
    "BorderlineSMOTE": {"sampling_strategy": 0.75, "k_neighbors": 3, "m_neighbors": 6, "kind": "borderline-2"},
    "ClusterCentroids": {"sampling_strategy": 0.75, "voting": "hard"},
    "EditedNearestNeighbours": {"n_neighbors": 2, "kind_sel": "mode"},
    "NearMiss": {"version": 2, "n_neighbors": 2},
    "RandomOverSampler": {"sampling_strategy": 0.75, "shrinkage": 0.2},
    "RandomUnderSampler": {"sampling_strategy": 0.75, "replacement": True},
    "SMOTE": {"sampling_strategy": 0.75, "k_neighbors": 3},
}


def standardised(table: Table) -> Floats:
    """The numeric features as the preprocessor should leave them, without any code of ours."""
    names = table.contract.numeric
    X: Floats = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit_transform(table.features()[names])
    return X


def seeded(sampler: Any) -> Any:
    return sampler.set_params(random_state=42) if "random_state" in sampler.get_params() else sampler


@pytest.mark.parametrize(("name", "settings"), [*((name, {}) for name in ON_NUMBERS), *SETTINGS.items()])
def test_on_numbers(
    name: str, settings: dict[str, Any], make_table: Callable[..., Table], prepare: Callable[..., Any]
) -> None:
    table = make_table("numeric")
    sampler = seeded((COMBINED.get(name) or SAMPLERS[name].load())(**settings))
    X, y = sampler.fit_resample(standardised(table), table.target)
    found = prepare(table, {"sampler": name, **settings}).prepared
    assert np.array_equal(found.X, X)
    assert np.array_equal(found.y, y)


@pytest.mark.parametrize("name", COMBINED)
def test_a_combination_with_settings_of_its_smote(
    name: str, make_table: Callable[..., Table], prepare: Callable[..., Any]
) -> None:
    table = make_table("numeric")
    smote = SMOTE(sampling_strategy=0.75, k_neighbors=3, random_state=42)
    X, y = COMBINED[name](smote=smote, random_state=42).fit_resample(standardised(table), table.target)
    found = prepare(table, {"sampler": name, "sampling_strategy": 0.75, "k_neighbors": 3}).prepared
    assert np.array_equal(found.X, X)
    assert np.array_equal(found.y, y)


def codes(table: Table) -> Floats:
    """Level codes by hand: a gap is -2, levels are counted from 0 in the order of the alphabet."""
    columns = []
    for name in table.contract.categorical:
        values = table.features()[name]
        columns.append(pd.Categorical(values).codes.astype(np.float64))
        columns[-1][values.isna()] = -2
    return np.column_stack(columns)


def one_hot(column: Floats) -> Floats:
    return (column[:, None] == np.unique(column)).astype(np.float64)


def test_smote_on_mixed_columns_is_smotenc(make_table: Callable[..., Table], prepare: Callable[..., Any]) -> None:
    table = make_table("mixed")
    sampler = SMOTENC([3, 4], sampling_strategy=0.75, k_neighbors=3, random_state=42)
    X, y = sampler.fit_resample(np.hstack([standardised(table), codes(table)]), table.target)
    found = prepare(table, {"sampler": "SMOTE", "sampling_strategy": 0.75, "k_neighbors": 3}).prepared
    assert np.array_equal(found.X, np.hstack([X[:, :3], one_hot(X[:, 3]), one_hot(X[:, 4])]))
    assert np.array_equal(found.y, y)
    assert found.added == 25  # 45 of 60


def test_smote_on_categorical_columns_is_smoten(make_table: Callable[..., Table], prepare: Callable[..., Any]) -> None:
    table = make_table("categorical")
    X, y = SMOTEN(random_state=42).fit_resample(codes(table), table.target)
    found = prepare(table, {"sampler": "SMOTE"}).prepared
    assert np.array_equal(found.X, np.hstack([one_hot(X[:, 0]), one_hot(X[:, 1])]))
    assert np.array_equal(found.y, y)


#: what logistic regression is here, and for scikit-learn, and how far the two may be apart
SOLVERS = [
    ({"solver": "lbfgs", "max_iter": 200}, {"max_iter": 200}, 1e-12),
    ({"solver": "converged"}, {"solver": "newton-cholesky", "tol": 1e-10}, 1e-7),
]


@pytest.mark.parametrize(("ours", "theirs", "apart"), SOLVERS)
@pytest.mark.parametrize("scale", ["before_resampling", "after_resampling"])
def test_out_of_fold_scores_are_those_of_a_sampling_pipeline(
    scale: str,
    ours: dict[str, Any],
    theirs: dict[str, Any],
    apart: float,
    make_table: Callable[..., Table],
    make_params: Callable[..., Any],
) -> None:
    table = make_table("numeric", negatives=120, positives=30)
    imputer, scaler = ("imputer", SimpleImputer(strategy="median")), ("scaler", StandardScaler())
    sampler = ("sampler", SMOTE(sampling_strategy=0.75, k_neighbors=5, random_state=42))
    steps = [scaler, sampler] if scale == "before_resampling" else [sampler, scaler]
    pipeline = SamplingPipeline([imputer, *steps, ("classifier", LogisticRegression(**theirs, random_state=42))])
    folds = StratifiedKFold(5, shuffle=True, random_state=42)
    expected = cross_val_predict(pipeline, table.features(), table.target, cv=folds, method="predict_proba")[:, 1]

    strategy = {"sampler": "SMOTE", "sampling_strategy": 0.75, "k_neighbors": 5}
    settings = {"logistic_regression": ours}
    params = make_params(strategy, ["logistic_regression"], scale=scale, settings=settings, n_splits=5)
    result = fit_strategy(table, "tried", params, lambda _: None)
    validated = np.concatenate([fold.validation for fold in result.folds])
    assert np.abs(result.oof["logistic_regression"] - expected[validated]).max() < apart
