"""The whole report, from findings to a page: the order in which a reader needs things."""

from stages.report.champion import artifacts as champion
from stages.report.context import Findings
from stages.report.formatting import count, percent
from stages.report.rendering.blocks import Page, Section
from stages.report.sections import candidate_comparison as explorer
from stages.report.sections import data_flow as data_way
from stages.report.sections import leaderboard as results
from stages.report.sections import methods as reading
from stages.report.sections import prediction_trace as prediction_trace_view
from stages.report.sections import sampling_ratio as ratio
from stages.report.sections import threshold_explorer as what_if
from stages.report.sections import training
from stages.report.sections.summary import answer
from stages.report.sections.verdict import judge


def build(findings: Findings) -> Page:
    """Return the report as a tree of blocks, verdict first."""
    contract = findings.contract
    share = percent(contract.positives / contract.rows)
    return Page(
        title=f"Which treatment of the imbalance helps? {contract.target} in {contract.source}",
        subtitle=(
            f"Predicting {contract.target} = {contract.positive}: {count(contract.positives)} of "
            f"{count(contract.rows)} rows ({share}); {len(findings.board.candidates)} candidates, measured on "
            f"{count(findings.board.data.test.rows)} untouched test rows with "
            f"{count(findings.board.data.test.positives)} positives."
        ),
        verdict=judge(findings.board, findings.champion, findings.rival).sentences,
        answer=answer(findings),
        sections=[
            results.leaderboard(findings),
            champion.section(findings),
            results.families(findings),
            what_if.section(findings),
            ratio.section(findings),
            explorer.section(findings),
            results.candidates(findings),
            data_way.section(findings),
            training.section(findings),
            *_prediction(findings),
            reading.notes(findings),
            reading.how_to_read(findings),
            reading.what_was_run(findings),
        ],
    )


def _prediction(findings: Findings) -> list[Section]:
    """One prediction traced, where there is a trace."""
    if findings.prediction is None:
        return []
    contract, best = findings.contract, str(findings.champion)
    return [prediction_trace_view.section(findings.prediction, best, contract.positive, contract.negative)]
