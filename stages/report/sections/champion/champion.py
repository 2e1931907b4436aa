"""The section on the champion: settings, selection, test results and use."""

from stages.report.champion.model_card import USE
from stages.report.champion.sentences import (
    describe_calibration,
    describe_choice,
    describe_cost,
    describe_deployment_prevalence,
    describe_guarantee,
    describe_settings,
    describe_threshold_interval,
)
from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_metric
from stages.report.rendering.blocks import Block, Command, Items, Paragraph, Section
from stages.report.verdict.cells import format_test_value

_REFITTED = (
    "models/refit contains the same model fitted on every labelled row (select.refit), and the command uses it. All "
    "numbers here are of the model that was fitted on train alone."
)


def make_section(context: ReportContext) -> Section:
    """Return the section."""
    best, threshold = context.champion, format_metric("threshold", context.champion.threshold)
    blocks: list[Block] = [
        Paragraph(
            f"{best} ({best.sampler or 'no sampler'}), threshold {threshold} (tuned for "
            f"{context.leaderboard.settings.policy_words}).{describe_threshold_interval(context)}"
            f"{describe_guarantee(context)}{describe_settings(best)}"
        ),
        Items(
            [
                describe_choice(context),
                _describe_test(context),
                *describe_deployment_prevalence(context),
                *([_REFITTED] if context.params.select.refit == "all" else []),
            ]
        ),
        Paragraph("To score a table with it:"),
        Command(USE),
    ]
    return Section("champion", "The champion", blocks)


def _describe_test(context: ReportContext) -> str:
    best, size = context.champion, context.leaderboard.data.test
    return (
        f"On test it finds {format_count(best.test['tp'])} of {format_count(size.counted_positives)} positives with "
        f"{format_count(best.test['fp'])} false alarms among {format_count(size.counted_negatives)} negatives: "
        f"precision {format_test_value(best, 'precision')}, recall "
        f"{format_test_value(best, 'recall')}. Its mean score is "
        f"{format_metric('mean_score_ratio', best.mean_score_ratio)} times the prevalence.{describe_calibration(best)}"
        f"{describe_cost(best)}"
    )
