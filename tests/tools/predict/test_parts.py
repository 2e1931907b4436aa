"""A table scored in parts gives what it gives as a whole: results, warnings and faults."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from stages.prepare.apply_contract import apply_contract
from stages.prepare.readers.batches import Batches
from stages.shared.errors import InputError
from stages.shared.schemas.contract import Contract, DatePart, Feature
from stages.shared.storage.model_file import scores
from tests.tools.predict.helpers import find_unusual
from tests.tools.predict.test_scoring import FACTS, AgeOverHundred
from tools.predict.champion import Champion
from tools.predict.parts import STEP, Summary, choose_size, score_rows, split_rows
from tools.predict.scoring import select_features

ROWS = 5 * STEP + 7
CONTRACT = Contract(
    source="small.csv", rows=10_000, positives=50, target="sick", positive="yes", negative="no",
    features=[
        Feature(name="age", type="numeric", missing=0.0, minimum=0.0, maximum=100.0, sizes=[1.0, 50.0, 99.0]),
        Feature(name="dose", type="numeric", missing=0.0, minimum=0.0, maximum=5.0, sizes=[0.1, 1.0, 5.0]),
        Feature(name="empty", type="numeric", missing=0.1),
        Feature(name="ward", type="categorical", missing=0.0, categories=["north", "south"]),
        Feature(name="seen_year", type="numeric", missing=0.0, date=DatePart(column="seen", part="year", format="iso")),
    ],
    key=[], group=None, time=None, missing={"age": ["999"]},
)  # fmt: skip


def make_table(**columns: list[str]) -> pa.Table:
    """Rows of which all parts hold something unusual, but one, whose cells are those of training."""
    random = np.random.RandomState(0)
    age = random.uniform(0, 100, ROWS)
    age[np.r_[3, STEP + 5, ROWS - 1 - np.arange(20)]] = [150.0] * 22
    ward = random.choice(["north", " South"], ROWS).astype(object)
    ward[[0, 2 * STEP, ROWS - 2]] = "moon"
    cells = {
        "age": [f"{value:.3f}" for value in age],
        "dose": [f"{value:.3f}" for value in random.uniform(10, 90, ROWS)],  # in another unit
        "empty": [None] * ROWS,
        "ward": ward.tolist(),
        "seen": [f"{2000 + year}-01-31" for year in random.randint(0, 20, ROWS)],
    }
    return pa.table({**cells, **columns})


def score(raw: pa.Table, size: int, workers: int = 1, piece: int = ROWS) -> tuple[pa.Table, Summary]:
    """Score `raw`, which is read in pieces of `piece` rows."""
    rows = Batches(
        "new.csv", raw.column_names, raw.num_rows,
        lambda chosen: (raw.slice(start, piece) for start in range(0, raw.num_rows, piece)),
    )  # fmt: skip
    written: list[pa.Table] = []
    summary = score_rows(rows, Champion(FACTS, CONTRACT, AgeOverHundred()), written.append, workers, size)
    return pa.concat_tables(written), summary


@pytest.mark.parametrize("pieces", [[1], [STEP - 1, 2, 3 * STEP], [5 * STEP], [7] * 600])
def test_parts_have_the_size_and_the_last_has_a_step_at_least(pieces: list[int]) -> None:
    rows = list(range(sum(pieces)))
    starts = np.cumsum([0, *pieces[:-1]]).tolist()
    tables = [pa.table({"row": rows[start : start + n]}) for start, n in zip(starts, pieces, strict=True)]
    parts = list(split_rows(tables, 2 * STEP))
    assert pa.concat_tables(parts)["row"].to_pylist() == rows
    assert [part.num_rows for part in parts[:-1]] == [2 * STEP] * (len(parts) - 1)
    assert parts[-1].num_rows < 3 * STEP
    assert len(parts) == 1 or parts[-1].num_rows >= STEP


def test_a_part_has_about_as_many_cells_whatever_the_columns() -> None:
    assert choose_size(CONTRACT) == 204 * STEP  # a million cells of five columns
    assert choose_size(select_features(CONTRACT, CONTRACT.features * 1000)) == STEP


@pytest.mark.parametrize("size", [STEP, 2 * STEP, 4 * STEP])
@pytest.mark.parametrize("piece", [333, STEP, ROWS])
def test_results_and_warnings_are_those_of_the_whole_table(size: int, piece: int) -> None:
    raw = make_table()
    features, unseen = apply_contract(raw, CONTRACT, "new.csv")
    table, summary = score(raw, size, piece=piece)
    assert summary.unusual == find_unusual(features, CONTRACT, unseen)
    assert {(item.column, item.kind): item.cells for item in summary.unusual} == {
        ("age", "out_of_range"): 22,
        ("dose", "out_of_range"): ROWS,
        ("dose", "unit"): ROWS,
        ("empty", "empty"): ROWS,
        ("ward", "unknown_level"): 3,
    }
    assert table["row"].to_pylist() == list(range(ROWS))
    assert table["probability"].to_numpy().tolist() == (features["age"].to_numpy() / 100).tolist()
    assert summary.alarms == sum(table["decision"].to_pylist())
    assert (table, summary) == score(raw, 100 * STEP)


@pytest.mark.slow
def test_two_processes_give_what_one_gives() -> None:
    assert score(make_table(), STEP, workers=2) == score(make_table(), STEP)


AGES, SEEN, WARDS = (make_table()[name].to_pylist() for name in ("age", "seen", "ward"))
FAULTS = {
    "the last row": {"age": [*AGES[:-1], "old"]},
    "rows of several parts": {"age": ["old", *AGES[1 : 2 * STEP], *["older", "1e400"] * 5, *AGES[2 * STEP + 10 :]]},
    "an offset from a part on": {"seen": [*SEEN[: 3 * STEP], *[f"{text}T08:00Z" for text in SEEN[3 * STEP :]]]},
    "no known category": {"ward": ["moon"] * ROWS},
    "two columns in different parts": {"age": [*AGES[:-1], "old"], "seen": ["then", *SEEN[1:]]},
    "a column and no known category": {"age": ["old"] * ROWS, "ward": ["moon"] * ROWS},
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_told_as_of_the_whole_table(name: str) -> None:
    raw = make_table(**FAULTS[name])
    with pytest.raises(InputError) as whole:
        apply_contract(raw, CONTRACT, "new.csv")
    with pytest.raises(InputError) as parts:
        score(raw, STEP, piece=333)
    assert parts.value.problems == whole.value.problems


def test_a_part_without_a_known_category_is_no_fault() -> None:
    _, summary = score(make_table(ward=["moon"] * STEP + WARDS[STEP:]), STEP)
    assert [item.cells for item in summary.unusual if item.kind == "unknown_level"] == [STEP + 2]


def test_an_absent_column_is_suggested_from_all_names() -> None:
    with pytest.raises(InputError, match="no column `age`, which the model needs; did you mean `ages`"):
        score(make_table().rename_columns(["ages", "dose", "empty", "ward", "seen"]), STEP)


def test_faults_of_the_text_come_first() -> None:
    """So they do where a table is read whole before its cells are looked at."""

    def read(chosen: object) -> object:
        yield make_table(age=["old"] * ROWS)
        raise InputError("new.csv: data row 9000 is short")

    rows = Batches("new.csv", make_table().column_names, 2 * ROWS, read)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"^new\.csv: data row 9000 is short$"):
        score_rows(rows, Champion(FACTS, CONTRACT, AgeOverHundred()), lambda table: None, size=STEP)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_products_of_matrices_do_not_depend_on_the_parts() -> None:
    """Rows at the end of a table are multiplied in smaller groups, so a part must not end between two groups."""
    random = np.random.RandomState(0)
    X = random.normal(size=(3 * STEP + 1, 23))
    y = (X[:, 0] + random.normal(size=len(X)) > 1).astype(int)
    table = pa.table({"row": np.arange(len(X))})
    for classifier in (LogisticRegression(), MLPClassifier([32], max_iter=3, random_state=0)):
        classifier.fit(X, y)
        parts = [scores(classifier, X[part["row"].to_numpy()]) for part in split_rows([table], STEP)]
        assert len(parts) == 3
        assert np.concatenate(parts).tolist() == scores(classifier, X).tolist()
