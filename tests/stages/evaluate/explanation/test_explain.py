"""The rows that slices count: of both sets, of each class an even part."""

import numpy as np
import pyarrow as pa
import pytest

from stages.evaluate.explanation import explain
from stages.evaluate.explanation.explain import TrainRows, join_rows, thin_classes
from stages.shared.schemas.contract import ROW, Contract, Feature
from stages.shared.storage.parquet import Table
from tests.stages.report.made.factory import contract_json


def test_each_class_is_thinned_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    y = np.array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0])
    assert thin_classes(y).tolist() == list(range(10))
    monkeypatch.setattr(explain, "MAX_OF_CLASS", 4)
    assert thin_classes(y).tolist() == [0, 1, 3, 5, 6, 8]  # both positives, every second negative


def test_the_rows_of_train_come_first_in_the_order_of_their_scores() -> None:
    feature = Feature(name="x", type="numeric", missing=0.0).model_dump()
    test = Table(pa.table({"x": [7.0, 8.0]}), Contract.model_validate(contract_json() | {"features": [feature]}), [])
    columns = {ROW: [4, 2, 9], "x": [40.0, 20.0, 90.0]}
    train = TrainRows.find(lambda name: pa.chunked_array([columns[name]]), np.array([9, 4, 9]))  # two repeats of row 9
    assert join_rows(train, test, np.arange(5), ["x"])["x"].to_pylist() == [90.0, 40.0, 90.0, 7.0, 8.0]
    assert join_rows(train, test, np.array([1, 4]), ["x"])["x"].to_pylist() == [40.0, 8.0]
    assert join_rows(None, test, np.array([1]), ["x"])["x"].to_pylist() == [8.0]
