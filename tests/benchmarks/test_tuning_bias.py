"""The simulated tables whose tuned models are judged."""

import numpy as np
import pytest

from benchmarks.verdict.tuning_bias import NOISE, RATIO, SIGNAL, Scored, bias, params, sample


def test_bias_is_counted_in_standard_errors_of_one_score() -> None:
    # gaps 0.1 and 0.3: mean 0.2, standard deviation 0.2 / √2
    off, error, ratio = bias([Scored(0.6, 0.5), Scored(0.8, 0.5)])
    assert off == pytest.approx(0.2)
    assert error == pytest.approx(0.2 / 2**0.5)
    assert ratio == pytest.approx(2**0.5)


def test_a_sample_has_its_positives_and_columns() -> None:
    table = sample(20, np.random.RandomState(0))
    assert (int(table.target.sum()), len(table.target)) == (20, 20 * (1 + RATIO))
    assert len(table.contract.features) == SIGNAL + NOISE


def test_only_the_first_columns_tell_the_classes_apart() -> None:
    table = sample(2000, np.random.RandomState(0))
    means = table.features()[table.target == 1].mean()
    assert (means[:SIGNAL] > 0.4).all()
    assert (means[SIGNAL:].abs() < 0.15).all()


def test_without_tuning_the_settings_stand() -> None:
    assert params(0, "roc_auc", tuning=True).tuning.classifiers
    assert not params(0, "roc_auc", tuning=False).tuning.classifiers
