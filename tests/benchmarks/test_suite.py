"""The data sets of a suite."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.verdict.suite import names, sides, stratified_draw


def test_the_draw_keeps_the_prevalence() -> None:
    y = np.repeat([1, 0], [10, 90])
    kept = stratified_draw(y, 50, np.random.RandomState(0))
    assert (int(kept.sum()), int(y[kept].sum())) == (50, 5)


def test_a_small_table_is_kept_whole() -> None:
    assert stratified_draw(np.array([0, 1, 0]), 3, np.random.RandomState(0)).all()


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Two data sets of different size, and one that is left out unless asked for."""
    for name, rows in (("large", 80), ("small", 20), ("cover", 10)):
        (tmp_path / name).mkdir()
        lines = [f"{row},{int(row % 4 == 0)}" for row in range(rows)]
        (tmp_path / name / f"{name}.csv").write_text("\n".join(["x,target", *lines]) + "\n")
    return tmp_path


def test_the_smallest_comes_first_and_cover_only_when_asked_for(suite: Path) -> None:
    assert names(suite, []) == ["small", "large"]
    assert names(suite, ["large", "cover"]) == ["cover", "large"]
    with pytest.raises(ValueError, match="no data set medium; there are cover, large, small"):
        names(suite, ["medium"])


def test_a_quarter_of_the_drawn_rows_is_the_test_side(suite: Path) -> None:
    train, test = sides(suite, "large", 40, 0)
    assert (len(train.target) + len(test.target), int(train.target.sum() + test.target.sum())) == (40, 10)
    assert (len(test.target), int(test.target.sum())) == (10, 2)
    assert not set(train.rows) & set(test.rows)
