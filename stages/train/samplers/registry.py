"""The samplers that a strategy may name. A new sampler is one entry in SAMPLERS.

Params models import this module and must answer fast, so classes are named here and imported on first use.
"""

from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any


@dataclass(frozen=True)
class SamplerSpec:
    """What the pipeline knows of one sampler; its name is imbalanced-learn's."""

    path: str  # `module:class`
    settings: tuple[str, ...]  # that params.yaml may give; random_state and objects are not among them
    creates_values: bool = False  # new rows may hold values that no row has, so categories must be restored
    searches_all_rows: bool = False  # it searches neighbors among all rows, not only among the positives
    cleaner: str | None = None  # the sampler that removes rows afterwards

    def load(self) -> Any:
        """Return the class."""
        return resolve_name(self.path)


_FAST = "stages.train.samplers"
_OVER, _UNDER = "imblearn.over_sampling", "imblearn.under_sampling"
_NEIGHBORS = ("sampling_strategy", "k_neighbors")
_CLEANING = ("sampling_strategy", "n_neighbors", "kind_sel")

SAMPLERS = {
    "ADASYN": SamplerSpec(f"{_FAST}.variants:ADASYN", ("sampling_strategy", "n_neighbors"), creates_values=True),
    "AllKNN": SamplerSpec(f"{_FAST}.cleaning:AllKNN", (*_CLEANING, "allow_minority"), searches_all_rows=True),
    "BorderlineSMOTE": SamplerSpec(
        f"{_FAST}.variants:BorderlineSMOTE", (*_NEIGHBORS, "m_neighbors", "kind"), creates_values=True
    ),
    "ClusterCentroids": SamplerSpec(f"{_UNDER}:ClusterCentroids", ("sampling_strategy", "voting"), creates_values=True),
    "CondensedNearestNeighbour": SamplerSpec(
        f"{_UNDER}:CondensedNearestNeighbour", ("sampling_strategy", "n_neighbors", "n_seeds_S"), searches_all_rows=True
    ),
    "EditedNearestNeighbours": SamplerSpec(
        f"{_FAST}.cleaning:EditedNearestNeighbours", _CLEANING, searches_all_rows=True
    ),
    "InstanceHardnessThreshold": SamplerSpec(f"{_UNDER}:InstanceHardnessThreshold", ("sampling_strategy", "cv")),
    "KMeansSMOTE": SamplerSpec(
        f"{_OVER}:KMeansSMOTE",
        (*_NEIGHBORS, "kmeans_estimator", "cluster_balance_threshold", "density_exponent"),
        creates_values=True,
    ),
    "NearMiss": SamplerSpec(f"{_UNDER}:NearMiss", ("sampling_strategy", "version", "n_neighbors", "n_neighbors_ver3")),
    "NeighbourhoodCleaningRule": SamplerSpec(
        f"{_UNDER}:NeighbourhoodCleaningRule",
        ("sampling_strategy", "n_neighbors", "threshold_cleaning"),
        searches_all_rows=True,
    ),
    "OneSidedSelection": SamplerSpec(
        f"{_UNDER}:OneSidedSelection", ("sampling_strategy", "n_neighbors", "n_seeds_S"), searches_all_rows=True
    ),
    "RandomOverSampler": SamplerSpec(f"{_OVER}:RandomOverSampler", ("sampling_strategy", "shrinkage")),
    "RandomUnderSampler": SamplerSpec(f"{_UNDER}:RandomUnderSampler", ("sampling_strategy", "replacement")),
    "RepeatedEditedNearestNeighbours": SamplerSpec(
        f"{_FAST}.cleaning:RepeatedEditedNearestNeighbours", (*_CLEANING, "max_iter"), searches_all_rows=True
    ),
    "SMOTE": SamplerSpec(f"{_FAST}.smote:SMOTE", _NEIGHBORS, creates_values=True),
    "SMOTEENN": SamplerSpec(
        f"{_FAST}.smote:SMOTE",
        _NEIGHBORS,
        creates_values=True,
        searches_all_rows=True,
        cleaner="EditedNearestNeighbours",
    ),
    "SMOTEN": SamplerSpec(f"{_OVER}:SMOTEN", _NEIGHBORS),
    "SMOTENC": SamplerSpec(f"{_FAST}.smotenc:SMOTENC", _NEIGHBORS),
    "SMOTETomek": SamplerSpec(
        f"{_FAST}.smote:SMOTE", _NEIGHBORS, creates_values=True, searches_all_rows=True, cleaner="TomekLinks"
    ),
    "SVMSMOTE": SamplerSpec(
        f"{_FAST}.variants:SVMSMOTE", (*_NEIGHBORS, "m_neighbors", "out_step"), creates_values=True
    ),
    "TomekLinks": SamplerSpec(f"{_FAST}.cleaning:TomekLinks", ("sampling_strategy",), searches_all_rows=True),
}
