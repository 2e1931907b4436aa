"""Predictions traced through the champion: rows of the train set, from their raw values to the decision.

Out-of-fold probabilities select the rows. One is the positive found with the lowest probability, and one the positive
missed with the lowest. The third is the false alarm with the highest.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow.compute as pc

from stages.shared import paths
from stages.shared.calibration import Calibrator, calibrate, parse_calibration, shift_prior
from stages.shared.errors import IntegrityError
from stages.shared.metrics.decisions import is_positive
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.contract import Contract
from stages.shared.storage.arrow import to_floats, to_ints
from stages.shared.storage.files import read_json
from stages.shared.storage.model_file import load_model, scores, scores_after
from stages.shared.storage.parquet import Table, read_parquet, read_table

MISSING = "(missing)"
#: a longer text is cut
MAX_TEXT = 200

Outcome = Literal["found", "missed", "false alarm"]


@dataclass(frozen=True)
class FeatureEffect:
    """How the probability changes if the row has the typical value of a feature instead of its own."""

    name: str
    value: str
    typical: str
    change: float


@dataclass(frozen=True)
class PredictionTrace:
    """Every step of one prediction, in order."""

    outcome: Outcome  # out of fold
    row: int  # of the raw table, counted from 0
    n_columns: int  # after encoding
    score: float
    probability: float  # the calibrated score, at the prevalence in use
    oof_probability: float  # mean over the repeats of cross-validation, by models that were not fitted on the row
    threshold: float
    decision: bool
    effects: list[FeatureEffect]  # one per feature, the largest absolute change first


def trace_predictions(champion: Candidate, contract: Contract) -> list[PredictionTrace]:
    """Trace a row of the train set of each outcome that occurs through the champion.

    An effect is the change of the probability if a single feature gets its typical value. For a number that is the
    value that replaces gaps: the median or mean of the train set. For a category it is the most frequent one, for a
    text the empty one. An effect needs predictions only, so it exists for every classifier. Effects do not add up,
    because features interact. Raises IntegrityError when the train set has other features than the data contract.
    """
    folder = paths.MODELS / champion.strategy
    calibration = folder / paths.CALIBRATION
    calibrator = parse_calibration(calibration, read_json(calibration))[champion.classifier]
    rows = _select_rows(folder / paths.OOF, champion, calibrator)
    if not rows:
        return []
    table = read_table(paths.TRAIN)
    expected, actual = ([(item.name, item.type) for item in source.features] for source in (contract, table.contract))
    if actual != expected:
        raise IntegrityError(
            f"{paths.CONTRACT}: has other features than {paths.TRAIN}; run `dvc repro` to make it again"
        )
    model: Any = load_model(folder / f"{champion.classifier}.skops")
    pipeline = model if len(model.steps) > 1 else model[-1].estimators_[0]  # of a blend, the first member
    typical = _find_typical(table, pipeline, contract)
    traces = []
    for row in rows:
        features = replace(table, data=table.data.take(np.flatnonzero(table.rows == row.number))).features()
        changes = [(name, np.array([value], dtype=features[name].to_numpy().dtype)) for name, value in typical.items()]
        raw_scores = np.concatenate([scores(model, features), *scores_after(model, features, changes)])
        probability, *changed = shift_prior(calibrate(raw_scores, calibrator), champion.prior_shift)
        effects = [
            FeatureEffect(name, _format(features.at[0, name]), _format(value), float(after - probability))
            for (name, value), after in zip(typical.items(), changed, strict=True)
        ]
        traces.append(
            PredictionTrace(
                outcome=row.outcome,
                row=row.number,
                n_columns=int(pipeline[:-1].transform(features).shape[1]),
                score=float(raw_scores[0]),
                probability=float(probability),
                oof_probability=row.probability,
                threshold=champion.threshold,
                decision=bool(is_positive(np.array([probability]), champion.threshold)[0]),
                effects=sorted(effects, key=lambda effect: -abs(effect.change)),
            )
        )
    return traces


class _Row(NamedTuple):
    outcome: Outcome
    number: int  # in the raw table
    probability: float  # out of fold


def _select_rows(path: Path, champion: Candidate, calibrator: Calibrator) -> list[_Row]:
    """Return a row of each outcome that occurs; of equal rows the first."""
    table = read_parquet(path)
    row, y, raw = (table.column(name).combine_chunks() for name in ("row", "y", champion.classifier))
    rows, first, index = np.unique(to_ints(row), return_index=True, return_inverse=True)
    calibrated = calibrate(to_floats(raw), calibrator)
    means = np.bincount(index, shift_prior(calibrated, champion.prior_shift)) / np.bincount(index)
    positive = to_ints(y)[first] == 1
    predicted = is_positive(means, champion.threshold)
    outcomes: dict[Outcome, Any] = {  # the rows with each outcome, and the sort key of which the smallest is selected
        "found": (positive & predicted, means),
        "missed": (positive & ~predicted, means),
        "false alarm": (~positive & predicted, -means),
    }
    selected = []
    for outcome, (is_candidate, key) in outcomes.items():
        candidates = np.flatnonzero(is_candidate)
        if len(candidates):
            index = candidates[np.argmin(key[candidates])]
            selected.append(_Row(outcome, int(rows[index]), float(means[index])))
    return selected


def _find_typical(table: Table, pipeline: Any, contract: Contract) -> dict[str, Any]:
    """Return the typical value of each feature, in contract order."""
    typical: dict[str, Any] = dict.fromkeys(contract.text, "")
    if contract.numeric:
        numeric = pipeline.named_steps["preprocessor"].named_transformers_["numeric"]
        typical.update(zip(contract.numeric, numeric.named_steps["imputer"].statistics_.tolist(), strict=True))
    for name in contract.categorical:
        counts = pc.value_counts(table.data.column(name).combine_chunks()).to_pylist()
        most_frequent = min(counts, key=lambda item: (-item["counts"], str(item["values"])))["values"]
        typical[name] = np.nan if most_frequent is None else most_frequent
    return {feature.name: typical[feature.name] for feature in contract.features}


def _format(value: Any) -> str:
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else f"{value[: MAX_TEXT - 1]}…"
    return MISSING if np.isnan(value) else f"{value:.6g}"
