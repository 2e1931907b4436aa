"""One prediction traced through the champion: a row of the train set, from its raw values to the decision.

The row is the positive whose out-of-fold probability is nearest to the threshold, as an example of a close case.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.compute as pc

from stages.shared import paths
from stages.shared.calibration import Calibrator, calibrate, parse_calibration
from stages.shared.decisions import is_positive
from stages.shared.schemas.contract import Contract
from stages.shared.schemas.leaderboard import Candidate
from stages.shared.storage.arrow import to_floats, to_ints
from stages.shared.storage.files import read_json
from stages.shared.storage.model_file import load_model, scores
from stages.shared.storage.parquet import Table, read_parquet, read_table

MISSING = "(missing)"


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

    row: int  # of the raw table, counted from 0
    n_columns: int  # after encoding
    score: float
    probability: float  # the calibrated score
    oof_probability: float  # mean over the repeats of cross-validation, by models that did not see the row
    threshold: float
    decision: bool
    effects: list[FeatureEffect]  # one per feature, the largest absolute change first


def trace_prediction(champion: Candidate, contract: Contract) -> PredictionTrace | None:
    """Trace a positive row of the train set through the champion; None if the train set has no positive.

    An effect is the change of the probability if a single feature gets its typical value. For a number that is the
    value that replaces gaps (median or mean of the train set), for a category the most frequent one. An effect needs
    predictions only, so it exists for every classifier. Effects do not add up, because features interact.
    """
    folder = paths.MODELS / champion.strategy
    calibration = folder / paths.CALIBRATION
    calibrator = parse_calibration(calibration, read_json(calibration))[champion.classifier]
    row = _select_row(folder / paths.OOF, champion, calibrator)
    if row is None:
        return None
    table = read_table(paths.TRAIN)
    model: Any = load_model(folder / f"{champion.classifier}.skops")
    pipeline = model if len(model.steps) > 1 else model[-1].estimators_[0]  # of a blend, the first member
    position = np.flatnonzero(table.rows == row.number)
    own = replace(table, data=table.data.take(position)).features()
    typical = _find_typical(table, pipeline, contract)
    variants = own.iloc[[0] * (len(typical) + 1)].reset_index(drop=True)  # the row itself, then one per feature
    for i, (name, value) in enumerate(typical.items(), start=1):
        variants.loc[i, name] = value
    variant_scores = scores(model, variants)
    calibrated = calibrate(variant_scores, calibrator)
    effects = [
        FeatureEffect(name, _format(own.at[0, name]), _format(value), float(changed - calibrated[0]))
        for (name, value), changed in zip(typical.items(), calibrated[1:], strict=True)
    ]
    return PredictionTrace(
        row=row.number,
        n_columns=int(pipeline[:-1].transform(own).shape[1]),
        score=float(variant_scores[0]),
        probability=float(calibrated[0]),
        oof_probability=row.probability,
        threshold=champion.threshold,
        decision=bool(is_positive(calibrated[:1], champion.threshold)[0]),
        effects=sorted(effects, key=lambda effect: -abs(effect.change)),
    )


class _Row(NamedTuple):
    number: int  # in the raw table
    probability: float  # out of fold


def _select_row(path: Path, champion: Candidate, calibrator: Calibrator) -> _Row | None:
    """Return the positive whose out-of-fold probability is nearest to the threshold, of equals the first row."""
    table = read_parquet(path)
    oof = {name: table.column(name).combine_chunks() for name in ("row", "y", champion.classifier)}
    positive = to_ints(oof["y"]) == 1
    rows, index = np.unique(to_ints(oof["row"])[positive], return_inverse=True)
    if not len(rows):
        return None
    probabilities = calibrate(to_floats(oof[champion.classifier])[positive], calibrator)
    means = np.bincount(index, probabilities) / np.bincount(index)
    nearest = int(np.argmin(np.abs(means - champion.threshold)))
    return _Row(int(rows[nearest]), float(means[nearest]))


def _find_typical(table: Table, pipeline: Any, contract: Contract) -> dict[str, Any]:
    """Return the typical value of each feature, in contract order."""
    typical: dict[str, Any] = {}
    if contract.numeric:
        numeric = pipeline.named_steps["preprocessor"].named_transformers_["numeric"]
        typical.update(zip(contract.numeric, numeric.named_steps["imputer"].statistics_.tolist(), strict=True))
    for name in contract.categorical:
        counts = pc.value_counts(table.data.column(name).combine_chunks()).to_pylist()
        most = min(counts, key=lambda item: (-item["counts"], str(item["values"])))["values"]
        typical[name] = np.nan if most is None else most
    return {feature.name: typical[feature.name] for feature in contract.features}


def _format(value: Any) -> str:
    if isinstance(value, str):
        return value
    return MISSING if np.isnan(value) else f"{value:.6g}"
