"""The section on the operating point: the errors and costs of the champion and another candidate at any threshold."""

from typing import Any

from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_metric
from stages.report.rendering.blocks import Block, Chart, Panel, Paragraph, Section, Table, to_columns
from stages.report.verdict.smote import find_smote_rows
from stages.shared.schemas.candidate import Candidate

#: so many false alarms cost as much as a missed positive, until the reader enters another number
COST_RATIO = 10

_MEANING = (
    "A row is an alarm if its probability is at least the threshold. The tuned threshold was chosen on train, out of "
    "fold. A threshold chosen on these test rows would look better than it is."
)
_IN_USE = "Thresholds are of probabilities at the prevalence in use. The counts per 1,000 rows first use it too."


def make_section(context: ReportContext) -> Section:
    """Return precision–recall curve and confusion matrix of one or two candidates, at their tuned thresholds."""
    contract, settings, candidates = context.contract, context.leaderboard.settings, context.leaderboard.candidates
    size, names = context.leaderboard.data.test, [str(item) for item in candidates]
    selected = list({str(item): item for item in (context.champion, *select_initial_candidates(context))}.values())[:2]
    prevalence = settings.prevalence_in_use or size.prevalence
    points = [compute_rates(item.test, prevalence) for item in selected]
    chart = _make_chart(context, selected, points, prevalence)
    blocks: list[Block] = [Paragraph(_MEANING)]
    if settings.promise is not None:
        blocks.append(
            Paragraph(
                f"Tuned is for {settings.policy_words}. The promise is about new rows; one test set may still miss "
                "the bound."
            )
        )
    if settings.prevalence_in_use is not None:
        blocks.append(Paragraph(_IN_USE))
    data = {
        "candidates": [_make_script_data(context, item) for item in candidates],
        "positives": size.counted_positives,
        "negatives": size.counted_negatives,
        "prevalence": prevalence,
        "cost_ratio": COST_RATIO,
        "promise": settings.promise,
        "policy": write_policy(settings.policy, settings.policy_key, settings.promise),
    }
    values = {
        "names": names,
        "views": [
            {"name": str(item), "index": names.index(str(item)), "cells": _make_cells(item, rates), "rates": words}
            for item, rates in zip(selected, points, strict=True)
            for words in [_format_rates(item, rates)]
        ],
        "classes": [f"{contract.target} = {label}" for label in (contract.positive, contract.negative)],
        "chart": chart,
        "has_curve": bool(context.decision_curves),
        "rows": format_count(size.rows),
        "percent": f"{100 * prevalence:.3g}",
        "policy": data["policy"],
    }
    blocks.append(Panel("operating_point.html.j2", values, data, [_make_table(selected, points)], [chart]))
    return Section("operating-point", "What does a threshold cost?", blocks)


def select_initial_candidates(context: ReportContext) -> list[Candidate]:
    """Return the initial candidates of all charts: an untreated one, SMOTE or another row, and the champion.

    The untreated candidate is the champion if that has no treatment, else the reference.
    """
    leaderboard = context.leaderboard
    first = context.champion if leaderboard.of_reference(context.champion) else leaderboard.reference
    others = [*find_smote_rows(leaderboard)[:1], context.champion, *leaderboard.rows]
    second = next((item for item in others if str(item) != str(first)), first)
    return list({str(item): item for item in (first, second, context.champion)}.values())


def compute_rates(counts: dict[str, Any], prevalence: float) -> dict[str, float]:
    """Return shares of all rows at `prevalence` by cell of the matrix, and the rates that depend on it.

    `counts` are those of test rows. The script computes the same at any threshold.
    """
    tp, fp, fn, tn = (counts[cell] for cell in ("tp", "fp", "fn", "tn"))
    shares = {
        "tp": prevalence * tp / (tp + fn),
        "fn": prevalence * fn / (tp + fn),
        "fp": (1 - prevalence) * fp / (fp + tn),
        "tn": (1 - prevalence) * tn / (fp + tn),
    }
    alarms = shares["tp"] + shares["fp"]
    return shares | {
        "recall": tp / (tp + fn),
        "precision": shares["tp"] / alarms if alarms else 0.0,
        "alarms": alarms,
        "cost": COST_RATIO * shares["fn"] + shares["fp"],
    }


