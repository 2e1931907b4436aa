"""The whole of params.yaml as one model, put together from the sections that the stages own."""

from pydantic import ConfigDict, Field

from stages.evaluate.params import EvaluateSection
from stages.prepare.params import DataParams
from stages.report.params import SelectParams
from stages.shared.params import View
from stages.split.params import SplitParams
from stages.synthesize.params import SyntheticParams
from stages.train.params import Classifiers, CvParams, PreprocessParams, Strategies


class Params(View):
    """The settings of the Evenhand pipeline; params.yaml explains each of them."""

    model_config = ConfigDict(extra="forbid", title="Evenhand params.yaml")

    random_state: int = Field(ge=0, le=2**32 - 1)
    data: DataParams
    synthetic: SyntheticParams
    split: SplitParams
    cv: CvParams
    preprocess: PreprocessParams
    strategies: Strategies
    classifiers: Classifiers
    evaluate: EvaluateSection
    select: SelectParams
