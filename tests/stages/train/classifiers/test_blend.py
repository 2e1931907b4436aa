"""The blend: weights that can be worked out by hand, never learned from the rows that they are judged on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.shared.storage.model_file import dump_model, load_model, scores
from stages.shared.storage.parquet import Table
from stages.train.classifiers.blend import blend_oof, learn_weights
from stages.train.strategy.cross_validation import fit_strategy
from stages.train.strategy.results import StrategyResult

Y = np.array([1, 1, 0, 0])
RIGHT = np.array([0.9, 0.8, 0.2, 0.1])
WRONG = 1 - RIGHT
#: each ranks one positive last, and together they rank both first
HALF = np.array([0.9, 0.1, 0.2, 0.3])
OTHER_HALF = np.array([0.1, 0.9, 0.3, 0.2])


def test_who_is_right_gets_everything() -> None:
    shares = learn_weights(Y, np.column_stack([WRONG, RIGHT]), "average_precision", 5)
    assert shares.tolist() == [0.0, 1.0]


def test_members_that_complete_each_other_share() -> None:
    """The first alone ranks 2 of 4 right; with the second beside it the mean is 0.5, 0.5, 0.25, 0.25."""
    shares = learn_weights(Y, np.column_stack([HALF, OTHER_HALF]), "average_precision", 2)
    assert shares.tolist() == [0.5, 0.5]


def test_of_equals_the_first_is_added() -> None:
    assert learn_weights(Y, np.column_stack([RIGHT, RIGHT]), "average_precision", 3).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("metric", ["brier_score", "log_loss"])
def test_a_loss_is_made_small(metric: str) -> None:
    assert learn_weights(Y, np.column_stack([WRONG, RIGHT]), metric, 5).tolist() == [0.0, 1.0]


def test_the_weights_of_a_fold_come_from_the_others_of_its_repeat() -> None:
    """Member 0 is right in fold 0, member 1 in fold 1; so each fold hears the member that is wrong there.

    Repeat 1 (folds 2 and 3) is the other way round and would undo that if it were listened to.
    """
    y = np.tile(Y, 4)
    first = np.concatenate([RIGHT, WRONG, WRONG, RIGHT])
    second = np.concatenate([WRONG, RIGHT, RIGHT, WRONG])
    fold = np.repeat([0, 1, 2, 3], 4)
    blended = blend_oof(y, np.column_stack([first, second]), fold, 2, "average_precision", 4)
    assert blended == pytest.approx(np.tile(WRONG, 4))


@pytest.fixture(scope="module")
def result(make_table: Callable[..., Table], make_params: Callable[..., Any]) -> StrategyResult:
    names = ["logistic_regression", "random_forest", "xgboost", "mlp", "blend"]
    return fit_strategy(make_table(), "tried", make_params({"sampler": "SMOTE"}, names, n_splits=3), lambda _: None)


def test_the_model_is_the_weighted_vote_of_the_members(
    result: StrategyResult, make_table: Callable[..., Table], tmp_path: Path
) -> None:
    frame = make_table().features()
    votes = [share * scores(result.models[name], frame) for name, share in result.blend_weights.items()]
    assert scores(result.models["blend"], frame) == pytest.approx(sum(votes), abs=1e-12)
    dump_model(result.models["blend"], tmp_path / "blend.skops")
    loaded = load_model(tmp_path / "blend.skops")
    assert np.array_equal(scores(loaded, frame), scores(result.models["blend"], frame))


def test_shares_add_up_and_name_every_member(result: StrategyResult) -> None:
    assert list(result.blend_weights) == ["logistic_regression", "random_forest", "xgboost", "mlp"]
    assert sum(result.blend_weights.values()) == pytest.approx(1)
    kept = [name for name, _ in result.models["blend"].named_steps["classifier"].estimators]
    assert kept == [name for name, share in result.blend_weights.items() if share]


def test_out_of_fold_scores_of_the_blend_are_those_of_its_members(result: StrategyResult) -> None:
    members = np.column_stack([result.oof[name] for name in result.blend_weights])
    blended = result.oof["blend"]
    assert (blended >= members.min(axis=1) - 1e-12).all()
    assert (blended <= members.max(axis=1) + 1e-12).all()
    assert result.calibration_specs["blend"].method == "sigmoid"


def test_it_adds_no_fit_to_the_work(make_table: Callable[..., Table], make_params: Callable[..., Any]) -> None:
    told: list[str] = []
    params = make_params({}, ["logistic_regression", "random_forest", "blend"])
    fit_strategy(make_table(), "tried", params, told.append)
    assert len(told) == 2 * 3
    assert not [line for line in told if "blend" in line]


def test_a_prior_shift_of_the_blend_is_the_mean_of_its_members(
    make_table: Callable[..., Table], make_params: Callable[..., Any]
) -> None:
    params = make_params({"sampler": "SMOTE"}, ["logistic_regression", "random_forest", "blend"], calibration="prior")
    found = fit_strategy(make_table(), "tried", params, lambda _: None).calibration_specs
    assert found["blend"].method == "prior"
    assert found["blend"].shift == pytest.approx(found["random_forest"].shift)  # both members saw equal classes


def test_one_member_that_is_calibrated_is_enough(
    make_table: Callable[..., Table], make_params: Callable[..., Any], small_classifiers: dict[str, dict[str, Any]]
) -> None:
    own = {name: small_classifiers[name] for name in ("mlp", "balanced_random_forest", "blend")}
    turned = {name: own[name] for name in ("balanced_random_forest", "mlp", "blend")}
    for classifiers in (own, turned):
        params = make_params({"classifiers": classifiers}, ["logistic_regression"])
        assert (
            fit_strategy(make_table(), "tried", params, lambda _: None).calibration_specs["blend"].method == "sigmoid"
        )
