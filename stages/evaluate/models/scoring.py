"""Scores of the trained models on the test rows, and the threshold of each."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from stages.evaluate.effects.decision_curve import list_thresholds, measure_curve
from stages.evaluate.effects.folds import score_folds
from stages.evaluate.effects.row_sets import RowSets
from stages.evaluate.explanation.explain import Explained
from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.evaluate.params import EvaluateParams
from stages.evaluate.thresholds.tuning import choose_threshold
from stages.shared import paths
from stages.shared.calibration import calibrate, get_prior_shift, parse_calibration, shift_prior
from stages.shared.metrics.registry import METRICS, get_points
from stages.shared.runtime.progress import Progress
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.storage.arrow import Floats
from stages.shared.storage.files import read_json
from stages.shared.storage.model_file import load_model, scores
from stages.shared.storage.parquet import read_parquet


def score_models(
    strategy: str,
    record: CvRecord,
    features: pd.DataFrame,
    row_sets: RowSets,
    params: EvaluateParams,
    costs: Floats | None,
    progress: Progress,
) -> dict[CandidateKey, ScoredCandidate]:
    """Return the threshold and the test scores of each classifier; one model is in memory at a time.

    `costs` are those of a wrong decision on each out-of-fold row, where they differ by row.
    """
    folder = paths.MODELS / strategy
    path, oof = folder / paths.CALIBRATION, read_parquet(folder / paths.OOF)
    row_sets.check(folder / paths.OOF, oof)
    calibrators = parse_calibration(path, read_json(path))
    rows, groups, y = (oof[name].to_numpy() for name in ("row", "group", "y"))
    deployment, points = params.evaluate.deployment_prevalence, get_points(params.select.metric)
    weights = oof["weight"].to_numpy() if "weight" in oof.column_names else None
    shift = get_prior_shift(float(np.average(y, weights=weights)), deployment) if deployment else 0.0
    scored = {}
    for classifier in record.classifiers:
        progress.begin(f"scores {strategy}, {classifier}")
        calibrator, raw_oof = calibrators[classifier], oof[classifier].to_numpy()
        calibrated_oof = calibrate(raw_oof, calibrator)
        tuning = choose_threshold(rows, groups, y, shift_prior(calibrated_oof, shift), params, shift, weights, costs)
        raw = scores(load_model(folder / f"{classifier}.skops"), features)
        calibrated, values, cv = calibrate(raw, calibrator), row_sets.measure(raw_oof, raw), {}
        for point in points:
            is_ranking = METRICS[point].family == "ranking"
            out_of_fold, on_test = (raw_oof, raw) if is_ranking else (calibrated_oof, calibrated)
            values[point] = row_sets.measure_one(point, out_of_fold, on_test)
            cv[point] = score_folds(point, oof, out_of_fold, len(raw))
        curve = measure_curve(row_sets, list_thresholds(params.select.metric), calibrated_oof, calibrated)
        scored[CandidateKey(strategy, classifier)] = ScoredCandidate(
            threshold=tuning.threshold,
            scores=calibrated,
            raw=raw,
            calibration=calibrator.method,
            threshold_interval=tuning.interval,
            ranking=values,
            satisfies_constraint=tuning.satisfies_constraint,
            guarantee=tuning.guarantee,
            prior_shift=shift,
            decision_curve=curve,
            cv=cv,
        )
        progress(classifier)
    return scored


def load_explained(
    candidates: list[CandidateKey], scored: dict[CandidateKey, ScoredCandidate], progress: Progress
) -> Iterator[Explained]:
    """Yield each candidate with its model and its scores out of fold; one model is in memory at a time."""
    for candidate in candidates:
        progress.begin(f"explains {candidate}")
        folder = paths.MODELS / candidate.strategy
        calibration = folder / paths.CALIBRATION
        calibrator = parse_calibration(calibration, read_json(calibration))[candidate.classifier]
        model = load_model(folder / f"{candidate.classifier}.skops")
        oof = read_parquet(folder / paths.OOF)[candidate.classifier].to_numpy()
        yield Explained(candidate.name, model, calibrator, scored[candidate], oof)
        progress(str(candidate))
