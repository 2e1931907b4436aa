"""Training on a share of the negatives: fits take the rows as they are, and every score counts the others."""

from collections.abc import Callable
from dataclasses import replace
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.classifiers import BLEND, CLASSIFIERS
from stages.shared.schemas.contract import WEIGHT
from stages.shared.storage.parquet import Table
from stages.train.classifiers.calibration import fit_calibrator
from stages.train.params import TrainParams
from stages.train.strategy.artifacts import cross_validation, oof_columns
from stages.train.strategy.cross_validation import fit_strategy

MakeTable = Callable[..., Table]
MakeParams = Callable[..., TrainParams]

KEPT = 0.25


def thin(table: Table) -> Table:
    """Return the table as the rows that split left of one with four times the negatives."""
    weights = np.where(table.target == 1, 1.0, 1 / KEPT)
    contract = table.contract.model_copy(update={"negatives_kept": KEPT})
    return Table(table.data.append_column(WEIGHT, pa.array(weights)), contract, table.flow)


@pytest.mark.slow
@pytest.mark.parametrize("balancing", [False, True])
def test_models_are_those_of_the_same_rows_without_weights(
    balancing: bool, make_table: MakeTable, make_params: MakeParams, small_classifiers: dict[str, dict[str, Any]]
) -> None:
    names = [name for name, spec in CLASSIFIERS.items() if spec.balances_itself == balancing and name != BLEND]
    strategy = {"classifiers": {name: small_classifiers[name] for name in names}} if balancing else {"sampler": "SMOTE"}
    table, params = make_table("numeric"), make_params(strategy, ["logistic_regression"] if balancing else names)
    plain, thinned = (fit_strategy(one, "tried", params, lambda _: None) for one in (table, thin(table)))
    assert list(plain.oof) == list(thinned.oof) == names
    for name in names:
        assert np.array_equal(plain.oof[name], thinned.oof[name])


@pytest.mark.parametrize("strategy", [{}, {"class_weight": "balanced"}])
def test_the_odds_are_exchanged(strategy: dict[str, str], make_table: MakeTable, make_params: MakeParams) -> None:
    params = make_params(strategy, ["logistic_regression"], calibration="prior")
    table = make_table("numeric")
    plain, thinned = (fit_strategy(one, "tried", params, lambda _: None) for one in (table, thin(table)))
    specs = [result.calibration_specs["logistic_regression"] for result in (plain, thinned)]
    assert specs[1].shift - specs[0].shift == pytest.approx(math.log(KEPT))


def test_without_a_treatment_scores_are_calibrated(make_table: MakeTable, make_params: MakeParams) -> None:
    table, params = make_table("numeric"), make_params({}, ["logistic_regression"])
    plain, thinned = (fit_strategy(one, "tried", params, lambda _: None) for one in (table, thin(table)))
    assert plain.calibration_specs["logistic_regression"].method == "none"
    spec = thinned.calibration_specs["logistic_regression"]
    assert spec.method == "sigmoid"
    oof = oof_columns(thinned, thin(table))
    calibrator = fit_calibrator(spec, oof["logistic_regression"], oof["y"], oof["weight"])
    from stages.shared.calibration import calibrate

    mean = np.average(calibrate(oof["logistic_regression"], calibrator), weights=oof["weight"])
    assert mean == pytest.approx(20 / (20 + 60 / KEPT), rel=0.05)  # the prevalence of the whole train set


def test_cross_validation_counts_the_others(make_table: MakeTable, make_params: MakeParams) -> None:
    table = thin(make_table("numeric"))
    result = fit_strategy(table, "tried", make_params({}, ["logistic_regression"]), lambda _: None)
    oof = oof_columns(result, table)
    repeated = np.repeat(np.arange(len(oof["y"])), np.where(oof["y"] == 1, 1, round(1 / KEPT)))
    as_rows = {name: values[repeated] for name, values in oof.items() if name != "weight"}
    scores = {"logistic_regression": oof["logistic_regression"]}
    counted = cross_validation(oof, scores)["logistic_regression"]
    expected = cross_validation(as_rows, {name: values[repeated] for name, values in scores.items()})
    for metric, score in expected["logistic_regression"].items():
        assert counted[metric].folds == pytest.approx(score.folds), metric


def test_prevalence_gives_the_kept_negatives_their_weight_back(make_table: MakeTable, make_params: MakeParams) -> None:
    table = thin(make_table("numeric", negatives=60, positives=20))
    strategy = {"sampler": "RandomUnderSampler", "sampling_strategy": 0.5, "class_weight": "prevalence"}
    result = fit_strategy(table, "tried", make_params(strategy, ["logistic_regression"]), lambda _: None)
    assert result.weights["logistic_regression"].negative == pytest.approx(60 / KEPT / 40)


def test_weights_of_the_table_stay_in_the_fits(make_table: MakeTable, make_params: MakeParams) -> None:
    table = make_table("numeric")
    own = np.random.RandomState(0).uniform(0.5, 1.5, size=len(table.target))
    own /= own.mean()
    contract = table.contract.model_copy(update={"weight": "w"})
    weighted = Table(table.data.append_column("w", pa.array(own)), contract, table.flow)
    counted = own * np.where(table.target == 1, 1.0, 1 / KEPT)
    thinned = replace(thin(weighted), data=weighted.data.append_column(WEIGHT, pa.array(counted)))
    params = make_params({}, ["logistic_regression"])
    one, other = (fit_strategy(each, "tried", params, lambda _: None) for each in (weighted, thinned))
    assert one.oof["logistic_regression"] == pytest.approx(other.oof["logistic_regression"])
