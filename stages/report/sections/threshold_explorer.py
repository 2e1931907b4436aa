"""The section that answers: what if the threshold were another, or misses cost more?"""

from typing import Any

from stages.report.context import Findings
from stages.report.formatting import count, number, percent
from stages.report.rendering.blocks import Chart, Panel, Paragraph, Section, Table
from stages.report.sections.smote import smote_rows
from stages.shared.schemas.leaderboard import Candidate

#: what a miss and a false alarm cost until the reader says otherwise
COSTS = (10, 1)


def section(findings: Findings) -> Section:
    """Two candidates side by side at a threshold of the reader's choice; at their tuned thresholds to begin with."""
    board = findings.board
    positives = board.data.test.positives
    negatives = board.data.test.rows - positives
    names = [str(item) for item in board.candidates]
    pair = default_pair(findings)
    explained = (
        f"The counts are of the {count(board.data.test.rows)} test rows. The tuned threshold was chosen on train, and "
        "is the one to use; a threshold that looks cheapest here was found on the test rows and flatters itself."
    )
    data = {
        "candidates": [_candidate(findings, item) for item in board.candidates],
        "positives": positives,
        "negatives": negatives,
    }
    values = {
        "names": names,
        "sides": [_side(findings, key, item, names) for key, item in zip("ab", pair, strict=True)],
        "positive": findings.contract.positive,
        "negative": findings.contract.negative,
        "miss": COSTS[0],
        "alarm": COSTS[1],
    }
    charts = [_chart(findings, key, item) for key, item in zip("ab", pair, strict=True)]
    panel = Panel("what_if.html.j2", values, data, [_twin(findings, pair)], charts)
    return Section("what-if", "What if the threshold were another?", [Paragraph(explained), panel])


def default_pair(findings: Findings) -> tuple[Candidate, Candidate]:
    """Doing nothing against SMOTE, as in the course; where there is no SMOTE, against the champion or another row.

    The champion stands for doing nothing where it does nothing, so that a reader finds its threshold here.
    """
    board = findings.board
    first = findings.champion if board.of_reference(findings.champion) else board.reference
    others = [*smote_rows(board)[:1], findings.champion, *board.rows]
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


def _candidate(findings: Findings, item: Candidate) -> dict[str, Any]:
    found = findings.thresholds[str(item)]
    tuned = {cell: item.test[cell] for cell in ("tp", "fp")}
    return {"name": str(item), "threshold": item.threshold, "tuned": tuned, "tp": found.tp, "fp": found.fp}


def _chart(findings: Findings, key: str, item: Candidate) -> Chart:
    """Recall and precision against the threshold; no precision where nothing is an alarm."""
    found, positives = findings.thresholds[str(item)], findings.board.data.test.positives
    columns: dict[str, list[Any]] = {
        "threshold": [place / 100 for place in range(len(found.tp))],
        "recall": [round(tp / positives, 4) for tp in found.tp],
        "precision": [round(tp / (tp + fp), 4) if tp + fp else None for tp, fp in zip(found.tp, found.fp, strict=True)],
        "tuned": [item.threshold] * len(found.tp),
    }
    text = (
        f"Recall and precision of {item} against the threshold. At the tuned one, "
        f"{number('threshold', item.threshold)}: recall {number('recall', item.test['recall'])}, precision "
        f"{number('precision', item.test['precision'])}."
    )
    signals = {"at": item.threshold}
    return Chart(f"threshold-{key}", f"Recall and precision, {item}", text, "threshold", columns, {}, signals)


def _side(findings: Findings, key: str, item: Candidate, names: list[str]) -> dict[str, Any]:
    return {
        "key": key,
        "name": str(item),
        "place": names.index(str(item)),
        "threshold": number("threshold", item.threshold),
        "nearest": round(100 * item.threshold),
        "description": _chart(findings, key, item).description,
        "counts": {cell: item.test[cell] for cell in ("tp", "fp", "fn", "tn")},
        "rates": rates(item.test),
    }


def _twin(findings: Findings, pair: tuple[Candidate, Candidate]) -> Table:
    contract = findings.contract
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
