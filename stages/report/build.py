"""The whole report as a page: the sections in the order in which a reader needs them."""

from stages.report.champion import artifacts as champion
from stages.report.context import ReportContext
from stages.report.formatting import count, percent
from stages.report.rendering.blocks import Page
from stages.report.sections import (
    candidate_comparison,
    data_flow,
    leaderboard,
    methods,
    prediction_trace,
    sampling_ratio,
    threshold_explorer,
    training,
)
from stages.report.verdict.sentences import describe_verdict
from stages.report.verdict.summary import answer


def build(context: ReportContext) -> Page:
    """Return the report as a tree of blocks, verdict first."""
    contract, test = context.contract, context.leaderboard.data.test
    share = percent(contract.positives / contract.rows)
    return Page(
        title=f"Which treatment of the imbalance helps? {contract.target} in {contract.source}",
        subtitle=(
            f"Predicting {contract.target} = {contract.positive}: {count(contract.positives)} of "
            f"{count(contract.rows)} rows ({share}); {len(context.leaderboard.candidates)} candidates, measured on "
            f"{count(test.rows)} untouched test rows with {count(test.positives)} positives."
        ),
        verdict=describe_verdict(context.leaderboard, context.champion, context.reference_name).sentences,
        answer=answer(context),
        sections=[
            leaderboard.leaderboard_section(context),
            champion.section(context),
            leaderboard.families(context),
            threshold_explorer.section(context),
            sampling_ratio.section(context),
            candidate_comparison.section(context),
            leaderboard.candidates(context),
            data_flow.section(context),
            training.section(context),
            *([prediction_trace.section(context)] if context.prediction else []),
            methods.notes(context),
            methods.how_to_read(context),
            methods.what_was_run(context),
        ],
    )
