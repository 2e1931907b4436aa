"""The whole report, from findings to a page: the order in which a reader needs things."""

from stages.report import champion, data_way, reading, results, training
from stages.report.findings import Findings
from stages.report.page import Page
from stages.report.verdict import judge
from stages.report.words import count, percent


def build(findings: Findings) -> Page:
    """The report as a tree of blocks, verdict first."""
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
        sections=[
            results.leaderboard(findings),
            champion.section(findings),
            results.families(findings),
            results.candidates(findings),
            data_way.section(findings),
            training.section(findings),
            reading.notes(findings),
            reading.how_to_read(findings),
            reading.what_was_run(findings),
        ],
    )
