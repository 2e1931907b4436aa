"""The learning curve: parts of the training rows, the points, and what is said of the last gain."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.contract import GROUP
from stages.shared.storage.parquet import Table
from stages.train.params import TrainParams
from stages.train.strategy.cross_validation import fit_strategy
from tests.conftest import MakeTable
from tools.learning_curve.curve import Gain, Point, compare_points, draw_rows, measure_curve

AP = METRICS["average_precision"]


def grouped(table: Table, size: int) -> Table:
    """The table with groups of `size` rows in the order of the rows."""
    groups = np.arange(table.data.num_rows) // size
    data = table.data.set_column(table.data.column_names.index(GROUP), GROUP, pa.array(groups))
    return replace(table, data=data)


def test_a_part_has_the_share_of_both_classes_and_lies_inside_a_larger_one(make_table: MakeTable) -> None:
    table, training = make_table(negatives=60, positives=20), np.arange(10, 80)
    half, quarter = (set(draw_rows(table, training, share, 7).tolist()) for share in (0.5, 0.25))
    assert quarter < half < set(training.tolist())
    for part, share in ((half, 0.5), (quarter, 0.25)):
        for label in (0, 1):
            of_class = [row for row in training if table.target[row] == label]
            assert sum(row in part for row in of_class) == int(np.ceil(share * len(of_class)))
    assert draw_rows(table, training, 1.0, 7).tolist() == training.tolist()


def test_groups_stay_whole(make_table: MakeTable) -> None:
    table = grouped(make_table(negatives=60, positives=20), 4)
    part = draw_rows(table, np.arange(80), 0.5, 0)
    counts = np.bincount(table.groups[part], minlength=20)
    assert set(counts) == {0, 4}


@pytest.mark.parametrize("classifier", ["logistic_regression", "blend"])
def test_the_last_point_is_the_cross_validation_of_the_run(
    make_table: MakeTable, make_params: Callable[..., TrainParams], classifier: str
) -> None:
    table = make_table()
    params = make_params({"sampler": "SMOTE", "k_neighbors": 3}, ["logistic_regression", "random_forest", "blend"])
    points = measure_curve(table, params, ("tried", classifier), AP, [0.5], lambda _: None)
    result = fit_strategy(table, "tried", params, lambda _: None)
    ends = np.cumsum([len(fold.validation) for fold in result.folds])
    parts = zip(result.folds, np.split(result.oof[classifier], ends[:-1]), strict=True)
    assert points[-1].values == [AP.score(table.target[fold.validation], scores) for fold, scores in parts]
    assert [point.share for point in points] == [0.5, 1.0]
    assert points[0].rows == pytest.approx(points[1].rows / 2, abs=1)
    assert points[0].values != points[1].values


def test_a_blend_lacks_the_members_that_the_run_left_out(
    make_table: MakeTable, make_params: Callable[..., TrainParams]
) -> None:
    """The sampler of logistic regression asks for more neighbors than any fold has, so the run went on without it."""
    tuning = {"samplers": {"SMOTE": {"k_neighbors": [60]}}, "classifiers": {"logistic_regression": {"C": [1.0]}}}
    names = ["logistic_regression", "random_forest", "extra_trees", "blend"]
    params = make_params({"sampler": "SMOTE", "k_neighbors": 2}, names, tuning=tuning)
    arguments = (make_table(), params, ("tried", "blend"), AP, [0.5], lambda _: None)
    with pytest.raises(InputError, match="k_neighbors is 60"):
        measure_curve(*arguments)
    assert len(measure_curve(*arguments, not_applicable=["logistic_regression"])) == 2


def test_a_part_with_too_few_rows_is_refused_with_its_share(
    make_table: MakeTable, make_params: Callable[..., TrainParams]
) -> None:
    params = make_params({"sampler": "SMOTE", "k_neighbors": 5}, ["logistic_regression"])
    with pytest.raises(InputError, match=r"^--shares 0.25: params.yaml: .* k_neighbors is 5 .*; give a larger share$"):
        measure_curve(make_table(), params, ("tried", "logistic_regression"), AP, [0.25], lambda _: None)


def test_the_gain_is_paired_by_fold_and_its_interval_allows_for_shared_rows(
    make_params: Callable[..., TrainParams],
) -> None:
    params = make_params({}, ["logistic_regression"], n_splits=2)
    points = [Point(0.5, 10, 2, [0.4, 0.6]), Point(1.0, 20, 4, [0.5, 0.8])]
    gain = compare_points(points, params, False, 0.95)
    # differences 0.1 and 0.2; error sqrt((1 / 2 + 1) × 0.005); t of one degree of freedom 12.706
    assert gain.difference == pytest.approx(0.15)
    assert gain.high - gain.difference == pytest.approx(12.706 * np.sqrt(1.5 * 0.005), rel=1e-4)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.001, 0.03, "More rows would probably help"),
        (-0.03, -0.001, "More rows would probably not help"),
        (-0.009, 0.008, "More rows would hardly matter (within ±0.01)"),
        (-0.02, 0.03, "These folds cannot tell whether more rows would help"),
    ],
)
def test_what_is_said_of_a_gain(low: float, high: float, words: str) -> None:
    assert Gain((low + high) / 2, low, high).describe(0.01) == words
