"""With `class_weight: prevalence` every classifier counts the classes as they were, whatever the sampler did."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from xgboost import XGBClassifier

from stages.shared.classifiers import BLEND, CLASSIFIERS
from stages.shared.storage.parquet import Table
from stages.train.classifiers.calibration import fit_calibrator
from stages.train.params import TrainParams
from stages.train.samplers.registry import SAMPLERS
from stages.train.strategy.artifacts import make_trace
from stages.train.strategy.cross_validation import fit_strategy
from stages.train.strategy.results import StrategyResult
from tests.stages.train.conftest import FAST

pytestmark = pytest.mark.slow

PLAIN = [name for name, spec in CLASSIFIERS.items() if not spec.balances_itself]

MakeTable = Callable[..., Table]
MakeParams = Callable[..., TrainParams]

UNDER = {"sampler": "RandomUnderSampler", "sampling_strategy": 0.5, "class_weight": "prevalence"}


def run(table: Table, params: TrainParams) -> StrategyResult:
    return fit_strategy(table, "tried", params, lambda _: None)


@pytest.mark.parametrize("name", SAMPLERS)
def test_each_class_weighs_what_it_weighed_before(name: str, make_table: MakeTable, make_params: MakeParams) -> None:
    table = make_table("categorical" if name == "SMOTEN" else "mixed")
    params = make_params(
        {"sampler": name, "class_weight": "prevalence", **FAST.get(name, {})}, PLAIN, calibration="prior"
    )
    result = run(table, params)
    last, weighed = result.flow[-1], make_trace("tried", result, {}).class_weight
    steps = [step for step in result.flow if step.step == "resampled"]
    assert steps[-1].rows == last.rows
    for classifier in PLAIN:
        calibrator = fit_calibrator(result.calibration_specs[classifier], result.oof[classifier], table.target)
        assert calibrator.model_dump()["intercept"] == 0.0  # there is no prior to exchange
        if classifier != BLEND:
            assert last.negative * weighed[classifier]["negative"] == pytest.approx(60)
            assert last.positive * weighed[classifier]["positive"] == pytest.approx(20)


def test_xgboost_is_fitted_on_weighted_rows(make_table: MakeTable, make_params: MakeParams) -> None:
    """40 of 60 negatives are kept, so each weighs 1.5; scale_pos_weight stays out of it."""
    table = make_table("numeric")
    params = make_params(UNDER, ["xgboost"])
    model = run(table, params).models["xgboost"]
    found = model["classifier"]
    assert found.scale_pos_weight == 1.0

    from stages.train.folds.fold_data import FoldData
    from stages.train.folds.splitter import Fold
    from stages.train.strategy.context import StrategyContext

    prepared = FoldData(StrategyContext(table, "tried", params), Fold(np.arange(80), np.arange(0))).resample({})
    assert np.bincount(prepared.y).tolist() == [40, 20]
    by_hand = XGBClassifier(**params.classifiers["xgboost"], random_state=42, n_jobs=1)
    by_hand.fit(prepared.X, prepared.y, sample_weight=np.where(prepared.y == 1, 1.0, 1.5))
    assert found.get_booster().save_raw() == by_hand.get_booster().save_raw()


def test_scores_stay_at_the_prevalence(make_table: MakeTable, make_params: MakeParams) -> None:
    """Raw out-of-fold scores, 25 positives of 425: twice as many negatives as positives are kept."""
    table = make_table("numeric", negatives=400, positives=25)
    means: dict[str, dict[str, Any]] = {}
    for class_weight in (None, "prevalence"):
        result = run(table, make_params({**UNDER, "class_weight": class_weight}, ["logistic_regression", "mlp"]))
        means[str(class_weight)] = {name: scores.mean() for name, scores in result.oof.items()}
    assert means["None"]["logistic_regression"] > 3 * 25 / 425
    assert means["prevalence"]["logistic_regression"] == pytest.approx(25 / 425, rel=0.3)
    assert means["prevalence"]["mlp"] < means["None"]["mlp"]


def test_where_nothing_is_resampled_nothing_is_weighed(make_table: MakeTable, make_params: MakeParams) -> None:
    """A ratio that is reached already: the rows stay as they are, and so do the scores."""
    table = make_table("numeric")
    requested = {"sampler": "SMOTE", "sampling_strategy": 0.2}
    plain = run(table, make_params(requested, PLAIN))
    weighed = run(table, make_params({**requested, "class_weight": "prevalence"}, PLAIN))
    for name, scores in plain.oof.items():
        assert np.array_equal(scores, weighed.oof[name]), name
