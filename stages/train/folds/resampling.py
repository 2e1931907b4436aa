"""The only place where training rows are resampled: in memory, on one training fold at a time."""

from dataclasses import dataclass
from functools import cached_property
import re
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import InvalidParameterError

from stages.shared.errors import InputError
from stages.shared.schemas.contract import Step
from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.xgb_data import CachedDMatrix
from stages.train.folds.preprocessing import Steps, level_blocks
from stages.train.samplers.plan import Plan, Sampler, snap_categories

Features = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]


#: how imbalanced-learn refuses a ratio for which it would have to take minority rows away, or add majority rows
_RATIO_REACHED = "Please increase the ratio"

#: how scikit-learn's neighbour search says that it has too few rows, whichever sampler it works for
_TOO_FEW_ROWS = re.compile(r"n_neighbors = (\d+), n_samples_fit = (\d+)")


class ResamplingError(InputError):
    """A sampler whose settings are allowed cannot do what was asked on these rows, of which there may be too few."""


@dataclass(frozen=True)
class Prepared:
    """A training fold that any classifier can be fitted on: resampled rows, fitted steps and the row counts."""

    X: Features  # shape (resampled rows, encoded columns)
    y: Target
    steps: Steps
    flow: list[Step]
    added: int  # rows that the samplers added, and took away
    removed: int

    @cached_property
    def single(self) -> npt.NDArray[np.float32]:
        """`X` as float32, which trees convert it to; made once for all of them."""
        return to_float32(self.X)

    @cached_property
    def bins(self) -> dict[ClassWeights, CachedDMatrix]:
        """XGBoost's binned rows by class weights; each is made once for all fits."""
        return {}

    @property
    def before(self) -> tuple[int, int]:
        """The numbers of negatives and positives before resampling."""
        return self.flow[0].negative, self.flow[0].positive


@dataclass(frozen=True)
class Preprocessed:
    """Training rows after the preprocessor: where every setting of a sampler begins."""

    X: Any  # numeric columns, then one code a categorical column
    y: Target
    step: tuple[str, Any]  # fitted
    flow: list[Step]


def to_float32(X: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Return `X` as float32. A value too large becomes infinite, and the classifier refuses it, as it would anyway."""
    with np.errstate(over="ignore"):
        return X.astype(np.float32, copy=False)


def preprocess(features: Any, y: Target, step: tuple[str, Any]) -> Preprocessed:
    """Fits the first of the steps on `features`, raw features of the training rows and no others, as it takes them."""
    _, transformer = step
    X = transformer.fit_transform(features)
    # one transformer imputes and scales, but they are two things to know of the data
    done = ["imputed", "scaled"] if _scales(transformer) else ["imputed"]
    return Preprocessed(X, y, step, [_station(label, X, y) for label in done])


def resample(start: Preprocessed, rest: Steps, plan: Plan, n_numeric: int) -> Prepared:
    """Fits the other steps, `rest`, with the samplers of `plan` in their places; `start` stays as it is.

    Raises InputError when a sampler cannot do what was asked on these rows.
    """
    X, y, flow = start.X, start.y, list(start.flow)
    added = removed = 0
    for name, transformer in [start.step, *rest]:
        if transformer is not start.step[1]:
            X = transformer.fit_transform(X)
            flow.append(_station({"encoder": "encoded", "scaler": "scaled"}[name], X, y))
        for sampler in plan.after.get(name, []):  # type: ignore[call-overload]
            before = len(y)
            X, y, note = _resample(sampler, X, y)
            if name == "encoder":
                X = snap_categories(X, level_blocks(transformer, n_numeric))
            added, removed = added + max(0, len(y) - before), removed + max(0, before - len(y))
            flow.append(_station("resampled", X, y, f"{type(sampler).__name__}: {note}"))
    return Prepared(np.ascontiguousarray(X, dtype=np.float64), y, [start.step, *rest], flow, added, removed)


def prepare_fold(features: Any, y: Target, steps: Steps, plan: Plan, n_numeric: int) -> Prepared:
    """Fits `steps` on one training fold, with the samplers of `plan` in their places.

    Parameters: `features`, a frame of raw features, and `y`, of the training rows and no others.
    Raises InputError when a sampler cannot do what was asked on these rows.
    """
    return resample(preprocess(features, y, steps[0]), steps[1:], plan, n_numeric)


def transform(steps: Steps, features: Any) -> Features:
    """`features` through the fitted steps, as a stored model does it."""
    for _, transformer in steps:
        features = transformer.transform(features)
    return np.ascontiguousarray(features, dtype=np.float64)


def _resample(sampler: Sampler, X: Features, y: Target) -> tuple[Features, Target, str]:
    """The rows after one sampler, with a sentence on what it did."""
    counts = np.bincount(y, minlength=2)
    try:
        X_resampled, y_resampled = sampler.fit_resample(X, y)
    except InvalidParameterError as error:
        raise InputError(f"{type(sampler).__name__}: {' '.join(str(error).split())}") from None
    except (ValueError, TypeError, RuntimeError) as error:
        if _RATIO_REACHED in str(error):
            requested, ratio = vars(sampler)["sampling_strategy"], counts.min() / counts.max()
            return X, y, f"nothing to do: the ratio is {ratio:.3f} already, {requested} was asked for"
        raise ResamplingError(_why_not(sampler, counts, str(error))) from None
    if not np.bincount(y_resampled, minlength=2).all():
        raise ResamplingError(_why_not(sampler, counts, "it would take every row of one class away"))
    change = len(y_resampled) - len(y)
    return (
        np.asarray(X_resampled, dtype=np.float64),
        np.asarray(y_resampled, dtype=np.int64),
        f"{change:+d} rows" if change else "no row added or removed",
    )


def _why_not(sampler: Sampler, counts: Target, error: str) -> str:
    name, found = type(sampler).__name__, _found(counts)
    if too_few := _TOO_FEW_ROWS.search(error):
        searched, rows = (int(number) for number in too_few.groups())
        for setting in ("k_neighbors", "n_neighbors", "m_neighbors", "n_neighbors_ver3"):
            neighbours = getattr(sampler, setting, None)
            neighbours = getattr(neighbours, "k", neighbours)  # of a search that is shared
            # some samplers search for one more: the row itself
            if isinstance(neighbours, int) and (itself := searched - neighbours) in (0, 1):
                return f"{name}: {setting} is {neighbours} {found}; at most {rows - itself} is possible there"
    return f"{name} cannot work {found}: {' '.join(error.split())}; change its settings or leave the strategy out"


def _found(counts: Target) -> str:
    return f"on a training fold with {counts[0]} negatives and {counts[1]} positives"


def _scales(preprocessor: Any) -> bool:
    return preprocessor.named_transformers_["numeric"].named_steps.get("scaler") is not None


def _station(step: str, X: Any, y: Target, note: str = "") -> Step:
    negative, positive = (int(count) for count in np.bincount(y, minlength=2))
    return Step(step=step, rows=len(y), columns=int(X.shape[1]), negative=negative, positive=positive, note=note)
