"""Those of SMOTE's family that ask scikit-learn for neighbours and nothing else: asked sooner, the same rows."""

from typing import Any

from imblearn import over_sampling

from stages.train.samplers.neighbors.estimator import exact


class ADASYN(over_sampling.ADASYN):  # type: ignore[misc]
    """imbalanced-learn's ADASYN (He et al. 2008), the same rows."""

    def _validate_estimator(self) -> None:
        super()._validate_estimator()
        self.nn_: Any = exact(self.nn_)


class BorderlineSMOTE(over_sampling.BorderlineSMOTE):  # type: ignore[misc]
    """imbalanced-learn's Borderline-SMOTE (Han et al. 2005), the same rows."""

    def _validate_estimator(self) -> None:
        super()._validate_estimator()
        self.nn_k_: Any = exact(self.nn_k_)
        self.nn_m_: Any = exact(self.nn_m_)


class SVMSMOTE(over_sampling.SVMSMOTE):  # type: ignore[misc]
    """imbalanced-learn's SVM-SMOTE (Nguyen et al. 2011), the same rows; its support vectors cost what they cost."""

    def _validate_estimator(self) -> None:
        super()._validate_estimator()
        self.nn_k_: Any = exact(self.nn_k_)
        self.nn_m_: Any = exact(self.nn_m_)
