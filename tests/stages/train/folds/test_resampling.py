"""What resampling says of itself: nothing to do, nothing possible, and how far a setting may go."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.errors import InputError
from stages.shared.schemas.contract import Feature
from stages.shared.storage.parquet import Table
from stages.train.folds.fold_data import FoldData
from stages.train.folds.resampling import Preprocessed, ResamplingError, resample
from stages.train.folds.splitter import Fold
from stages.train.params import TrainParams
from stages.train.samplers.plan import Plan
from stages.train.strategy.context import StrategyContext
from stages.train.strategy.cross_validation import fit_strategy

Prepare = Callable[..., Any]
MakeTable = Callable[..., Table]


@pytest.fixture
def six_rows(as_table: Callable[..., Table]) -> Table:
    """The quiz of the course: X = [[1], …, [6]], y = [0, 0, 0, 1, 1, 1]."""
    column = pa.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    return as_table({"x": column}, [Feature(name="x", type="numeric", missing=0.0)], np.array([0, 0, 0, 1, 1, 1]))


@pytest.mark.parametrize(
    ("ratio", "note"),
    [
        ("auto", "SMOTE: no row added or removed"),
        (1.0, "SMOTE: nothing to do: the ratio is already 1.000, requested was 1.0"),
        (0.75, "SMOTE: nothing to do: the ratio is already 1.000, requested was 0.75"),
    ],
)
def test_smote_on_balanced_data_adds_no_row_and_says_so(
    six_rows: Table, prepare: Prepare, ratio: Any, note: str
) -> None:
    prepared = prepare(six_rows, {"sampler": "SMOTE", "sampling_strategy": ratio}).prepared
    assert len(prepared.X) == len(prepared.y) == 6
    assert (prepared.added, prepared.removed) == (0, 0)
    assert prepared.flow[-1].note == note


@pytest.mark.parametrize("sampler", ["SMOTE", "RandomOverSampler", "RandomUnderSampler"])
def test_a_ratio_below_the_present_one(make_table: MakeTable, prepare: Prepare, sampler: str) -> None:
    """There are 20 of 60: a ratio of 1 / 3."""
    prepared = prepare(make_table("numeric"), {"sampler": sampler, "sampling_strategy": 0.25}).prepared
    assert len(prepared.y) == 80
    assert prepared.flow[-1].note == f"{sampler}: nothing to do: the ratio is already 0.333, requested was 0.25"


def test_a_cleaner_cleans_also_where_smote_has_nothing_to_do(make_table: MakeTable, prepare: Prepare) -> None:
    prepared = prepare(make_table("numeric"), {"sampler": "SMOTETomek", "sampling_strategy": 0.25}).prepared
    assert prepared.added == 0
    assert prepared.removed == 80 - len(prepared.y) > 0


@pytest.mark.parametrize(
    ("sampler", "ratio", "rows"),
    [
        ("SMOTE", 0.75, (60, 45)),
        ("SMOTE", 1.0, (60, 60)),
        ("SMOTE", 1, (60, 60)),
        # 60 × 0.34 is 20.4: not one row more than the 20 that are there
        ("SMOTE", 0.34, (60, 20)),
        ("RandomUnderSampler", 0.5, (40, 20)),
        ("RandomOverSampler", {"positive": 30}, (60, 30)),
        ("RandomUnderSampler", {"negative": 25, "positive": 10}, (25, 10)),
    ],
)
def test_the_ratio_is_minority_to_majority(
    make_table: MakeTable, prepare: Prepare, sampler: str, ratio: Any, rows: tuple[int, int]
) -> None:
    prepared = prepare(make_table("numeric"), {"sampler": sampler, "sampling_strategy": ratio}).prepared
    assert tuple(np.bincount(prepared.y)) == rows
    change = sum(rows) - 80
    assert (prepared.added, prepared.removed) == (max(0, change), max(0, -change))
    assert (
        prepared.flow[-1].note == f"{sampler}: {change:+d} rows"
        if change
        else "nothing to do" in prepared.flow[-1].note
    )


def refusal(make_table: MakeTable, prepare: Prepare, kind: str, strategy: dict[str, Any], **how: Any) -> str:
    with pytest.raises(InputError) as caught:
        prepare(make_table(kind, negatives=30, positives=10, missing=False), strategy, **how)
    return str(caught.value)


@pytest.mark.parametrize(
    ("sampler", "setting", "largest", "kind"),
    [
        # of 10 positives each has 9 others
        ("SMOTE", "k_neighbors", 9, "numeric"),
        ("SMOTE", "k_neighbors", 9, "mixed"),
        ("SMOTE", "k_neighbors", 9, "categorical"),
        ("SMOTETomek", "k_neighbors", 9, "mixed"),
        ("BorderlineSMOTE", "k_neighbors", 9, "numeric"),
        ("SVMSMOTE", "k_neighbors", 9, "numeric"),
        ("ADASYN", "n_neighbors", 9, "numeric"),
        # these look among all 40 rows
        ("BorderlineSMOTE", "m_neighbors", 39, "numeric"),
        ("SVMSMOTE", "m_neighbors", 39, "numeric"),
        # distances to positives: a negative is none of them
        ("NearMiss", "n_neighbors", 10, "numeric"),
    ],
)
def test_too_many_neighbours_names_the_setting_and_the_largest_possible(
    make_table: MakeTable, prepare: Prepare, sampler: str, setting: str, largest: int, kind: str
) -> None:
    prepare(make_table(kind, negatives=30, positives=10, missing=False), {"sampler": sampler, setting: largest})
    message = refusal(make_table, prepare, kind, {"sampler": sampler, setting: largest + 1})
    found = f"{setting} is {largest + 1} on a training fold with 30 negatives and 10 positives"
    assert f"{found}; at most {largest} is possible there" in message


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        ({"sampler": "EditedNearestNeighbours", "n_neighbors": 40}, "n_neighbors is 40 on a training fold with 30"),
        ({"sampler": "EditedNearestNeighbours", "n_neighbors": 40}, "at most 39 is possible there"),
        ({"sampler": "EditedNearestNeighbours", "n_neighbors": 30}, "it would remove every row of one class"),
        ({"sampler": "SMOTE", "k_neighbors": 0}, "SMOTE: The 'k_neighbors' parameter"),
        ({"sampler": "SMOTE", "k_neighbors": "five"}, "SMOTE: The 'k_neighbors' parameter"),
        ({"sampler": "SMOTE", "sampling_strategy": "much"}, "SMOTE: The 'sampling_strategy' parameter"),
        ({"sampler": "SMOTE", "sampling_strategy": {"positive": 5}}, "SMOTE cannot work on a training fold with 30 "),
        ({"sampler": "TomekLinks", "sampling_strategy": 0.5}, "TomekLinks cannot work"),
        ({"sampler": "KMeansSMOTE", "k_neighbors": 9}, "No clusters found with sufficient samples of class 1"),
        ({"sampler": "OneSidedSelection", "n_seeds_S": True}, "OneSidedSelection cannot work"),
        ({"sampler": "NearMiss", "version": 7}, "NearMiss: The 'version' parameter"),
    ],
)
def test_settings_that_cannot_be(make_table: MakeTable, prepare: Prepare, strategy: dict[str, Any], words: str) -> None:
    message = refusal(make_table, prepare, "numeric", strategy)
    assert words in message
    assert "\n" not in message


def test_a_sampler_that_leaves_no_row_at_all_is_told_so() -> None:
    class Greedy:
        def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
            return X[:0], y[:0]

    start = Preprocessed(np.zeros((4, 1)), np.array([0, 0, 1, 1]), ("preprocessor", None), [], {})
    with pytest.raises(ResamplingError, match=r"Greedy cannot work .* it would remove every row of one class"):
        resample(start, [], Plan({"preprocessor": [Greedy()]}, "Greedy", "Greedy", "as asked"), n_numeric=1)


def test_the_message_names_the_key_in_params(make_table: MakeTable, make_params: Callable[..., TrainParams]) -> None:
    params = make_params({"sampler": "SMOTE", "k_neighbors": 30}, ["logistic_regression"])
    with pytest.raises(InputError, match=r"^params.yaml: strategies.tried: SMOTENC: k_neighbors is 30 .* at most 9 is"):
        fit_strategy(make_table(), "tried", params, lambda _: None)


@pytest.mark.parametrize("sampler", ["SMOTE", "ADASYN", "BorderlineSMOTE", "SMOTETomek", "RandomUnderSampler"])
@pytest.mark.parametrize("scale", ["before_resampling", "after_resampling"])
def test_whole_numbers_stay_whole_and_in_range(
    as_table: Callable[..., Table], make_params: Callable[..., TrainParams], sampler: str, scale: str
) -> None:
    """A sampler makes no other number than 0, 1 and 4 children; it makes new doses."""
    random = np.random.RandomState(5)
    y = np.repeat([0, 1], [60, 20])
    columns = {"children": random.choice([0.0, 1.0, 4.0], 80), "dose": random.normal(size=80) + y}
    features = [
        Feature(name="children", type="numeric", missing=0.0, whole_values=[0.0, 1.0, 4.0]),
        Feature(name="dose", type="numeric", missing=0.0),
    ]
    table = as_table({name: pa.array(values) for name, values in columns.items()}, features, y)
    params = make_params({"sampler": sampler}, ["logistic_regression"], scale=scale)
    prepared = FoldData(StrategyContext(table, "tried", params), Fold(np.arange(80), np.arange(0))).resample({})
    steps = np.diff(np.unique(prepared.X[:, 0]))
    assert np.allclose(steps / steps[0], [1, 3])  # 0, 1 and 4, scaled
    if sampler != "RandomUnderSampler":
        assert len(np.unique(prepared.X[:, 1])) > 80  # between the rows
