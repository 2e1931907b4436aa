"""Everything that the report is written from, as a single value."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stages.report.champion.selection import ChampionChoice
from stages.report.formatting import LABELS, number, percent, signed, signed_interval
from stages.report.params import AUTO, ReportParams
from stages.shared.schemas.contract import Contract
from stages.shared.schemas.curves import Overlay, ThresholdCounts
from stages.shared.schemas.leaderboard import Candidate, CvComparison, Leaderboard
from stages.shared.schemas.trace import Trace
from stages.shared.schemas.tuning import Tuning

if TYPE_CHECKING:
    from stages.report.champion.prediction import PredictionTrace  # which needs numpy


@dataclass(frozen=True)
class ReportContext:
    """The leaderboard, the champion, and how both came about."""

    params: ReportParams
    contract: Contract
    leaderboard: Leaderboard
    choice: ChampionChoice
    traces: dict[str, Trace]  # by strategy, in params order
    libraries: dict[str, list[str]]  # the versions that shaped the models: one each, unless they were mixed
    inputs: dict[str, list[str]]  # SHA-256 of what the models were trained on, likewise
    thresholds: dict[str, ThresholdCounts]  # by candidate, as the leaderboard names it
    overlays: dict[str, Overlay]  # likewise
    tunings: dict[str, dict[str, Tuning]]  # by strategy and classifier; empty where nothing was tuned
    hashes: dict[str, str]  # SHA-256 of the leaderboard and the model folders' manifests
    prediction: "PredictionTrace | None" = None  # a row of the train set on its way through the champion

    @property
    def champion(self) -> Candidate:
        """The chosen candidate."""
        return self.choice.champion

    @property
    def named(self) -> bool:
        """Whether params.yaml names the champion's strategy or classifier."""
        return (self.params.select.strategy, self.params.select.classifier) != (AUTO, AUTO)

    @property
    def why_champion(self) -> str:
        """A sentence on how the champion was chosen."""
        select, metric = self.params.select, self.params.select.metric
        if select.strategy != AUTO and select.classifier != AUTO:
            return "It is named in params.yaml (select), not chosen by the numbers."
        named = [
            f"{kind} {name}" for kind, name in (("strategy", select.strategy), ("classifier", select.classifier))
            if name != AUTO
        ]  # fmt: skip
        among = f"{len(self.leaderboard.candidates)} candidates; test had no say"
        if named:
            among = f"the candidates of {named[0]}, which params.yaml names (select)"
        choice = self.choice
        if not choice.ties and choice.doubt is None:
            return f"It has the best cross-validated {LABELS[metric]} on train, among {among}."
        leader = f"{choice.best}, {number(metric, choice.best.cv[metric].mean)}"
        start = f"{leader}, has the best cross-validated {LABELS[metric]} on train, among {among}."
        if choice.doubt is not None:
            return f"{start} {self._doubt(choice.champion, choice.doubt)}"
        tie = "candidate ties" if len(choice.ties) == 1 else "candidates tie"
        return (
            f"{start} {len(choice.ties)} {tie} with it (within "
            f"{number(metric, select.tolerance)}, or the same classifier with nothing done, from which the folds "
            "cannot tell it), and a tie goes to the simplest: the fewest moving parts in the treatment, then logistic "
            "regression before other classifiers, and these before a blend."
        )

    def _doubt(self, champion: Candidate, doubt: CvComparison) -> str:
        """Explain why the champion is not the best candidate."""
        metric, level = doubt.metric, percent(self.leaderboard.settings.confidence)
        result = (
            f"{signed(metric, doubt.difference)}, {level} interval {signed_interval(metric, doubt.low, doubt.high)}"
        )
        untouched = self.params.strategies[champion.strategy].does_nothing
        mean = number(metric, champion.cv[metric].mean)
        return (
            f"But the folds cannot tell it from {champion}, {mean} ({result}): a tie. The best of many is lucky as "
            "well as good, so of a tie the blend goes first, in which the classifiers share the "
            f"vote{', and with nothing done about the imbalance' if untouched else ''}."
        )

    @property
    def reference_name(self) -> str:
        """The reference of all comparisons, in words."""
        return reference_name(self.params, self.leaderboard)


def reference_name(params: ReportParams, leaderboard: Leaderboard) -> str:
    """Return the reference in words: doing nothing, or the strategy that replaces it if none does nothing."""
    name = leaderboard.settings.reference.strategy
    strategy = params.strategies.get(name)
    return "doing nothing" if strategy and strategy.does_nothing else f"{name} (the reference)"
