"""One prediction traced through a stored model, on a made row: from raw values to the decision."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.report.explain.contributions import Kind, Part, explain, make_voting
from stages.shared.calibration import Calibrator, calibrate
from stages.shared.decisions import is_positive
from stages.shared.schemas.contract import Contract, Feature
from stages.shared.storage.arrow import Floats
from stages.shared.storage.model_file import scores

if TYPE_CHECKING:
    import pandas as pd

#: what stands for a missing category, and for levels that share a column
MISSING, RARE = "(missing)", "(rare levels)"

Row = dict[str, float | str | None]


@dataclass(frozen=True)
class PredictionTrace:
    """Every station of one prediction, in order."""

    raw: list[tuple[str, str]]  # feature and value
    encoded: list[tuple[str, float]]  # column, such as `age` or `sex=male`, and the number that the classifier gets
    kind: Kind
    parts: list[Part]  # largest magnitude first
    base: float | None
    score: float
    calibrated: float
    threshold: float
    decision: bool  # an alarm
    note: str


def trace_prediction(model: Any, contract: Contract, calibrator: Calibrator, threshold: float) -> PredictionTrace:
    """The way of one made row through `model`, a stored pipeline, and on to the decision at `threshold`.

    The row is nobody's: for a number it has what the model itself fills gaps with (the median or the mean of train),
    for a category the first level of the contract.
    """
    way = _one_way(model)
    row = made_row(way, contract)
    features = _frame(contract, [row])
    encoded: Floats = np.asarray(way[:-1].transform(features), dtype=np.float64)[0]
    columns = column_names(way, contract)
    score = scores(model, features)
    probability = calibrate(score, calibrator)
    explanation = explain(way[-1], encoded, columns) if way is model else make_voting(model[-1], features, columns)
    return PredictionTrace(
        raw=[(name, _text(value)) for name, value in row.items()],
        encoded=list(zip(columns, encoded.tolist(), strict=True)),
        kind=explanation.kind,
        parts=explanation.parts,
        base=explanation.base,
        score=float(score[0]),
        calibrated=float(probability[0]),
        threshold=threshold,
        decision=bool(is_positive(probability, threshold)[0]),
        note=f"{_about(way, contract)} {explanation.note}",
    )


def _one_way(model: Any) -> Any:
    """A pipeline from raw values to a classifier: `model`, or the first member of a blend, which has one for each."""
    return model if len(model.steps) > 1 else model[-1].estimators_[0]


def made_row(model: Any, contract: Contract) -> Row:
    """A row that stands in no table, feature by feature in contract order."""
    numbers = dict(zip(contract.numeric, _imputer(model).statistics_.tolist(), strict=True)) if contract.numeric else {}
    return {
        feature.name: numbers[feature.name] if feature.type == "numeric" else _levels(feature)[0]
        for feature in contract.features
    }


def column_names(model: Any, contract: Contract) -> list[str]:
    """The names of the columns that the classifier gets: a number's own name, `feature=level` for a level.

    Which levels share a column is asked of the model itself: each is sent through its preprocessor.
    """
    names, row = list(contract.numeric), made_row(model, contract)
    for place, name in enumerate(contract.categorical):
        levels = next(_levels(feature) for feature in contract.features if feature.name == name)
        tried = _frame(contract, [row | {name: level} for level in levels])
        codes = model.named_steps["preprocessor"].transform(tried)[:, len(contract.numeric) + place]
        for column in model.named_steps["encoder"].named_transformers_["levels"].categories_[place]:
            same = [level for level, code in zip(levels, codes, strict=True) if code == column]
            names.append(f"{name}={_text(same[0]) if len(same) == 1 else RARE}")
    return names


def _levels(feature: Feature) -> list[str | None]:
    """The levels of a category, a missing one last."""
    return [*(feature.categories or []), None]


def _imputer(model: Any) -> Any:
    return model.named_steps["preprocessor"].named_transformers_["numeric"].named_steps["imputer"]


def _frame(contract: Contract, rows: list[Row]) -> "pd.DataFrame":
    """Rows as models take them: float64 columns, and str objects with NaN for missing levels."""
    import pandas as pd

    columns = {}
    for feature in contract.features:
        values = [np.nan if row[feature.name] is None else row[feature.name] for row in rows]
        columns[feature.name] = pd.Series(values, dtype="float64" if feature.type == "numeric" else "object")
    return pd.DataFrame(columns)


def _about(model: Any, contract: Contract) -> str:
    """A sentence on where the row comes from."""
    sources = []
    if contract.numeric:
        sources.append(f"numbers are the {_imputer(model).strategy}s of the training rows")
    if contract.categorical:
        sources.append(
            "each category is the first of its levels in alphabetical order, which need not be the most common"
        )
    return f"The row is made up, nobody's: {', '.join(sources)}."


def _text(value: float | str | None) -> str:
    if value is None:
        return MISSING
    return value if isinstance(value, str) else f"{value:.6g}"
