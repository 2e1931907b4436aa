"""The other samplers of SMOTE's family that only need a faster neighbor search: the same rows, sooner."""

from imblearn import over_sampling

from stages.train.samplers.neighbors.estimator import UsesExactNeighbors


class ADASYN(UsesExactNeighbors, over_sampling.ADASYN):  # type: ignore[misc]
    """imbalanced-learn's ADASYN (He et al. 2008)."""


class BorderlineSMOTE(UsesExactNeighbors, over_sampling.BorderlineSMOTE):  # type: ignore[misc]
    """imbalanced-learn's Borderline-SMOTE (Han et al. 2005)."""


class SVMSMOTE(UsesExactNeighbors, over_sampling.SVMSMOTE):  # type: ignore[misc]
    """imbalanced-learn's SVM-SMOTE (Nguyen et al. 2011); the fit of the support vectors takes as long as ever."""
