"""The stages train and evaluate as functions of tables, without files.

Benchmarks run the shipped comparison on many data sets and keep only its results.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from stages.evaluate.effects.row_sets import RowSets
from stages.evaluate.evaluate import evaluate_candidates
from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.models.inputs import Inputs
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.evaluate.params import EvaluateParams
from stages.evaluate.thresholds.policies import Policy
from stages.evaluate.thresholds.tuning import tune_threshold
from stages.shared.calibration import Calibrator, calibrate
from stages.shared.params import load_yaml
from stages.shared.paths import PARAMS
from stages.shared.schemas.base import parse
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.storage.files import round_floats
from stages.shared.storage.model_file import scores
from stages.shared.storage.parquet import Table
from stages.train.classifiers.calibration import calibrate_oof, fit_calibrator
from stages.train.params import TrainParams
from stages.train.strategy.artifacts import cross_validation, make_record, oof_columns
from stages.train.strategy.cross_validation import fit_strategy
from stages.train.strategy.results import StrategyResult

#: the smallest number that params.yaml allows; the choice of a champion uses no resamples
N_RESAMPLES = 200


def load_params(seed: int, strategies: Sequence[str] = (), tuning: bool = True) -> dict[str, Any]:
    """Return the content of the shipped params.yaml, with these strategies or all, and with its grids or without."""
    params = load_yaml(PARAMS)
    params["random_state"] = seed
    params["evaluate"]["n_resamples"] = N_RESAMPLES
    if strategies:
        params["strategies"] = {name: params["strategies"][name] for name in strategies}
    if not tuning:
        params["tuning"].update(samplers={}, classifiers={})
    return params


@dataclass(frozen=True)
class TrainedStrategy:
    """The models of a strategy, its cross-validation record, out-of-fold scores and calibrators by classifier."""

    result: StrategyResult
    record: CvRecord
    oof: dict[str, Any]
    calibrators: dict[str, Calibrator]

    def tune_threshold(self, classifier: str, metric: str = "f1", calibrated: bool = True) -> float:
        """Return the threshold with the best metric on out-of-fold scores."""
        scores = self.oof[classifier]
        if calibrated:
            scores = calibrate(scores, self.calibrators[classifier])
        return tune_threshold(self.oof["y"], scores, Policy(metric))


def train_strategy(table: Table, name: str, params: TrainParams) -> TrainedStrategy:
    """Train a strategy as the stage does."""
    result = fit_strategy(table, name, params, lambda _: None)
    oof = oof_columns(result, table)
    y, specs = oof["y"], result.calibration_specs
    by_time = table.contract.time is not None
    calibrated = {
        key: calibrate_oof(spec, oof[key], y, oof["fold"], params.cv.n_splits, by_time) for key, spec in specs.items()
    }
    record = make_record(name, "", result, cross_validation(oof, calibrated))
    record = parse(CvRecord, "in memory", round_floats(record.model_dump()))
    return TrainedStrategy(result, record, oof, {key: fit_calibrator(spec, oof[key], y) for key, spec in specs.items()})


def make_leaderboard(train: Table, test: Table, params: dict[str, Any]) -> Leaderboard:
    """Train every strategy and evaluate its candidates; return the leaderboard that the stage report would read."""
    train_params = TrainParams.model_validate(params)
    strategies = {name: train_strategy(train, name, train_params) for name in train_params.strategies}
    oof = pa.table(next(iter(strategies.values())).oof)
    candidates, row_sets = {}, RowSets.make(test.target, test.groups, oof)
    for name, strategy in strategies.items():
        for classifier, calibrator in strategy.calibrators.items():
            raw = scores(strategy.result.models[classifier], test.features())
            candidates[CandidateKey(name, classifier)] = ScoredCandidate(
                strategy.tune_threshold(classifier), calibrate(raw, calibrator), raw, calibrator.method,
                ranking=row_sets.measure(strategy.oof[classifier], raw),
            )  # fmt: skip
    inputs = Inputs(test, {name: strategy.record for name, strategy in strategies.items()}, row_sets, oof)
    result = evaluate_candidates(inputs, candidates, EvaluateParams.model_validate(params))
    return Leaderboard.model_validate(round_floats(result.leaderboard.model_dump()))
