"""The section on the champion: settings, selection, test results, similar candidates and use."""

from stages.report.champion.model_card import USE
from stages.report.champion.sentences import (
    describe_calibration,
    describe_choice,
    describe_cost,
    describe_deployment_prevalence,
    describe_guarantee,
    describe_rank,
    describe_settings,
    describe_threshold_interval,
)
from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_metric, join_names
from stages.report.rendering.blocks import Block, Command, Items, Paragraph, Section
from stages.report.verdict.cells import format_test_value
from stages.shared.metrics.registry import METRICS

#: more similar candidates than this are counted, not named
_MAX_NAMES = 6

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
                *describe_rank(context),
                _describe_similar(context),
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


def _describe_similar(context: ReportContext) -> str:
    """Return how many candidates have a CV score within one standard deviation of the champion's."""
    best, metric = context.champion, context.params.select.metric
    others = [item for item in context.leaderboard.candidates if str(item) != str(best)]
    score = best.cv[metric]
    similar = [str(item) for item in others if abs(item.cv[metric].mean - score.mean) <= score.sd]
    names = f": {join_names(similar)}" if 0 < len(similar) <= _MAX_NAMES else ""
    return (
        f"Of the {len(others)} other candidates {len(similar) or 'none'} {'has' if len(similar) == 1 else 'have'} a "
        f"cross-validated {METRICS[metric].label} within one standard deviation ({format_metric(metric, score.sd)}) of "
        f"the champion's{names}."
    )
