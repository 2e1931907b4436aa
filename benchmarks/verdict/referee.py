"""The pipeline's comparison in memory: the functions of its stages, one after another, without the files between."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stages.evaluate.candidates import Candidate
from stages.evaluate.evaluate import evaluate_candidates
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.evaluate.params import EvaluateParams
from stages.evaluate.thresholds.tuning import tune_threshold
from stages.report.champion.selection import choose_champion
from stages.report.params import ReportParams
from stages.shared.calibration import Calibrator, calibrate
from stages.shared.params import load_yaml
from stages.shared.paths import PARAMS
from stages.shared.schemas.base import parse
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.schemas.leaderboard import Candidate as Champion
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.storage.arrow import Floats
from stages.shared.storage.files import round_floats
from stages.shared.storage.model_file import scores
from stages.shared.storage.parquet import Table
from stages.train.classifiers.calibration import calibrate_oof, fit_calibrator
from stages.train.cross_validation import fit_strategy
from stages.train.outputs.artifacts import cross_validation, describe_choices, oof_columns
from stages.train.outputs.results import StrategyResult
from stages.train.params import TrainParams

#: the fewest that params.yaml may ask for; the choice of a champion needs none of them
FEW_RESAMPLES = 200


def shipped(**changed: Any) -> dict[str, Any]:
    """The content of the shipped params.yaml, with whole sections changed."""
    return {**load_yaml(PARAMS), **changed}


@dataclass(frozen=True)
class Trained:
    """One strategy after train: what its files would hold."""

    outcome: StrategyResult
    record: CvRecord
    oof: dict[str, Any]  # columns row, fold, y and raw scores by classifier
    calibrators: dict[str, Calibrator]

    @property
    def classifiers(self) -> list[str]:
        """Their names, in the order of params.yaml."""
        return list(self.calibrators)

    def threshold(self, classifier: str, policy: str = "f1", raw: bool = False) -> float:
        """The threshold that is best out of fold, of calibrated scores or of raw ones."""
        values = self.oof[classifier]
        return tune_threshold(self.oof["y"], values if raw else calibrate(values, self.calibrators[classifier]), policy)


def trained(table: Table, name: str, params: TrainParams) -> Trained:
    """Strategy `name` learned on the train side, as `python -m stages.train` does it."""
    outcome = fit_strategy(table, name, params, lambda _: None)
    oof = oof_columns(outcome, table.target, table.rows)
    y, fold, n_splits = oof["y"], oof["fold"], params.cv.n_splits
    out_of_fold = {
        key: calibrate_oof(recipe, oof[key], y, fold, n_splits) for key, recipe in outcome.calibration_specs.items()
    }
    content = {
        "strategy": name,
        "manifest": "",
        "sampler": {"asked": outcome.plan.requested, "ran": outcome.plan.ran, "why": outcome.plan.why},
        **describe_choices(outcome),
        "classifiers": cross_validation(oof, out_of_fold),
    }
    record = parse(CvRecord, "in memory", round_floats(CvRecord.model_validate(content).model_dump()))
    calibrators = {key: fit_calibrator(recipe, oof[key], y) for key, recipe in outcome.calibration_specs.items()}
    return Trained(outcome, record, oof, calibrators)


def raw_scores(strategies: dict[str, Trained], table: Table) -> dict[Candidate, Floats]:
    """Every candidate's scores of the rows of `table`, as its model gives them."""
    features = table.features()
    return {
        Candidate(name, classifier): scores(one.outcome.models[classifier], features)
        for name, one in strategies.items()
        for classifier in one.classifiers
    }


def make_leaderboard(
    strategies: dict[str, Trained], raw: dict[Candidate, Floats], test: Table, content: dict[str, Any]
) -> Leaderboard:
    """What evaluate would write of them, as report would read it."""
    evaluate = {**content["evaluate"], "n_resamples": FEW_RESAMPLES}
    params = EvaluateParams.model_validate({**content, "evaluate": evaluate})
    scored = {}
    for candidate, values in raw.items():
        one = strategies[candidate.strategy]
        calibrator = one.calibrators[candidate.classifier]
        threshold = one.threshold(candidate.classifier)
        scored[candidate] = ScoredCandidate(threshold, calibrate(values, calibrator), values, calibrator.method)
    records = {name: one.record for name, one in strategies.items()}
    result = evaluate_candidates(test, scored, records, [], params)
    return Leaderboard.model_validate(round_floats(result.leaderboard.model_dump()))


def champion(leaderboard: Leaderboard, content: dict[str, Any]) -> Champion:
    """The candidate that report would select."""
    return choose_champion(ReportParams.model_validate(content), leaderboard).champion


def train_all(table: Table, strategy_names: Iterable[str], params: TrainParams) -> dict[str, Trained]:
    """All of these strategies on the train side."""
    return {name: trained(table, name, params) for name in strategy_names}
