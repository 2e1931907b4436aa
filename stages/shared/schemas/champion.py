"""Models of models/champion/champion.json and models/refit_recipe.json, written by report."""

from pydantic import Field

from stages.shared.calibration import Calibrator
from stages.shared.schemas.base import ArtifactModel
from stages.shared.schemas.cross_validation import TunedSettings


class ChampionFacts(ArtifactModel):
    """The facts that are needed to score new rows with the champion."""

    strategy: str
    classifier: str
    threshold: float = Field(ge=0, le=1)
    positive: str  # label coded 1
    negative: str  # label coded 0
    model: str  # SHA-256 of model.skops
    calibration: Calibrator
    prior_shift: float = 0.0  # added to the log odds of calibrated scores, for the prevalence in use

    @property
    def id(self) -> str:
        """The model's name in scored tables: its candidate, and the beginning of its hash."""
        return f"{self.strategy}/{self.classifier}@{self.model[:12]}"


class RefitRecipe(ArtifactModel):
    """The settings that are needed to fit the champion again."""

    champion: str = Field(pattern="^[0-9a-f]{64}$")  # SHA-256 of models/champion/manifest.json
    strategy: str
    classifier: str
    tuned: dict[str, TunedSettings]  # by classifier
    members: dict[str, float] | None  # of a blend, with their weights
