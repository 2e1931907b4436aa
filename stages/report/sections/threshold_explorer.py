"""The section that answers: what if the threshold were another, or misses cost more?"""

from typing import Any

from stages.report.context import ReportContext
from stages.report.formatting import count, number, percent
from stages.report.rendering.blocks import Chart, Panel, Paragraph, Section, Table
from stages.report.verdict.smote import smote_rows
from stages.shared.schemas.leaderboard import Candidate

#: what a miss and a false alarm cost until the reader says otherwise
COSTS = (10, 1)


def section(context: ReportContext) -> Section:
    """Two candidates side by side at a threshold of the reader's choice; at their tuned thresholds to begin with."""
    leaderboard = context.leaderboard
    positives = leaderboard.data.test.positives
    negatives = leaderboard.data.test.rows - positives
    names = [str(item) for item in leaderboard.candidates]
    pair = default_pair(context)
    explained = (
        f"The counts are of the {count(leaderboard.data.test.rows)} test rows. The tuned threshold was chosen on "
        "train, and is the one to use; a threshold that looks cheapest here was found on the test rows and flatters "
        "itself."
    )
    data = {
        "candidates": [_candidate(context, item) for item in leaderboard.candidates],
        "positives": positives,
        "negatives": negatives,
    }
    values = {
        "names": names,
        "sides": [_side(context, key, item, names) for key, item in zip("ab", pair, strict=True)],
        "positive": context.contract.positive,
        "negative": context.contract.negative,
        "miss": COSTS[0],
        "alarm": COSTS[1],
    }
    charts = [_chart(context, key, item) for key, item in zip("ab", pair, strict=True)]
    panel = Panel("what_if.html.j2", values, data, [_twin(context, pair)], charts)
    return Section("what-if", "What if the threshold were another?", [Paragraph(explained), panel])


def default_pair(context: ReportContext) -> tuple[Candidate, Candidate]:
    """Doing nothing against SMOTE, as in the course; where there is no SMOTE, against the champion or another row.

    The champion stands for doing nothing where it does nothing, so that a reader finds its threshold here.
    """
    leaderboard = context.leaderboard
    first = context.champion if leaderboard.of_reference(context.champion) else leaderboard.reference
    others = [*smote_rows(leaderboard)[:1], context.champion, *leaderboard.rows]
    second = next((item for item in others if str(item) != str(first)), first)
    return first, second


def rates(test: dict[str, Any]) -> list[tuple[str, str]]:
    """What the four counts amount to, each by its name."""
    tp, fp, fn, tn = (test[cell] for cell in ("tp", "fp", "fn", "tn"))
    cost = COSTS[0] * fn + COSTS[1] * fp
    return [
        ("recall", number("recall", test["recall"])),
        ("precision", number("precision", test["precision"])),
        ("specificity", number("specificity", test["specificity"])),
        ("F1", number("f1", test["f1"])),
        ("alarms", percent((tp + fp) / (tp + fp + fn + tn))),
        ("cost", count(cost)),
    ]


def _candidate(context: ReportContext, item: Candidate) -> dict[str, Any]:
    result = context.thresholds[str(item)]
    tuned = {cell: item.test[cell] for cell in ("tp", "fp")}
    return {"name": str(item), "threshold": item.threshold, "tuned": tuned, "tp": result.tp, "fp": result.fp}


def _chart(context: ReportContext, key: str, item: Candidate) -> Chart:
    """Recall and precision against the threshold; no precision where nothing is an alarm."""
    result, positives = context.thresholds[str(item)], context.leaderboard.data.test.positives
    columns: dict[str, list[Any]] = {
        "threshold": [position / 100 for position in range(len(result.tp))],
        "recall": [round(tp / positives, 4) for tp in result.tp],
        "precision": [
            round(tp / (tp + fp), 4) if tp + fp else None for tp, fp in zip(result.tp, result.fp, strict=True)
        ],
        "tuned": [item.threshold] * len(result.tp),
    }
    text = (
        f"Recall and precision of {item} against the threshold. At the tuned one, "
        f"{number('threshold', item.threshold)}: recall {number('recall', item.test['recall'])}, precision "
        f"{number('precision', item.test['precision'])}."
    )
    signals = {"at": item.threshold}
    return Chart(f"threshold-{key}", f"Recall and precision, {item}", text, "threshold", columns, {}, signals)


def _side(context: ReportContext, key: str, item: Candidate, names: list[str]) -> dict[str, Any]:
    return {
        "key": key,
        "name": str(item),
        "place": names.index(str(item)),
        "threshold": number("threshold", item.threshold),
        "nearest": round(100 * item.threshold),
        "description": _chart(context, key, item).description,
        "counts": {cell: item.test[cell] for cell in ("tp", "fp", "fn", "tn")},
        "rates": rates(item.test),
    }


def _twin(context: ReportContext, pair: tuple[Candidate, Candidate]) -> Table:
    contract = context.contract
    header = [
        "Candidate", "Threshold", f"{contract.positive} caught", f"{contract.positive} missed", "False alarms",
        f"{contract.negative} left in peace", "Recall", "Precision", "F1", "Recall at 0.5", "Precision at 0.5",
    ]  # fmt: skip
    rows = [
        [
            str(item),
            number("threshold", item.threshold),
            *(count(item.test[cell]) for cell in ("tp", "fn", "fp", "tn")),
            *(number(metric, item.test[metric]) for metric in ("recall", "precision", "f1")),
            *(number(metric, item.at_half[metric]) for metric in ("recall", "precision")),
        ]
        for item in (pair if pair[0] is not pair[1] else pair[:1])
    ]
    return Table("Two candidates at their tuned thresholds, and at 0.5.", header, rows, "lrrrrrrrrrr")
