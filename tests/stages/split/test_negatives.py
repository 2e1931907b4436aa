"""A share of the negatives of train: who stays, and for how many rows each counts."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.errors import InputError
from stages.shared.schemas.contract import WEIGHT
from stages.shared.storage.parquet import Table
from stages.split.split import split
from tests.stages.split.tables import params_of, table_of

Y = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0] * 40


def split_with(keep: float | None, table: Table | None = None, **params: Any) -> tuple[Table, Table]:
    negatives = None if keep is None else {"keep": keep}
    return split(table or table_of(Y), params_of(negatives=negatives, **params))


def test_all_positives_and_a_share_of_the_negatives_stay() -> None:
    (whole, whole_test), (train, test) = split_with(None), split_with(0.2)
    assert test.data.equals(whole_test.data)
    assert whole.target.sum() == train.target.sum() == 30
    assert ((whole.target == 0).sum(), (train.target == 0).sum()) == (270, 54)
    assert set(train.rows) < set(whole.rows)
    assert sorted(train.rows) == train.rows.tolist()


def test_the_kept_ones_count_for_the_others() -> None:
    train, test = split_with(0.2)
    assert train.weights is not None
    assert train.weights[train.target == 1].tolist() == [1.0] * 30
    assert train.weights[train.target == 0].tolist() == [5.0] * 54
    assert train.weights.sum() == 300  # the rows of the whole train set
    assert test.weights is None
    assert WEIGHT not in test.data.column_names
    assert train.contract.negatives_kept == test.contract.negatives_kept == 0.2


def test_they_count_by_their_own_weights_as_well() -> None:
    given = np.random.RandomState(0).uniform(1, 3, size=len(Y))
    table = table_of(Y)
    contract = table.contract.model_copy(update={"weight": "w"})
    table = Table(table.data.append_column("w", pa.array(given)), contract, table.flow)
    (whole, _), (train, test) = split_with(None, table), split_with(0.2, table)
    assert train.weights is not None
    assert whole.weights is not None
    of_whole = dict(zip(whole.rows, whole.weights, strict=True))
    factor = np.where(train.target == 1, 1, 5)
    assert train.weights == pytest.approx([of_whole[row] for row in train.rows] * factor)
    assert test.weights is not None
    assert test.weights.mean() == pytest.approx(1)


def test_the_flow_says_so() -> None:
    train, _ = split_with(0.2)
    _, first, second = train.flow
    assert (first.rows, first.negative, first.positive) == (84, 54, 30)
    assert first.note == "stratified; 0.2 of the negatives, each counts 5 times"
    assert second.note == "stratified"


def test_the_seed_chooses_them() -> None:
    draws = [split_with(0.2, random_state=seed)[0].rows.tolist() for seed in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]


def test_with_time_they_are_of_every_period() -> None:
    train, test = split_with(0.2, table_of(Y, time=list(range(len(Y)))), time="day")
    assert train.times.max() < test.times.min()
    counts = np.histogram(train.times[train.target == 0], bins=4)[0]
    assert counts.min() > 5


def test_fewer_negatives_than_positives_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        split_with(0.1)
    assert caught.value.problems == [
        "params.yaml: split.negatives.keep: 0.1 leaves 27 of the 270 negatives of train, which has 30 positives; "
        "choose a keep above 0.11, or set split.negatives to null"
    ]


@pytest.mark.parametrize("keep", [0, 1, 1.5, "half"])
def test_a_share_lies_between_0_and_1(keep: Any) -> None:
    with pytest.raises(ValueError, match=r"split\.negatives\.keep"):
        split_with(keep)
