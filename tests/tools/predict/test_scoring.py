"""Scoring new rows, with a model whose scores can be done in the head."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from stages.prepare.readers.batches import Batches
from stages.shared.calibration import Identity, Line
from stages.shared.errors import InputError
from stages.shared.schemas.champion import ChampionFacts
from stages.shared.schemas.contract import Contract, Feature
from tools.predict.champion import Champion
from tools.predict.parts import score_rows

CONTRACT = Contract(
    source="small.csv",
    rows=4,
    positives=2,
    target="sick",
    positive="yes",
    negative="no",
    features=[
        Feature(name="age", type="numeric", missing=0.0, minimum=0.0, maximum=100.0),
        Feature(name="ward", type="categorical", missing=0.0, categories=["north", "south"]),
    ],
    key=["id"],
    group=None,
    time=None,
    missing={"age": ["999"]},
)
FACTS = ChampionFacts(
    strategy="smote",
    classifier="xgboost",
    threshold=0.5,
    positive="yes",
    negative="no",
    model="abcdef0123456789",
    calibration=Identity(method="none"),
)


class AgeOverHundred:
    """The score is age / 100; a missing age scores 0."""

    classes_ = np.array([0, 1])

    def predict_proba(self, X):
        positive = np.nan_to_num(X["age"].to_numpy() / 100)
        return np.column_stack([1 - positive, positive])


def table(**columns):
    return pa.table({"id": ["a", "b", "c"], "age": ["20", "50", "80"], "ward": ["north", "south", "north"], **columns})


def scored(raw, contract=CONTRACT, facts=FACTS):
    tables = []
    rows = Batches("new.csv", raw.column_names, raw.num_rows, lambda chosen: iter([raw]))
    summary = score_rows(rows, Champion(facts, contract, AgeOverHundred()), tables.append)
    assert summary.rows == raw.num_rows
    return SimpleNamespace(table=pa.concat_tables(tables), unusual=summary.unusual)


def test_probabilities_are_at_the_prevalence_in_use():
    facts = FACTS.model_copy(update={"prior_shift": -np.log(4)})  # odds a quarter
    found = scored(table(), facts=facts).table
    assert found["probability"].to_pylist() == pytest.approx([1 / 17, 1 / 5, 1 / 2])
    assert found["decision"].to_pylist() == [0, 0, 1]


def test_probability_decision_threshold_and_the_models_id():
    assert scored(table()).table.to_pydict() == {
        "id": ["a", "b", "c"],
        "probability": [0.2, 0.5, 0.8],
        "decision": [0, 1, 1],  # at the threshold is an alarm
        "threshold": [0.5, 0.5, 0.5],
        "model": ["smote/xgboost@abcdef012345"] * 3,
    }


def test_the_probability_is_calibrated_and_the_decision_is_of_it():
    quarter = Line(method="prior", slope=1.0, intercept=-np.log(4), limits=(-40, 40))  # odds of 4 become odds of 1
    table_of = scored(table(), facts=FACTS.model_copy(update={"calibration": quarter})).table
    assert table_of["probability"].to_pylist() == pytest.approx([1 / 17, 1 / 5, 1 / 2])
    assert table_of["decision"].to_pylist() == [0, 0, 1]


def test_the_order_of_columns_is_free_and_further_ones_are_ignored():
    raw = table(extra=["x", "y", "z"])
    assert scored(raw.select(["extra", "ward", "age", "id"])).table.equals(scored(raw).table)


def test_without_key_columns_rows_are_counted():
    assert scored(table(), CONTRACT.model_copy(update={"key": []})).table["row"].to_pylist() == [0, 1, 2]


def test_unseen_levels_are_counted():
    (found,) = scored(table(ward=["north", "west", "west"])).unusual
    assert (found.column, found.kind, found.cells) == ("ward", "unknown_level", 2)
    assert scored(table()).unusual == []


def test_what_means_missing_in_training_means_missing_here():
    assert scored(table(age=["999", "", "80"])).table["probability"].to_pylist() == [0.0, 0.0, 0.8]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (table().drop(["age"]), r"new\.csv: no column `age`"),
        (table().drop(["id"]), r"new\.csv: no column `id`, which names the rows \(data\.key\)"),
        (table(age=["20", "old", "80"]), r"new\.csv: column `age`.*old"),
        (table().slice(0, 0), r"new\.csv: no rows"),
    ],
)
def test_what_breaks_the_contract_is_refused(raw, message):
    with pytest.raises(InputError, match=message):
        scored(raw)


def test_a_key_with_the_name_of_a_result_is_refused():
    contract = CONTRACT.model_copy(update={"key": ["model"]})
    with pytest.raises(InputError, match="name of a result"):
        scored(table(model=["a", "b", "c"]), contract)


def test_a_key_that_is_a_list_is_refused():
    with pytest.raises(InputError, match="key column `id`: is of type list"):
        scored(table(id=[["a"], ["b"], ["c"]]))
