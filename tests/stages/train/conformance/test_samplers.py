"""Properties of every sampler on every kind of table."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stages.shared.errors import InputError
from stages.shared.storage.parquet import Table
from stages.train.folds.preprocessing import TEXT_COLUMNS
from stages.train.samplers.registry import SAMPLERS
from tests.stages.train.conftest import FAST

KINDS = ("numeric", "mixed", "categorical", "text")

#: what cannot be; everything else must work
REFUSED = {
    ("SMOTENC", "numeric"): "needs numeric and categorical columns; found 3 and 0",
    ("SMOTENC", "categorical"): "needs numeric and categorical columns; found 0 and 2",
    ("SMOTEN", "numeric"): "needs categorical columns only; found 3 numeric",
    ("SMOTEN", "mixed"): "needs categorical columns only; found 3 numeric",
    ("SMOTEN", "text"): "needs categorical columns only; found 131 numeric",
    # equal rows have no distance, so imbalanced-learn divides 0 by 0
    ("KMeansSMOTE", "categorical"): "KMeansSMOTE cannot work on a training fold with 60 negatives and 20 positives",
}

#: samplers that only select rows, or repeat them; SMOTEN and SMOTENC combine existing categories
SELECTING = sorted(
    name for name, spec in SAMPLERS.items() if not spec.creates_values and name not in ("SMOTEN", "SMOTENC")
)

CASES = [(name, kind) for name in SAMPLERS for kind in KINDS]
WORKING = [case for case in CASES if case not in REFUSED]

pytestmark = [
    pytest.mark.slow,
    # categorical rows repeat, so clusters coincide
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:invalid value encountered in divide:RuntimeWarning"),
]


@pytest.fixture(scope="module")
def result(make_table: Callable[..., Table], prepare: Callable[..., Any]) -> Callable[[str, str], Any]:
    """The prepared fold of a sampler on a kind of table, made once."""
    made: dict[tuple[str, str], Any] = {}

    def result(name: str, kind: str) -> Any:
        if (name, kind) not in made:
            made[name, kind] = prepare(make_table(kind), {"sampler": name, **FAST.get(name, {})})
        return made[name, kind]

    return result


@pytest.mark.parametrize(("name", "kind"), REFUSED)
def test_refuses_with_a_clear_message(name: str, kind: str, result: Callable[[str, str], Any]) -> None:
    with pytest.raises(InputError) as caught:
        result(name, kind)
    assert REFUSED[name, kind] in str(caught.value)


@pytest.mark.parametrize(("name", "kind"), WORKING)
def test_gives_finite_numbers_and_both_classes(name: str, kind: str, result: Callable[[str, str], Any]) -> None:
    prepared = result(name, kind).prepared
    assert prepared.X.dtype == np.float64
    assert prepared.y.dtype == np.int64
    assert prepared.X.shape == (
        len(prepared.y),
        {"numeric": 3, "mixed": 9, "categorical": 6, "text": 9 + TEXT_COLUMNS}[kind],
    )
    assert np.isfinite(prepared.X).all()
    assert set(prepared.y) == {0, 1}


@pytest.mark.parametrize(("name", "kind"), [case for case in WORKING if case[1] != "numeric"])
def test_invents_no_level(
    name: str, kind: str, result: Callable[[str, str], Any], make_table: Callable[..., Table]
) -> None:
    fold, table = result(name, kind), make_table(kind)
    for block, column in zip(fold.blocks, table.contract.categorical, strict=True):
        levels = fold.prepared.X[:, block]
        assert set(np.unique(levels)) <= {0.0, 1.0}
        assert (levels.sum(axis=1) == 1).all()
        # a column for each level that the rows have, a gap being one, and no other
        assert levels.shape[1] == table.features()[column].nunique(dropna=False)


@pytest.mark.parametrize(("name", "kind"), WORKING)
def test_counts_add_up(name: str, kind: str, result: Callable[[str, str], Any]) -> None:
    prepared = result(name, kind).prepared
    rows = [(step.rows, step.negative, step.positive) for step in prepared.flow if step.step == "resampled"]
    negative, positive = np.bincount(prepared.y)
    assert len(rows) == (2 if name in ("SMOTETomek", "SMOTEENN") else 1)
    assert rows[-1] == (len(prepared.y), negative, positive)
    assert 80 + prepared.added - prepared.removed == len(prepared.y)
    assert prepared.added >= 0
    assert prepared.removed >= 0
    first = next(step for step in prepared.flow)
    assert (first.step, first.rows, first.negative, first.positive) == ("imputed", 80, 60, 20)
    assert all(step.rows == step.negative + step.positive for step in prepared.flow)


@pytest.mark.parametrize(("name", "kind"), WORKING)
def test_is_the_same_twice_and_leaves_its_input_alone(
    name: str,
    kind: str,
    result: Callable[[str, str], Any],
    make_table: Callable[..., Table],
    prepare: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = make_table(kind)
    frame, y = table.features(), table.target
    before = frame.copy(deep=True)
    monkeypatch.setattr(Table, "features", lambda _: frame)
    monkeypatch.setattr(Table, "target", y)
    again, once = prepare(table, {"sampler": name, **FAST.get(name, {})}).prepared, result(name, kind).prepared
    assert np.array_equal(again.X, once.X)
    assert np.array_equal(again.y, once.y)
    pd.testing.assert_frame_equal(frame, before)
    assert np.array_equal(y, make_table(kind).target)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SELECTING)
def test_selecting_samplers_make_up_no_row(
    name: str,
    kind: str,
    result: Callable[[str, str], Any],
    make_table: Callable[..., Table],
    prepare: Callable[..., Any],
) -> None:
    original = {tuple(row) for row in prepare(make_table(kind), {}).prepared.X}
    assert {tuple(row) for row in result(name, kind).prepared.X} <= original


@pytest.mark.parametrize("name", ["SMOTE", "ADASYN", "BorderlineSMOTE", "SVMSMOTE", "KMeansSMOTE", "SMOTENC"])
def test_interpolating_samplers_keep_the_original_rows_first(
    name: str, result: Callable[[str, str], Any], make_table: Callable[..., Table], prepare: Callable[..., Any]
) -> None:
    original, found = prepare(make_table("mixed"), {}).prepared, result(name, "mixed").prepared
    assert np.array_equal(found.X[:80], original.X)
    assert np.array_equal(found.y[:80], original.y)
    assert (found.y[80:] == 1).all()
    assert found.added == len(found.y) - 80 > 0