def write_policy(policy: str, policy_key: dict[str, float], promise: float | None) -> str:
    """Return the lines of params.yaml with a policy of the threshold."""
    keys = {"policy": policy, **policy_key, **({} if promise is None else {"promise": promise})}
    words = ", ".join(f"{key}: {value if isinstance(value, str) else f'{value:g}'}" for key, value in keys.items())
    return f"evaluate:\n  threshold: {{{words}}}\n"


def _format_per_1000(share: float) -> str:
    """Return a share as rows of 1,000, with three significant digits: 44.2."""
    return f"{float(f'{1000 * share:.3g}'):g}"


def _format_rates(item: Candidate, rates: dict[str, float]) -> dict[str, str]:
    """Return the rates of a view by name, as the script formats them."""
    return {
        "threshold": f"{format_metric('threshold', item.threshold)}, tuned",
        "recall": format_metric("recall", rates["recall"]),
        "precision": format_metric("precision", rates["precision"]),
        "alarms per 1,000 rows": _format_per_1000(rates["alarms"]),
        "cost per 1,000 rows, in false alarms": f"{_format_per_1000(rates['cost'])} if a miss costs {COST_RATIO}",
    }


def _make_cells(item: Candidate, rates: dict[str, float]) -> dict[str, tuple[str, str]]:
    """Return each cell of the matrix as rows of 1,000 and as test rows."""
    return {cell: (_format_per_1000(rates[cell]), format_count(item.test[cell])) for cell in ("tp", "fn", "fp", "tn")}


def _make_script_data(context: ReportContext, item: Candidate) -> dict[str, Any]:
    counts = context.thresholds[str(item)]
    tuned = {cell: item.test[cell] for cell in ("tp", "fp")}
    return {"name": str(item), "threshold": item.threshold, "tuned": tuned, "tp": counts.tp, "fp": counts.fp}


def _make_chart(
    context: ReportContext, selected: list[Candidate], points: list[dict[str, float]], prevalence: float
) -> Chart:
    """Return the precision–recall curves at `prevalence`, with a point at each tuned threshold."""
    test = context.leaderboard.data.test.prevalence
    odds = prevalence * (1 - test) / (test * (1 - prevalence))  # precision p becomes p × odds / (p × odds + 1 − p)
    columns = to_columns([
        {"x": i / 100, "y": round(value * odds / (value * odds + 1 - value), 4), "series": str(n), "name": str(item)}
        for n, item in enumerate(selected)
        for i, value in enumerate(context.overlays[str(item)].precision)
    ])  # fmt: skip
    described = "; ".join(
        f"{item} at its tuned threshold: recall {format_metric('recall', rates['recall'])}, precision "
        f"{format_metric('precision', rates['precision'])}"
        for item, rates in zip(selected, points, strict=True)
    )
    text = f"Precision against recall. {described}."
    caption = "The marks are at the threshold. Up and to the right is better."
    signals = {}
    for i, rates in enumerate((points * 2)[:2]):  # the chart has two points; a single candidate gets both
        signals[f"x{i}"], signals[f"y{i}"] = round(rates["recall"], 4), round(rates["precision"], 4)
    return Chart(
        "operating-point-curve",
        "Precision and recall",
        text,
        "operating_point",
        columns,
        signals=signals,
        caption=caption,
    )


def _make_table(selected: list[Candidate], points: list[dict[str, float]]) -> Table:
    header = [
        "Candidate", "Threshold", "Positives found", "Positives missed", "False alarms", "Negatives correct", "Recall",
        "Precision", "Alarms per 1,000 rows", "Recall at 0.5", "Precision at 0.5",
    ]  # fmt: skip
    rows = [
        [
            str(item),
            format_metric("threshold", item.threshold),
            *(format_count(item.test[cell]) for cell in ("tp", "fn", "fp", "tn")),
            *(format_metric(metric, rates[metric]) for metric in ("recall", "precision")),
            _format_per_1000(rates["alarms"]),
            *(format_metric(metric, item.at_half[metric]) for metric in ("recall", "precision")),
        ]
        for item, rates in zip(selected, points, strict=True)
    ]
    return Table("Candidates at their tuned thresholds, and at 0.5.", header, rows, "lrrrrrrrrrr")
