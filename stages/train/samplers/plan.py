"""Which imbalanced-learn samplers carry out a strategy, and where among the steps each of them stands.

SMOTE and its family interpolate between rows, which on categorical columns would invent levels. So on a table
with such columns SMOTE runs as SMOTENC (Chawla et al. 2002, section 6.1) on level codes, or as SMOTEN where all
columns are categorical. Samplers without a categorical form see one column a level; each synthetic row's level is then
snapped to the nearest one. SMOTETomek and SMOTEENN are SMOTE followed by a cleaner, and are run as these two.

Those that come from `fast` are imbalanced-learn's own classes with a faster search: the same rows, bit for bit.
"""

from dataclasses import dataclass
from functools import cache
from inspect import signature
from typing import Any, Literal, Protocol

from imblearn.over_sampling import SMOTEN, KMeansSMOTE, RandomOverSampler
from imblearn.under_sampling import (
    ClusterCentroids,
    CondensedNearestNeighbour,
    InstanceHardnessThreshold,
    NearMiss,
    NeighbourhoodCleaningRule,
    OneSidedSelection,
    RandomUnderSampler,
)
import numpy as np
import numpy.typing as npt

from stages.shared.errors import InputError
from stages.train.params import Strategy
from stages.train.params.allowed_settings import Settings
from stages.train.samplers.cleaning import AllKNN, EditedNearestNeighbours, RepeatedEditedNearestNeighbours, TomekLinks
from stages.train.samplers.neighbors.cache import NeighborCache
from stages.train.samplers.smote import SMOTE
from stages.train.samplers.smotenc import SMOTENC
from stages.train.samplers.variants import ADASYN, SVMSMOTE, BorderlineSMOTE

StepName = Literal["preprocessor", "encoder"]


class Sampler(Protocol):
    """An imbalanced-learn sampler."""

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """The rows after resampling."""


SAMPLERS: dict[str, type] = {
    "ADASYN": ADASYN,
    "AllKNN": AllKNN,
    "BorderlineSMOTE": BorderlineSMOTE,
    "ClusterCentroids": ClusterCentroids,
    "CondensedNearestNeighbour": CondensedNearestNeighbour,
    "EditedNearestNeighbours": EditedNearestNeighbours,
    "InstanceHardnessThreshold": InstanceHardnessThreshold,
    "KMeansSMOTE": KMeansSMOTE,
    "NearMiss": NearMiss,
    "NeighbourhoodCleaningRule": NeighbourhoodCleaningRule,
    "OneSidedSelection": OneSidedSelection,
    "RandomOverSampler": RandomOverSampler,
    "RandomUnderSampler": RandomUnderSampler,
    "RepeatedEditedNearestNeighbours": RepeatedEditedNearestNeighbours,
    "SMOTE": SMOTE,
    "SMOTEN": SMOTEN,
    "SMOTENC": SMOTENC,
    "SVMSMOTE": SVMSMOTE,
    "TomekLinks": TomekLinks,
}

#: a combination is an over-sampler and the cleaner that follows it, as imbalanced-learn builds them by default
COMBINATIONS: dict[str, tuple[str, type]] = {
    "SMOTEENN": ("SMOTE", EditedNearestNeighbours),
    "SMOTETomek": ("SMOTE", TomekLinks),
}

#: these only choose rows, or choose and repeat them: no value is made up
SELECTION_ONLY = frozenset(
    name for name in SAMPLERS if not name.endswith("SMOTE") and name not in ("ADASYN", "SMOTEN", "SMOTENC")
) - {"ClusterCentroids"}

#: these hold all rows of a table against each other
QUADRATIC = frozenset(
    ("AllKNN", "CondensedNearestNeighbour", "EditedNearestNeighbours", "NeighbourhoodCleaningRule", "OneSidedSelection")
) | {"RepeatedEditedNearestNeighbours", "SMOTEENN", "SMOTETomek", "TomekLinks"}

#: the setting of each sampler that one search can serve for all of a grid
NEIGHBOR_SETTINGS = {
    "ADASYN": "n_neighbors",
    "BorderlineSMOTE": "k_neighbors",
    "SMOTE": "k_neighbors",
    "SMOTENC": "k_neighbors",
    "SVMSMOTE": "k_neighbors",
}

_SNAPPED = "{} has no categorical form: it sees one column a level, each row snapped to its nearest"


