"""The simulated tables and scores of tuned models."""

import numpy as np
import pytest

from benchmarks.selection.tuning_bias import Score, compute_bias, draw_train_table, format_row, make_search_params


def test_bias_is_given_in_standard_errors_of_one_score() -> None:
    # differences 0.1 and 0.3: mean 0.2, standard deviation 0.2 / √2
    runs = [Score(0.6, 0.5), Score(0.8, 0.5)]
    assert compute_bias(runs) == (pytest.approx(0.2), pytest.approx(0.2 / 2**0.5))
    assert format_row("row", runs) == ["row", "0.700", "0.500", "+0.2000", "0.1000", "0.141", "+1.41"]


def test_only_the_first_columns_separate_the_classes() -> None:
    table = draw_train_table(2000, np.random.RandomState(0))
    assert (int(table.target.sum()), len(table.target)) == (2000, 20_000)
    means = table.features()[table.target == 1].mean()
    assert len(means) == 23
    assert (means[:3] > 0.4).all()
    assert (means[3:].abs() < 0.15).all()


def test_without_tuning_the_settings_stay() -> None:
    assert make_search_params(0, "roc_auc", tuning=True).tuning.classifiers
    assert not make_search_params(0, "roc_auc", tuning=False).tuning.classifiers
