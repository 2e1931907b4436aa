"""The data sets of a suite, and results on them."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.shared.data_sets import draw_stratified, list_data_sets, load_data_set, run_missing


def test_the_draw_keeps_the_prevalence() -> None:
    y = np.repeat([1, 0], [10, 90])
    kept = draw_stratified(y, 50, np.random.RandomState(0))
    assert (int(kept.sum()), int(y[kept].sum())) == (50, 5)


def test_a_small_table_stays_complete() -> None:
    assert draw_stratified(np.array([0, 1, 0]), 3, np.random.RandomState(0)).all()


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Two data sets of different size, and cover."""
    for name, rows in (("large", 80), ("small", 20), ("cover", 10)):
        (tmp_path / name).mkdir()
        lines = [f"{row},{int(row % 4 == 0)}" for row in range(rows)]
        (tmp_path / name / f"{name}.csv").write_text("\n".join(["x,target", *lines]) + "\n")
    return tmp_path


def test_the_smallest_comes_first_and_cover_only_by_name(suite: Path) -> None:
    assert list_data_sets(suite) == ["small", "large"]
    assert list_data_sets(suite, ["large", "cover"]) == ["cover", "large"]
    with pytest.raises(ValueError, match="no data set medium; there are cover, large, small"):
        list_data_sets(suite, ["medium"])


def test_a_quarter_of_the_drawn_rows_is_the_test_set(suite: Path) -> None:
    train, test = load_data_set(suite, "large", 40, 0)
    assert (len(train.target) + len(test.target), int(train.target.sum() + test.target.sum())) == (40, 10)
    assert (len(test.target), int(test.target.sum())) == (10, 2)
    assert not set(train.rows) & set(test.rows)


def test_a_finished_run_does_not_run_again(tmp_path: Path) -> None:
    path, computed = tmp_path / "results", []

    def compute(name: str, seed: int) -> int:
        computed.append(name)
        return 10 + seed

    run_missing(path, [("a", 0)], compute)
    assert run_missing(path, [("a", 0), ("b", 1)], compute) == {("a", 0): 10, ("b", 1): 11}
    assert computed == ["a", "b"]
