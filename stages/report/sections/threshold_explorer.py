"""The section on the threshold: errors and costs of two candidates at any threshold."""

from typing import Any

from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_metric, format_percent
from stages.report.rendering.blocks import Chart, Panel, Paragraph, Section, Table
from stages.report.verdict.smote import find_smote_rows
from stages.shared.schemas.candidate import Candidate

#: initial costs of a false negative and of a false positive
COSTS = (10, 1)


def make_section(context: ReportContext) -> Section:
    """Return two candidates next to each other, initially at their tuned thresholds."""
    size, contract = context.leaderboard.data.test, context.contract
    names = [str(item) for item in context.leaderboard.candidates]
    pair = select_pair(context)
    explained = (
        f"The counts are of the {format_count(size.rows)} test rows. Use the tuned threshold, which was chosen on "
        "train. A threshold that is chosen on these test rows gives over-optimistic results."
    )
    settings = context.leaderboard.settings
    if settings.promise is not None:
        explained += f" Tuned is for {settings.policy_words}: a test set may miss the bound and the promise still hold."
    if settings.prevalence_in_use is not None:
        explained += (
            " Thresholds are of probabilities at the prevalence in use; precision, F1 and costs here count the test "
            "rows as they are."
        )
    data = {
        "candidates": [_make_script_data(context, item) for item in context.leaderboard.candidates],
        "positives": size.counted_positives,
        "negatives": size.counted_negatives,
    }
    charts = [_make_chart(context, key, item) for key, item in zip("ab", pair, strict=True)]
    values = {
        "names": names,
        "views": [_make_view(chart, item, names) for chart, item in zip(charts, pair, strict=True)],
        "target": contract.target,
        "positive": contract.positive,
        "negative": contract.negative,
        "miss": COSTS[0],
        "false_alarm": COSTS[1],
    }
    panel = Panel("threshold.html.j2", values, data, [_make_table(context, pair)], charts)
    return Section("what-if", "Other thresholds", [Paragraph(explained), panel])


def select_pair(context: ReportContext) -> tuple[Candidate, Candidate]:
    """Return an untreated candidate and SMOTE; without SMOTE the champion or another row is the second.

    The untreated candidate is the champion if that has no treatment, else the reference.
    """
    leaderboard = context.leaderboard
    first = context.champion if leaderboard.of_reference(context.champion) else leaderboard.reference
    others = [*find_smote_rows(leaderboard)[:1], context.champion, *leaderboard.rows]
    return first, next((item for item in others if str(item) != str(first)), first)


def compute_rates(test: dict[str, Any]) -> list[tuple[str, str]]:
    """Return rates and costs at the tuned threshold by name, as the script computes them for any threshold."""
    tp, fp, fn, tn = (test[cell] for cell in ("tp", "fp", "fn", "tn"))
    return [
        ("recall", format_metric("recall", test["recall"])),
        ("precision", format_metric("precision", test["precision"])),
        ("specificity", format_metric("specificity", test["specificity"])),
        ("F1", format_metric("f1", test["f1"])),
        ("predicted positive", format_percent((tp + fp) / (tp + fp + fn + tn))),
        ("cost", format_count(COSTS[0] * fn + COSTS[1] * fp)),
    ]


def _make_script_data(context: ReportContext, item: Candidate) -> dict[str, Any]:
    counts = context.thresholds[str(item)]
    tuned = {cell: item.test[cell] for cell in ("tp", "fp")}
    return {"name": str(item), "threshold": item.threshold, "tuned": tuned, "tp": counts.tp, "fp": counts.fp}


def _make_chart(context: ReportContext, key: str, item: Candidate) -> Chart:
    """Return recall and precision against the threshold; precision is null without a positive prediction."""
    counts, positives = context.thresholds[str(item)], context.leaderboard.data.test.counted_positives
    pairs = list(zip(counts.tp, counts.fp, strict=True))
    columns: dict[str, list[Any]] = {
        "threshold": [i / 100 for i in range(len(pairs))],
        "recall": [round(tp / positives, 4) for tp in counts.tp],
        "precision": [round(tp / (tp + fp), 4) if tp + fp else None for tp, fp in pairs],
        "tuned": [item.threshold] * len(pairs),
    }
    text = (
        f"Recall and precision of {item} against the threshold. At the tuned threshold "
        f"{format_metric('threshold', item.threshold)}: recall {format_metric('recall', item.test['recall'])}, "
        f"precision {format_metric('precision', item.test['precision'])}."
    )
    signals = {"at": item.threshold}
    return Chart(f"threshold-{key}", f"Recall and precision, {item}", text, "threshold", columns, {}, signals)


def _make_view(chart: Chart, item: Candidate, names: list[str]) -> dict[str, Any]:
    """Return the values of the template for one candidate."""
    return {
        "key": chart.key.removeprefix("threshold-"),
        "name": str(item),
        "index": names.index(str(item)),
        "threshold": format_metric("threshold", item.threshold),
        "nearest": round(100 * item.threshold),
        "description": chart.description,
        "counts": {cell: item.test[cell] for cell in ("tp", "fp", "fn", "tn")},
        "rates": compute_rates(item.test),
    }


def _make_table(context: ReportContext, pair: tuple[Candidate, Candidate]) -> Table:
    header = [
        "Candidate", "Threshold", "Positives found", "Positives missed", "False alarms", "Negatives correct",
        "Recall", "Precision", "F1", "Recall at 0.5", "Precision at 0.5",
    ]  # fmt: skip
    rows = [
        [
            str(item),
            format_metric("threshold", item.threshold),
            *(format_count(item.test[cell]) for cell in ("tp", "fn", "fp", "tn")),
            *(format_metric(metric, item.test[metric]) for metric in ("recall", "precision", "f1")),
            *(format_metric(metric, item.at_half[metric]) for metric in ("recall", "precision")),
        ]
        for item in (pair if pair[0] is not pair[1] else pair[:1])
    ]
    return Table("Two candidates at their tuned thresholds, and at 0.5.", header, rows, "lrrrrrrrrrr")
