"""The section `split` of params.yaml: how the test set is held out."""

from pydantic import Field

from stages.shared.params import ParamsSection, PartialParams


class SplitParams(ParamsSection):
    """The size of the test set, and the columns that group rows or order them in time."""

    test_size: float = Field(gt=0, lt=1)
    group: str | None
    time: str | None


class CvFolds(PartialParams):
    """The number of folds that train will make: each needs a positive row."""

    n_splits: int = Field(ge=2)


class SplitStageParams(PartialParams):
    """The parts of params.yaml that `split` reads."""

    random_state: int = Field(ge=0, lt=2**32)
    split: SplitParams
    cv: CvFolds
