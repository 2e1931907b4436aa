"""The values of the template card.md.j2."""

from typing import Any

from stages.report.champion.sentences import (
    describe_calibration,
    describe_choice,
    describe_deployment_prevalence,
    describe_guarantee,
    describe_settings,
    describe_threshold_interval,
)
from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_interval, format_metric, format_percent
from stages.report.verdict.cells import format_test_value
from stages.report.verdict.sentences import describe_rank
from stages.shared.messages import command
from stages.shared.metrics.registry import METRICS

#: the command that scores a table with the champion
USE = command("python -m tools.predict new.csv -o scored.csv")


def make_card_values(context: ReportContext, imblearn: bool) -> dict[str, Any]:
    """Return the values of the model card by name; `imblearn` is whether the model needs imbalanced-learn."""
    leaderboard, best, contract = context.leaderboard, context.champion, context.contract
    trace = context.traces[best.strategy]
    return {
        "best": best,
        "leaderboard": leaderboard,
        "contract": contract,
        "sampler": trace.sampler,
        "weights": trace.class_weight.get(best.classifier),
        "settings": describe_settings(best),
        "choice": describe_choice(context),
        "rows": format_count(contract.rows),
        "positives": format_count(contract.positives),
        "prevalence": format_percent(contract.positives / contract.rows),
        "level": format_percent(leaderboard.settings.confidence),
        "threshold": format_metric("threshold", best.threshold),
        "threshold_interval": describe_threshold_interval(context) + describe_guarantee(context),
        "in_use": describe_deployment_prevalence(context),
        "test": [
            (METRICS[metric].label, format_metric(metric, best.test[metric]), format_interval(metric, *bounds))
            for metric, bounds in best.intervals.items()
        ],
        "cv": [
            (METRICS[metric].label, format_metric(metric, score.mean), format_metric(metric, score.sd))
            for metric, score in best.cv.items()
        ],
        "ratio": format_metric("mean_score_ratio", best.mean_score_ratio),
        "calibrated": describe_calibration(best),
        "brier": format_test_value(best, "brier_score"),
        "rank": describe_rank(leaderboard, best, context.reference_name),
        "imblearn": imblearn,
        "refitted": context.params.select.refit == "all",
        "use": USE,
    }