@dataclass(frozen=True)
class Plan:
    """The samplers of a strategy by the step after which they run, and what a reader must know of them."""

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
    tuned: Settings | None = None,
    shared: NeighborCache | None = None,
) -> Plan:
    """The samplers that carry out strategy `name` on a table with so many columns of each type.

    `tuned` are settings of the sampler that stand in place of the strategy's own; `shared` is a search for neighbours
    that is asked where the sampler is one of SHARING: the same rows, found sooner when a grid is gone through.
    Raises InputError when the table lacks the columns that the sampler is made for, or has none that the search is for.
    """
    requested = strategy.sampler
    if requested is None:
        return Plan({}, None, None, "no resampling")
    first, cleaner = COMBINATIONS.get(requested, (requested, None))
    cleaning = [] if cleaner is None else [cleaner(sampling_strategy="all")]
    settings = {**strategy.settings, **(tuned or {})}
    form, why = _form(first, n_numeric, n_categorical, f"params.yaml: strategies.{name}.sampler")
    if n_categorical and settings.get("shrinkage"):
        why = _SNAPPED.format(first)  # a smoothed bootstrap (ROSE) makes values up
    if form == "SMOTENC":
        settings["categorical_features"] = list(range(n_numeric, n_numeric + n_categorical))
    if isinstance(settings.get("sampling_strategy"), dict):
        counts = settings["sampling_strategy"]
        settings["sampling_strategy"] = {int(label == "positive"): count for label, count in counts.items()}
    sampler = _made(form, settings, random_state, shared)
    ran = " + ".join([form, *(type(item).__name__ for item in cleaning)])
    if n_categorical and form in ("SMOTENC", "SMOTEN"):
        # on codes, before they become one column a level; the cleaner measures distances, so it comes after that
        return Plan({"preprocessor": [sampler], "encoder": cleaning}, requested, ran, why)
    index: StepName = "encoder" if n_categorical else "preprocessor"
    return Plan({index: [sampler, *cleaning]}, requested, ran, why)


def _form(requested: str, n_numeric: int, n_categorical: int, key: str) -> tuple[str, str]:
    """The sampler that runs in place of `asked` on such columns, and why."""
    if requested == "SMOTENC" and not (n_numeric and n_categorical):
        raise InputError(f"{key}: SMOTENC needs numeric and categorical columns; found {n_numeric} and {n_categorical}")
    if requested == "SMOTEN" and n_numeric:
        raise InputError(f"{key}: SMOTEN needs categorical columns only; found {n_numeric} numeric; use SMOTE")
    if requested == "SMOTE" and n_categorical:
        if n_numeric:
            return "SMOTENC", f"{n_categorical} categorical columns: SMOTE would invent levels between theirs"
        return "SMOTEN", "all columns are categorical: SMOTE would invent levels between theirs"
    if n_categorical and requested not in SELECTION_ONLY | {"SMOTENC", "SMOTEN"}:
        return requested, _SNAPPED.format(requested)
    return requested, "as asked"


def _made(form: str, settings: Settings, random_state: int, shared: NeighborCache | None) -> Sampler:
    known = _defaults(form)
    if "random_state" in known:
        settings["random_state"] = random_state
    if form in NEIGHBOR_SETTINGS:
        k = settings.get(NEIGHBOR_SETTINGS[form], known[NEIGHBOR_SETTINGS[form]])
        possible = type(k) is int and k >= 1  # anything else is for the sampler itself to refuse
        if possible and shared is not None and k <= shared.k_max:
            settings[NEIGHBOR_SETTINGS[form]] = shared.for_k(k)
    sampler: Sampler = SAMPLERS[form](**settings)
    return sampler


@cache
def _defaults(form: str) -> dict[str, Any]:
    """The settings that a sampler knows, by their defaults."""
    return {name: parameter.default for name, parameter in signature(SAMPLERS[form]).parameters.items()}


def snap_categories(X: npt.NDArray[np.float64], blocks: list[slice]) -> npt.NDArray[np.float64]:
    """`X` with each block of level columns set to 1 at its largest value and 0 elsewhere, in place.

    The nearest level in Euclidean distance is the largest entry; of equal ones the first. Rows that
    already hold one 1 a block stay as they are.
    """
    for block in blocks:
        nearest = X[:, block].argmax(axis=1)
        X[:, block] = 0.0
        X[np.arange(len(X)), block.start + nearest] = 1.0
    return X
