"""The whole report as a page: the sections in the order in which a reader needs them."""

from dataclasses import replace

from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_percent
from stages.report.rendering.blocks import Page, Section
from stages.report.sections import (
    candidate_comparison,
    data_flow,
    effects,
    leaderboard,
    methods,
    sampling_ratio,
    training,
)
from stages.report.sections.champion import champion, decision_curve, explanation, operating_point, prediction_trace
from stages.report.verdict.sentences import describe_verdict
from stages.report.verdict.summary import make_summary

#: the group whose sections are folded
_CHECK = "Check"


def build_page(context: ReportContext) -> Page:
    """Return the report as a tree of blocks, verdict first."""
    contract, test = context.contract, context.leaderboard.data.test
    return Page(
        title=f"Which treatment of the imbalance helps? {contract.target} in {contract.source}",
        subtitle=(
            f"Predicting {contract.target} = {contract.positive}: {format_count(contract.positives)} of "
            f"{format_count(contract.rows)} rows ({format_percent(contract.positives / contract.rows)}); "
            f"{len(context.leaderboard.candidates)} candidates, measured on {format_count(test.rows)} untouched test "
            f"rows with {format_count(test.positives)} positives."
        ),
        verdict=describe_verdict(context.leaderboard, context.champion, context.reference_name).sentences,
        summary=make_summary(context),
        sections=[section for section in _list_sections(context) if section.blocks],
    )


def _list_sections(context: ReportContext) -> list[Section]:
    """Return the sections in groups, by the purpose of the reader; sections without content have no blocks."""
    groups = {
        "Read the verdict": [effects.make_section(context)],
        "Decide": [
            champion.make_section(context),
            operating_point.make_section(context),
            decision_curve.make_section(context),
        ],
        "Trust the model": [explanation.make_section(context), prediction_trace.make_section(context)],
        "Trust the data": [methods.make_noticed_section(context), data_flow.make_section(context)],
        _CHECK: [
            leaderboard.make_leaderboard_section(context),
            leaderboard.make_families_section(context),
            leaderboard.make_candidates_section(context),
            candidate_comparison.make_section(context),
            sampling_ratio.make_section(context),
            training.make_section(context),
            methods.make_notes_section(context),
            methods.make_reading_section(context),
            methods.make_run_section(context),
            methods.make_glossary_section(),
        ],
    }
    return [
        replace(section, group=group, folded=group == _CHECK)
        for group, sections in groups.items()
        for section in sections
    ]
