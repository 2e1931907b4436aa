"""The only module that resamples training rows: in memory, and only the training rows of one fold at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils._param_validation import InvalidParameterError

from stages.shared.errors import InputError, NotApplicableError
from stages.shared.messages import single_line
from stages.shared.schemas.contract import Step
from stages.shared.storage.arrow import Floats, Ints
from stages.train.classifiers.class_weights import ClassWeights, Counts, RowWeights, count_classes
from stages.train.classifiers.xgboost import CachedDMatrix
from stages.train.folds.preprocessing import TEXT, TEXT_COLUMNS, Steps, find_one_hot_blocks
from stages.train.samplers.carried_weights import carry_weights
from stages.train.samplers.plan import Plan, Sampler, restore_categories, restore_values

#: imbalanced-learn's error for a ratio that would need fewer minority rows, or more majority rows
_RATIO_REACHED = "Please increase the ratio"

#: the error of scikit-learn's neighbor search for too few rows, whichever sampler uses it
_TOO_FEW_ROWS = re.compile(r"n_neighbors = (\d+), n_samples_fit = (\d+)")


class ResamplingError(NotApplicableError):
    """A sampler with valid settings cannot do its work on these rows, often because they are too few."""


@dataclass(frozen=True)
class Prepared:
    """A training fold ready for any classifier: resampled rows, fitted steps and row counts."""

    X: Floats  # shape (resampled rows, encoded columns)
    y: Ints
    steps: Steps
    flow: list[Step]
    added: int  # rows
    removed: int
    before: Counts  # of the classes before resampling and before split.negatives, or the sums of their weights
    sample_weight: RowWeights = None

    @cached_property
    def as_float32(self) -> npt.NDArray[np.float32]:
        """`X` as trees read it, made once for all of them.

        A value too large becomes infinite; the classifier refuses it, as it would refuse the float64.
        """
        with np.errstate(over="ignore"):
            return self.X.astype(np.float32)

    @cached_property
    def bins(self) -> dict[ClassWeights, CachedDMatrix]:
        """XGBoost's binned rows by class weights; each is made once for all fits."""
        return {}


@dataclass(frozen=True)
class Preprocessed:
    """Training rows after the first step, which is the same for every setting of the sampler."""

    X: Floats  # numbers, then one code per categorical column
    y: Ints
    step: tuple[str, Any]  # fitted
    flow: list[Step]
    whole_values: dict[int, Floats]  # by column: its values, ascending, where they are few and whole
    sample_weight: RowWeights = None


def preprocess(
    features: pd.DataFrame,
    y: Ints,
    step: tuple[str, Any],
    whole_columns: Sequence[int] = (),
    sample_weight: RowWeights = None,
) -> Preprocessed:
    """Fit and apply the first step on `features`, the raw features of the training rows and of no others.

    New rows of a sampler get, in the columns `whole_columns`, only values that occur here.
    """
    _, transformer = step
    X = transformer.fit_transform(features)
    # one transformer imputes and scales; the trace names both
    is_scaled = "scaler" in transformer.named_transformers_["numeric"].named_steps
    labels = ["imputed", "scaled"] if is_scaled else ["imputed"]
    texts = sum(name.startswith(TEXT) for name in transformer.named_transformers_)
    note = f"each of {texts} text columns as {TEXT_COLUMNS} numbers" if texts else ""
    flow = [_describe_step(label, X, y, note) for label in labels]
    values = {column: np.unique(X[:, column]) for column in whole_columns}
    return Preprocessed(X, y, step, flow, values, sample_weight)


