"""The samplers that carry out a strategy, and the step after which each of them runs.

SMOTE interpolates between rows, which would invent categories. On a table with categorical columns it therefore runs as
SMOTENC (Chawla et al. 2002, section 6.1), or as SMOTEN if all columns are categorical. Other samplers that create
values get one column per category, and each new row then gets the nearest category. SMOTETomek and SMOTEENN run as
SMOTE followed by a cleaning sampler.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, Literal, Protocol

import numpy as np

from stages.shared.classifiers import Settings
from stages.shared.errors import InputError
from stages.shared.storage.arrow import Floats
from stages.train.params import Strategy
from stages.train.samplers.registry import SAMPLERS

StepName = Literal["preprocessor", "encoder"]


class Sampler(Protocol):
    """An imbalanced-learn sampler."""

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Return the rows after resampling."""


_SNAPPED = "{} has no categorical form: it sees one column a level, each row snapped to its nearest"


@dataclass(frozen=True)
class Plan:
    """The samplers of a strategy by the step after which they run, and their description in the trace."""

    after: dict[StepName, list[Sampler]]
    requested: str | None
    ran: str | None
    why: str


def make_plan(
    name: str,
    strategy: Strategy,
    n_numeric: int,
    n_categorical: int,
    random_state: int,
    sampler_params: Settings | None = None,
) -> Plan:
    """Return the samplers that carry out strategy `name` on a table with these numbers of columns.

    `sampler_params` replace the strategy's own settings. Raises InputError if the table lacks the columns that the
    sampler needs.
    """
    requested = strategy.sampler
    if requested is None:
        return Plan({}, None, None, "no resampling")
    settings = {**strategy.settings, **(sampler_params or {})}
    key = f"params.yaml: strategies.{name}.sampler"
    ran, why = _choose_sampler(requested, n_numeric, n_categorical, key)
    if n_categorical and settings.get("shrinkage"):
        why = _SNAPPED.format(requested)  # a smoothed bootstrap (ROSE) creates values
    if ran == "SMOTENC":
        settings["categorical_features"] = list(range(n_numeric, n_numeric + n_categorical))
    if isinstance(counts := settings.get("sampling_strategy"), dict):
        settings["sampling_strategy"] = {int(label == "positive"): count for label, count in counts.items()}
    build = SAMPLERS[ran].load()
    if "random_state" in signature(build).parameters:
        settings["random_state"] = random_state
    sampler, cleaner = build(**settings), SAMPLERS[requested].cleaner
    cleaning = [SAMPLERS[cleaner].load()(sampling_strategy="all")] if cleaner else []
    names = " + ".join(type(item).__name__ for item in (sampler, *cleaning))
    if n_categorical and ran in ("SMOTENC", "SMOTEN"):
        # on category codes, before the encoder; a cleaning sampler measures distances, so it comes after it
        return Plan({"preprocessor": [sampler], "encoder": cleaning}, requested, names, why)
    step: StepName = "encoder" if n_categorical else "preprocessor"
    return Plan({step: [sampler, *cleaning]}, requested, names, why)


def _choose_sampler(requested: str, n_numeric: int, n_categorical: int, key: str) -> tuple[str, str]:
    """Return the sampler that runs in place of `requested` on such columns, and why."""
    if requested == "SMOTENC" and not (n_numeric and n_categorical):
        raise InputError(f"{key}: SMOTENC needs numeric and categorical columns; found {n_numeric} and {n_categorical}")
    if requested == "SMOTEN" and n_numeric:
        raise InputError(f"{key}: SMOTEN needs categorical columns only; found {n_numeric} numeric; use SMOTE")
    if n_categorical and SAMPLERS[requested].path == SAMPLERS["SMOTE"].path:
        if n_numeric:
            return "SMOTENC", f"{n_categorical} categorical columns: SMOTE would invent levels between theirs"
        return "SMOTEN", "all columns are categorical: SMOTE would invent levels between theirs"
    if n_categorical and SAMPLERS[requested].creates_values:
        return requested, _SNAPPED.format(requested)
    return requested, "as asked"


def restore_categories(X: Floats, blocks: list[slice]) -> Floats:
    """Set each block of one-hot columns of `X` to 1 at its largest value and 0 elsewhere, in place; return `X`.

    The nearest category in Euclidean distance is the largest entry, and the first of equal ones. Rows that already hold
    a single 1 per block do not change.
    """
    for block in blocks:
        nearest = X[:, block].argmax(axis=1)
        X[:, block] = 0.0
        X[np.arange(len(X)), block.start + nearest] = 1.0
    return X


def restore_values(X: Floats, values: Mapping[int, Floats]) -> Floats:
    """Set each cell of the columns in `values` to the nearest of the column's values, in place; return `X`.

    The values are ascending. SMOTE would otherwise make 0.4 of a child.
    """
    for column, allowed in values.items():
        middles = (allowed[1:] + allowed[:-1]) / 2
        X[:, column] = allowed[np.searchsorted(middles, X[:, column])]
    return X
