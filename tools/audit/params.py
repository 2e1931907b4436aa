"""The parts of params.yaml that the audit reads: how to split and train, and the level of the intervals."""

from pydantic import Field

from stages.shared.classifiers import BLEND
from stages.shared.params import PartialParams
from stages.split.params import SplitParams
from stages.train.params import Classifiers, CvParams, PreprocessParams, Strategies


class EvaluateView(PartialParams):
    """The level of the intervals; the section belongs to evaluate."""

    confidence: float = Field(gt=0.5, lt=1)


class AuditParams(PartialParams):
    """The parts of params.yaml that the audit reads."""

    random_state: int = Field(ge=0, le=2**32 - 1)
    split: SplitParams
    cv: CvParams
    preprocess: PreprocessParams
    strategies: Strategies
    classifiers: Classifiers
    evaluate: EvaluateView

    @property
    def measuring(self) -> list[str]:
        """The classifiers with which mistakes are measured: logistic regression and random forest, or the first."""
        names = [name for name in self.classifiers if name != BLEND]
        both = [name for name in names if name in ("logistic_regression", "random_forest")]
        return both or names[:1]