def resample(
    preprocessed: Preprocessed, other_steps: Steps, plan: Plan, n_numeric: int, negatives_kept: float = 1.0
) -> Prepared:
    """Fit `other_steps`, and run the samplers of `plan` between them; `preprocessed` is not changed.

    `negatives_kept` is the share of the negatives that split.negatives left.
    Raises InputError when a sampler cannot do its work on these rows.
    """
    X, y, flow, sample_weight = preprocessed.X, preprocessed.y, list(preprocessed.flow), preprocessed.sample_weight
    added = removed = 0
    for name, transformer in [preprocessed.step, *other_steps]:
        if transformer is not preprocessed.step[1]:
            X = transformer.fit_transform(X)
            flow.append(_describe_step({"encoder": "encoded", "scaler": "scaled"}[name], X, y))
        for sampler in plan.after.get(name, []):  # type: ignore[call-overload]
            before, old_rows = len(y), (X, y)
            X, y, note = _run_sampler(sampler, X, y)
            sample_weight = carry_weights(sampler, sample_weight, old_rows, (X, y))
            X = restore_values(X, preprocessed.whole_values)
            if name == "encoder":
                X = restore_categories(X, find_one_hot_blocks(transformer, n_numeric))
            added, removed = added + max(0, len(y) - before), removed + max(0, before - len(y))
            flow.append(_describe_step("resampled", X, y, f"{type(sampler).__name__}: {note}"))
    negatives, positives = count_classes(preprocessed.y, preprocessed.sample_weight)
    return Prepared(
        X=np.ascontiguousarray(X, dtype=np.float64),
        y=y,
        steps=[preprocessed.step, *other_steps],
        flow=flow,
        added=added,
        removed=removed,
        before=(negatives / negatives_kept, positives),
        sample_weight=sample_weight,
    )


def prepare_fold(features: pd.DataFrame, y: Ints, steps: Steps, plan: Plan, n_numeric: int) -> Prepared:
    """Fit `steps` on one training fold, with the samplers of `plan` between them.

    `features` and `y` are those of the training rows and of no others.
    Raises InputError when a sampler cannot do its work on these rows.
    """
    return resample(preprocess(features, y, steps[0]), steps[1:], plan, n_numeric)


def transform(steps: Steps, features: Any) -> Floats:
    """Return `features` after the fitted steps, as a stored model computes them."""
    for _, transformer in steps:
        features = transformer.transform(features)
    return np.ascontiguousarray(features, dtype=np.float64)


def _run_sampler(sampler: Sampler, X: Floats, y: Ints) -> tuple[Floats, Ints, str]:
    """Return the rows after one sampler, and a sentence on what it did."""
    counts = np.bincount(y, minlength=2)
    try:
        X_resampled, y_resampled = sampler.fit_resample(X, y)
    except InvalidParameterError as error:
        raise InputError(f"{type(sampler).__name__}: {single_line(error)}") from None
    except (ValueError, TypeError, RuntimeError) as error:
        if _RATIO_REACHED in str(error):
            requested, ratio = vars(sampler)["sampling_strategy"], counts.min() / counts.max()
            return X, y, f"nothing to do: the ratio is already {ratio:.3f}, requested was {requested}"
        raise ResamplingError(_explain_failure(sampler, counts, single_line(error))) from None
    if not np.bincount(y_resampled, minlength=2).all():
        raise ResamplingError(_explain_failure(sampler, counts, "it would remove every row of one class"))
    change = len(y_resampled) - len(y)
    return (
        np.asarray(X_resampled, dtype=np.float64),
        np.asarray(y_resampled, dtype=np.int64),
        f"{change:+d} rows" if change else "no row added or removed",
    )


def _explain_failure(sampler: Sampler, counts: Ints, error: str) -> str:
    name, fold = type(sampler).__name__, f"on a training fold with {counts[0]} negatives and {counts[1]} positives"
    if too_few := _TOO_FEW_ROWS.search(error):
        searched, rows = (int(number) for number in too_few.groups())
        for setting in ("k_neighbors", "n_neighbors", "m_neighbors", "n_neighbors_ver3"):
            neighbors = getattr(sampler, setting, None)
            # some samplers search for one more: the row itself
            if isinstance(neighbors, int) and (itself := searched - neighbors) in (0, 1):
                return f"{name}: {setting} is {neighbors} {fold}; at most {rows - itself} is possible there"
    return f"{name} cannot work {fold}: {error.removesuffix('.')}; change its settings or leave the strategy out"


def _describe_step(step: str, X: Any, y: Ints, note: str = "") -> Step:
    negative, positive = (int(count) for count in np.bincount(y, minlength=2))
    return Step(step=step, rows=len(y), columns=int(X.shape[1]), negative=negative, positive=positive, note=note)
