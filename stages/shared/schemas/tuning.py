"""Model of models/<strategy>/tuning.json: the search for settings, by classifier; empty where nothing was tuned."""

from stages.shared.schemas.base import ArtifactModel
from stages.shared.schemas.cross_validation import MeanStd, TunedSettings


class TuningTrial(TunedSettings):
    """Settings that the search tried, with their metrics over the folds."""

    folds: int
    metrics: dict[str, MeanStd]


class Tuning(ArtifactModel):
    """The search for one classifier."""

    metric: str
    how: str
    chosen: TunedSettings
    folds: list[TunedSettings]  # the choice inside each outer fold
    search: dict[str, float]  # means of the chosen settings
    results: list[TuningTrial]
