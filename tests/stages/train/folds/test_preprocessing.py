"""The steps before a classifier: fitted on training rows alone, one column a level, gaps filled."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.schemas.contract import Feature
from stages.shared.storage.parquet import Table
from stages.train.folds import fold_data
from stages.train.folds.preprocessing import TEXT_COLUMNS
from stages.train.folds.resampling import Prepared, transform
from stages.train.strategy import cross_validation as crossfit
from stages.train.strategy.results import StrategyResult

AsTable = Callable[..., Table]
NUMERIC = {"type": "numeric", "missing": 0.0}
CATEGORICAL = {"type": "categorical", "missing": 0.0}


def a_table(as_table: AsTable, numeric: dict[str, list[Any]], categorical: dict[str, list[Any]], y: list[int]) -> Table:
    features = [Feature(name=name, **NUMERIC) for name in numeric]
    features += [Feature(name=name, **CATEGORICAL) for name in categorical]
    columns = {name: pa.array(values, type=pa.float64()) for name, values in numeric.items()}
    columns |= {name: pa.array(values, type=pa.string()) for name, values in categorical.items()}
    return as_table(columns, features, np.array(y))


def learned(prepared: Prepared) -> list[Any]:
    """Everything that the fitted steps took from the rows."""
    steps = dict(prepared.steps)
    numeric = steps["preprocessor"].named_transformers_["numeric"]
    codes = steps["preprocessor"].named_transformers_["codes"]
    imputer, scaler = numeric.named_steps["imputer"], numeric.named_steps["scaler"]
    values = [imputer.statistics_, scaler.mean_, scaler.scale_]
    values += [categories.astype(str) for categories in codes.categories_]
    return [*values, *steps["encoder"].named_transformers_["levels"].categories_]


def test_nothing_is_learned_from_validation_rows(
    make_table: Callable[..., Table],
    make_params: Callable[..., Any],
    as_table: AsTable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def first_fold(table: Table) -> tuple[list[Any], StrategyResult]:
        prepared: list[Prepared] = []
        original = fold_data.resample

        def spying(*arguments: Any) -> Prepared:
            prepared.append(original(*arguments))
            return prepared[-1]

        with monkeypatch.context() as patch:
            patch.setattr(fold_data, "resample", spying)
            result = crossfit.fit_strategy(table, "tried", make_params({}, ["logistic_regression"]), lambda _: None)
        return learned(prepared[0]), result

    table = make_table()
    expected, result = first_fold(table)
    wild = np.isin(np.arange(len(table.target)), result.folds[0].validation)
    columns = {}
    for feature in table.contract.features:
        strange: Any = 1e9 if feature.type == "numeric" else "never seen"
        values = table.data.column(feature.name).to_pylist()
        columns[feature.name] = pa.array([strange if at else value for at, value in zip(wild, values, strict=True)])
    found, _ = first_fold(as_table(columns, table.contract.features, table.target))
    assert len(found) == len(expected) == 7
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one, other)


def test_gaps_get_the_median_of_the_training_rows_and_numbers_are_standardised(
    as_table: AsTable, prepare: Callable[..., Any]
) -> None:
    """The values 1, 2, 6 have the median 2; 1, 2, 6 and 3 have the mean 3."""
    table = a_table(as_table, {"a": [1, 2, 6, None], "b": [1, 2, 6, 3]}, {}, [0, 0, 1, 1])
    X = prepare(table, {}, scale="after_resampling").prepared.X
    a, b = np.array([1, 2, 6, 2]), np.array([1, 2, 6, 3])
    assert np.allclose(X[:, 0], (a - 2.75) / a.std())
    assert np.allclose(X[:, 1], (b - 3) / b.std())


@pytest.mark.parametrize("scale", ["before_resampling", "after_resampling"])
def test_scaling_stands_where_params_say(
    make_table: Callable[..., Table], prepare: Callable[..., Any], scale: str
) -> None:
    table = make_table("mixed", missing=False)
    prepared = prepare(table, {"sampler": "RandomOverSampler"}, scale=scale).prepared
    expected = {
        "before_resampling": ["imputed", "scaled", "encoded", "resampled"],
        "after_resampling": ["imputed", "encoded", "resampled", "scaled"],
    }
    assert [step.step for step in prepared.flow] == expected[scale]
    numbers = prepared.X[:, :3] if scale == "after_resampling" else prepared.X[:80, :3]
    assert np.allclose(numbers.mean(axis=0), 0)
    assert np.allclose(numbers.std(axis=0), 1)
    assert set(np.unique(prepared.X[:, 3:])) == {0.0, 1.0}  # levels are not standardised


def test_one_column_a_level_and_a_missing_level_is_a_level(as_table: AsTable, prepare: Callable[..., Any]) -> None:
    levels = ["red", None, "blue", "red"]
    fold = prepare(a_table(as_table, {"a": [1, 2, 3, 4]}, {"colour": levels}, [0, 0, 1, 1]), {})
    (block,) = fold.blocks
    columns = fold.prepared.X[:, block]
    assert block == slice(1, 4)
    # the missing level first, then blue and red
    assert columns.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_what_training_never_saw_is_all_zeros(as_table: AsTable, prepare: Callable[..., Any]) -> None:
    columns = {"colour": ["red", "blue", "red", "blue"], "smoker": ["no", None, "no", "yes"]}
    steps = prepare(a_table(as_table, {}, columns, [0, 0, 1, 1]), {}).prepared.steps
    strange = {"colour": ["violet", None, "red", "blue"], "smoker": ["no", "no", "often", None]}
    found = transform(steps, a_table(as_table, {}, strange, [0, 0, 1, 1]).features())
    #                          blue red | missing no yes
    assert found.tolist() == [[0, 0, 0, 1, 0], [0, 0, 0, 1, 0], [0, 1, 0, 0, 0], [1, 0, 1, 0, 0]]


def test_a_column_without_any_value_in_the_fold_stays(as_table: AsTable, prepare: Callable[..., Any]) -> None:
    table = a_table(as_table, {"a": [None] * 4, "b": [1, 2, 3, 4]}, {}, [0, 0, 1, 1])
    prepared = prepare(table, {}).prepared
    assert prepared.X[:, 0].tolist() == [0, 0, 0, 0]
    later = a_table(as_table, {"a": [None, 5, 6, 7], "b": [1, 2, 3, 4]}, {}, [0, 0, 1, 1])
    assert np.isfinite(transform(prepared.steps, later.features())).all()


def test_rare_levels_are_taken_together(as_table: AsTable, prepare: Callable[..., Any]) -> None:
    """Of a, a, a, b, b, c, d and a gap, max_categories 3 leaves a, b, one column for the rest, and the gap."""
    levels = ["a", "a", "a", "b", "b", "c", "d", None]
    table = a_table(as_table, {}, {"letter": levels}, [0, 1] * 4)
    columns = prepare(table, {}, max_categories=3).prepared.X
    assert columns.shape == (8, 4)
    assert columns.sum(axis=1).tolist() == [1] * 8
    assert columns[5].tolist() == columns[6].tolist()
    assert len({tuple(row) for row in columns.tolist()}) == 4
    assert prepare(table, {}, max_categories=30).prepared.X.shape == (8, 5)


@pytest.mark.parametrize("scale", ["before_resampling", "after_resampling"])
@pytest.mark.parametrize(
    ("kind", "steps", "columns"),
    [
        ("numeric", ["preprocessor"], 3),
        ("mixed", ["preprocessor", "encoder"], 3 + 3 + 3),
        ("categorical", ["preprocessor", "encoder"], 3 + 3),
        ("text", ["preprocessor", "encoder"], 3 + TEXT_COLUMNS + 3 + 3),
    ],
)
def test_steps_of_each_kind_of_table(
    make_table: Callable[..., Table], prepare: Callable[..., Any], kind: str, steps: list[str], columns: int, scale: str
) -> None:
    table = make_table(kind)
    prepared = prepare(table, {}, scale=scale).prepared
    assert [name for name, _ in prepared.steps] == steps + ["scaler"] * (scale == "after_resampling")
    assert prepared.X.shape == (80, columns)
    assert np.isfinite(prepared.X).all()
    assert np.array_equal(transform(prepared.steps, table.features()), prepared.X)


def text_table(as_table: AsTable, **texts: list[Any]) -> Table:
    """A number, a category and these texts, of six rows."""
    columns = {"a": pa.array([1.0, 2, 3, 4, 5, 6]), "colour": pa.array(["red", "blue"] * 3)}
    features = [Feature(name="a", **NUMERIC), Feature(name="colour", **CATEGORICAL)]
    features += [Feature(name=name, type="text", missing=0.0) for name in texts]
    columns |= {name: pa.array(cells, pa.string()) for name, cells in texts.items()}
    return as_table(columns, features, np.array([0, 0, 0, 0, 1, 1]))


def test_a_text_is_a_row_of_length_one_that_depends_on_no_other_row(
    as_table: AsTable, prepare: Callable[..., Any]
) -> None:
    """Case and white space do not count; a missing text has no trigram, and a text that training never saw has some."""
    notes = ["Went  home", "went home", "stayed", None, "", "stayed for a week"]
    prepared = prepare(text_table(as_table, note=notes, other=["x"] * 6), {}).prepared
    assert prepared.X.shape == (6, 1 + 2 * TEXT_COLUMNS + 2)
    texts = prepared.X[:, 1 : 1 + TEXT_COLUMNS]
    assert np.array_equal(texts[0], texts[1])
    assert np.allclose((texts**2).sum(axis=1), [1, 1, 1, 0, 0, 1])
    assert texts[2] @ texts[5] > texts[0] @ texts[5]
    later = transform(prepared.steps, text_table(as_table, note=notes[::-1], other=["new"] * 6).features())
    assert np.array_equal(later[::-1, 1 : 1 + TEXT_COLUMNS], texts)
    assert np.allclose((later[:, 1 + TEXT_COLUMNS : -2] ** 2).sum(axis=1), 1)
    assert prepared.flow[0].note == "each of 2 text columns as 128 numbers"


@pytest.mark.parametrize("scale", ["before_resampling", "after_resampling"])
def test_smotenc_takes_texts_as_numbers_and_scaling_leaves_them(
    as_table: AsTable, prepare: Callable[..., Any], scale: str
) -> None:
    table = text_table(as_table, note=["to be", "or not", "to be", "that is", "the question", "the questions"])
    prepared = prepare(table, {"sampler": "SMOTE", "k_neighbors": 1}, scale=scale).prepared
    assert prepared.flow[-1 - (scale == "after_resampling")].step == "encoded"
    made, texts = prepared.X[6:], slice(1, 1 + TEXT_COLUMNS)
    assert len(made) == 2
    assert set(np.unique(made[:, -2:])) == {0.0, 1.0}
    lower, upper = np.minimum(*prepared.X[4:6, texts]), np.maximum(*prepared.X[4:6, texts])
    assert ((made[:, texts] >= lower - 1e-12) & (made[:, texts] <= upper + 1e-12)).all()
    assert np.allclose((prepared.X[:6, texts] ** 2).sum(axis=1), 1)
