"""The inputs of the report as a single value."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stages.report.champion.selection import ChampionChoice
from stages.report.params import ReportParams
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.contract import Contract
from stages.shared.schemas.curves import DecisionCurve, Explanation, Overlay, ThresholdCounts
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.schemas.trace import Trace
from stages.shared.schemas.tuning import Tuning

if TYPE_CHECKING:
    from stages.report.champion.prediction import PredictionTrace  # which needs numpy


@dataclass(frozen=True)
class ReportContext:
    """All that the report is written from, with the champion."""

    params: ReportParams
    contract: Contract
    leaderboard: Leaderboard
    choice: ChampionChoice
    traces: dict[str, Trace]  # by strategy, in params order
    libraries: dict[str, list[str]]  # versions behind the models; one per library unless they are mixed
    inputs: dict[str, list[str]]  # SHA-256 of the training inputs of the models; one per file unless they are mixed
    thresholds: dict[str, ThresholdCounts]  # by candidate, as the leaderboard names it
    overlays: dict[str, Overlay]  # by candidate
    tunings: dict[str, dict[str, Tuning]]  # by strategy and classifier; empty if nothing was tuned
    hashes: dict[str, str]  # SHA-256 of the leaderboard and the model folders' manifests
    decision_curves: dict[str, DecisionCurve] = field(default_factory=dict)  # by candidate; empty if not asked for
    predictions: "Sequence[PredictionTrace]" = ()  # rows of the train set traced through the champion
    explanation: Explanation | None = None  # of the champion, or of the candidate that represents its strategy

    @property
    def champion(self) -> Candidate:
        """The selected candidate."""
        return self.choice.champion

    @property
    def reference_name(self) -> str:
        """The reference of all comparisons, in words."""
        return reference_name(self.params, self.leaderboard)


def reference_name(params: ReportParams, leaderboard: Leaderboard) -> str:
    """Return the reference in words: doing nothing, or the strategy that replaces it if every one has a treatment."""
    name = leaderboard.settings.reference.strategy
    strategy = params.strategies.get(name)
    return "doing nothing" if strategy and strategy.does_nothing else f"{name} (the reference)"
