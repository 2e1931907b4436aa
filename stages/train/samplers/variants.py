"""The other samplers of SMOTE's family that only need a faster neighbor search: the same rows, sooner."""

from typing import Any

from imblearn import over_sampling

from stages.train.samplers.neighbors.estimator import make_exact


class ADASYN(over_sampling.ADASYN):  # type: ignore[misc]
    """imbalanced-learn's ADASYN (He et al. 2008)."""

    def _validate_estimator(self) -> None:
        super()._validate_estimator()
        self.nn_: Any = make_exact(self.nn_)


class BorderlineSMOTE(over_sampling.BorderlineSMOTE):  # type: ignore[misc]
    """imbalanced-learn's Borderline-SMOTE (Han et al. 2005)."""

    def _validate_estimator(self) -> None:
        super()._validate_estimator()
        self.nn_k_: Any = make_exact(self.nn_k_)
        self.nn_m_: Any = make_exact(self.nn_m_)


class SVMSMOTE(over_sampling.SVMSMOTE):  # type: ignore[misc]
    """imbalanced-learn's SVM-SMOTE (Nguyen et al. 2011); the fit of the support vectors takes as long as ever."""

    def _validate_estimator(self) -> None:
        super()._validate_estimator()
        self.nn_k_: Any = make_exact(self.nn_k_)
        self.nn_m_: Any = make_exact(self.nn_m_)
