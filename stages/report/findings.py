"""Everything that the report is written from, in one value."""

from dataclasses import dataclass

from stages.report.leaderboard import Candidate, Leaderboard
from stages.report.params import AUTO, ReportParams
from stages.report.records import Trace
from stages.report.selection import tied
from stages.report.words import LABELS, number
from stages.shared.contract import Contract


@dataclass(frozen=True)
class Findings:
    """The leaderboard, the champion, and how both came about."""

    params: ReportParams
    contract: Contract
    board: Leaderboard
    champion: Candidate
    traces: dict[str, Trace]  # by strategy, in params order
    libraries: dict[str, list[str]]  # the versions that shaped the models: one each, unless they were mixed
    inputs: dict[str, list[str]]  # SHA-256 of what the models were trained on, likewise

    @property
    def why_champion(self) -> str:
        """How the champion was chosen, as a sentence."""
        select, metric = self.params.select, self.params.select.metric
        if select.strategy != AUTO and select.classifier != AUTO:
            return "It is named in params.yaml (select), not chosen by the numbers."
        named = [
            f"{kind} {name}" for kind, name in (("strategy", select.strategy), ("classifier", select.classifier))
            if name != AUTO
        ]  # fmt: skip
        among = f"{len(self.board.candidates)} candidates; test had no say"
        if named:
            among = f"the candidates of {named[0]}, which params.yaml names (select)"
        best, *others = tied(self.params, self.board)
        if not others:
            return f"It has the best cross-validated {LABELS[metric]} on train, among {among}."
        leader = f"{best}, {number(metric, best.cv[metric].mean)}"
        return (
            f"{leader}, has the best cross-validated {LABELS[metric]} on train, among {among}. {len(others)} "
            f"{'candidate ties' if len(others) == 1 else 'candidates tie'} with it (within "
            f"{number(metric, select.tolerance)}, or the same classifier with nothing done, from which the folds "
            "cannot tell it), and a tie goes to the simplest: the fewest moving parts in the treatment, then logistic "
            "regression before other classifiers, and these before a blend."
        )

    @property
    def rival(self) -> str:
        """What the strategies are measured against, in words."""
        return rival(self.params, self.board)


def rival(params: ReportParams, board: Leaderboard) -> str:
    """The reference in words: doing nothing, unless no strategy does nothing and another had to stand in."""
    name = board.settings.reference.strategy
    strategy = params.strategies.get(name)
    return "doing nothing" if strategy and strategy.does_nothing else f"{name} (the reference)"


def merged(mappings: list[dict[str, str]]) -> dict[str, list[str]]:
    """For each key the different values in `mappings`, sorted: one value where all agree."""
    keys = {key: None for mapping in mappings for key in mapping}
    return {key: sorted({mapping[key] for mapping in mappings if key in mapping}) for key in keys}
