"""What a shuffled feature costs, and the mean probability by its values, of models that use one column alone."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from stages.evaluate.explanation import importance
from stages.evaluate.explanation.dependence import list_positions, measure_dependence
from stages.evaluate.explanation.importance import draw_sample, measure_importance
from stages.shared.storage import model_file
from stages.shared.storage.arrow import Floats

#: level of the intervals, draws, seed
SETTINGS = (0.95, 200, 0)


class ScoreIsX:
    """A model whose score is the column x."""

    classes_ = np.array([0, 1])

    def predict_proba(self, X: Any) -> Floats:
        positive = X["x"].to_numpy(dtype=np.float64)
        return np.column_stack([1 - positive, positive])


def make_frame(rows: int = 200, positives: int = 20) -> tuple[pd.DataFrame, np.ndarray]:
    """Return rows of which the positives have the highest x, and a column without meaning."""
    y = (np.arange(rows) >= rows - positives).astype(np.int64)
    return pd.DataFrame({"x": np.linspace(0, 1, rows), "other": np.arange(rows) % 7.0}), y


def test_the_model_loses_what_it_uses_and_nothing_else() -> None:
    features, y = make_frame()
    used, other = measure_importance(ScoreIsX(), draw_sample(features, y, np.arange(200), None, 0), *SETTINGS)
    assert (used.feature, other.feature) == ("x", "other")
    assert 0.6 < used.low < used.loss < used.high < 1.1  # a perfect ranking becomes a random one: from 1 to about 0.1
    assert (other.loss, other.low, other.high) == (0.0, 0.0, 0.0)


def test_a_sample_has_the_weight_of_all_rows_and_every_positive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importance, "MAX_SCORED", 0)  # so the smallest sample: 2 * MIN_HALF
    features, y = make_frame(2000, 50)
    weights = np.linspace(0.5, 1.5, 2000)
    sample = draw_sample(features, y, np.arange(2000), weights, 0)
    assert (len(sample.y), int(sample.y.sum())) == (200, 50)
    for label in (0, 1):
        assert sample.weights[sample.y == label].sum() == pytest.approx(weights[y == label].sum())
    assert sample.groups.max() == 199
    many = draw_sample(*make_frame(2000, 1500), np.arange(2000), None, 0)
    assert (len(many.y), int(many.y.sum())) == (200, 100)


def test_a_wide_table_has_no_importance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importance, "MAX_FEATURES", 1)
    features, y = make_frame()
    assert measure_importance(ScoreIsX(), draw_sample(features, y, np.arange(200), None, 0), *SETTINGS) == []


def test_the_scores_after_a_change_do_not_depend_on_how_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    features, _ = make_frame(30, 5)
    changes = [("x", np.full(30, value)) for value in (0.1, 0.7)] + [("other", np.zeros(30))]
    together = list(model_file.scores_after(ScoreIsX(), features, changes))
    assert [found.tolist() for found in together[:2]] == [[0.1] * 30, [0.7] * 30]
    assert together[2].tolist() == features["x"].tolist()
    monkeypatch.setattr(model_file, "MAX_CELLS", 1)
    assert np.array_equal(together, list(model_file.scores_after(ScoreIsX(), features, changes)))


def test_the_mean_probability_at_each_position() -> None:
    features, _ = make_frame()
    features["level"] = np.where(np.arange(200) % 3 == 0, "b", "a")
    entries = measure_dependence(ScoreIsX(), features, ["x", "level"], lambda scores: scores / 2)
    numbers = [entry for entry in entries if entry.feature == "x"]
    assert [entry.probability for entry in numbers] == pytest.approx([entry.number / 2 for entry in numbers], abs=1e-6)
    assert (len(numbers), *(round(entry.number, 6) for entry in (numbers[0], numbers[-1]))) == (11, 0.05, 0.95)
    levels = [(entry.category, round(entry.probability, 6)) for entry in entries if entry.feature == "level"]
    assert levels == [("a", 0.25), ("b", 0.25)]  # the model does not use it, and the more frequent one comes first


def test_missing_values_are_no_position() -> None:
    assert list(list_positions(pd.Series([np.nan, 1.0, 1.0]))) == [1.0]
    assert list(list_positions(pd.Series([np.nan, "u"], dtype=object))) == ["u"]
    assert list(list_positions(pd.Series([np.nan, np.nan]))) == []
