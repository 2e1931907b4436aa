"""One prediction traced through the champion: a row of the train set, from its raw values to the decision.

The row is the positive whose out-of-fold probability is nearest to the threshold, as an example of a close case.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.compute as pc

from stages.shared import paths
from stages.shared.calibration import Calibrator, calibrate, parse_calibration, shift_prior
from stages.shared.decisions import is_positive
from stages.shared.errors import IntegrityError
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.contract import Contract
from stages.shared.storage.arrow import Floats, to_floats, to_ints
from stages.shared.storage.files import read_json
from stages.shared.storage.model_file import Classifier, load_model, scores
from stages.shared.storage.parquet import Table, read_parquet, read_table

MISSING = "(missing)"
#: a longer text is cut
MAX_TEXT = 200
#: cells of the rows that are scored together: as many rows as columns would not fit into memory
MAX_CELLS = 1 << 22


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
    probability: float  # the calibrated score, at the prevalence in use
    oof_probability: float  # mean over the repeats of cross-validation, by models that did not see the row
    threshold: float
    decision: bool
    effects: list[FeatureEffect]  # one per feature, the largest absolute change first


def trace_prediction(champion: Candidate, contract: Contract) -> PredictionTrace | None:
    """Trace a positive row of the train set through the champion; None if the train set has no positive.

    An effect is the change of the probability if a single feature gets its typical value. For a number that is the
    value that replaces gaps (median or mean of the train set), for a category the most frequent one, for a text the
    empty one. An effect needs predictions only, so it exists for every classifier. Effects do not add up, because
    features interact. Raises IntegrityError when the train set has other features than the data contract.
    """
    folder = paths.MODELS / champion.strategy
    calibration = folder / paths.CALIBRATION
    calibrator = parse_calibration(calibration, read_json(calibration))[champion.classifier]
    row = _select_row(folder / paths.OOF, champion, calibrator)
    if row is None:
        return None
    table = read_table(paths.TRAIN)
    here, there = ([(item.name, item.type) for item in one.features] for one in (contract, table.contract))
    if here != there:
        raise IntegrityError(
            f"{paths.CONTRACT}: has other features than {paths.TRAIN}; run `dvc repro` to make it again"
        )
    model: Any = load_model(folder / f"{champion.classifier}.skops")
    pipeline = model if len(model.steps) > 1 else model[-1].estimators_[0]  # of a blend, the first member
    position = np.flatnonzero(table.rows == row.number)
    own = replace(table, data=table.data.take(position)).features()
    typical = _find_typical(table, pipeline, contract)
    changes = [None, *typical.items()]  # the row itself, then one per feature
    step = max(1, MAX_CELLS // len(typical))
    variant_scores = np.concatenate(
        [_score_variants(model, own, changes[start : start + step]) for start in range(0, len(changes), step)]
    )
    calibrated = shift_prior(calibrate(variant_scores, calibrator), champion.prior_shift)
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


def _score_variants(model: Classifier, own: Any, changes: list[tuple[str, Any] | None]) -> Floats:
    """Return the scores of the row `own`, a frame, after each of `changes`, a feature and its value."""
    variants = own.iloc[[0] * len(changes)].reset_index(drop=True)
    for i, change in enumerate(changes):
        if change is not None:
            name, value = change
            variants.loc[i, name] = value
    return scores(model, variants)


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
    calibrated = calibrate(to_floats(oof[champion.classifier])[positive], calibrator)
    probabilities = shift_prior(calibrated, champion.prior_shift)
    means = np.bincount(index, probabilities) / np.bincount(index)
    nearest = int(np.argmin(np.abs(means - champion.threshold)))
    return _Row(int(rows[nearest]), float(means[nearest]))


def _find_typical(table: Table, pipeline: Any, contract: Contract) -> dict[str, Any]:
    """Return the typical value of each feature, in contract order."""
    typical: dict[str, Any] = dict.fromkeys(contract.text, "")
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
        return value if len(value) <= MAX_TEXT else f"{value[: MAX_TEXT - 1]}…"
    return MISSING if np.isnan(value) else f"{value:.6g}"
