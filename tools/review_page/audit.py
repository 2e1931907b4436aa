"""What the leak audit found, as blocks of the page."""

from collections.abc import Mapping
from typing import Any

from stages.report.formatting import LABELS, interval, number
from stages.report.rendering.blocks import Block, Details, Items, Paragraph, Table


def audit_blocks(audit: Mapping[str, Any], train: list[str]) -> list[Block]:
    """The findings, worst first, then what the wrong ways would have claimed; `train`: SHA-256 of train.parquet."""
    blocks: list[Block] = []
    if audit["inputs"].get("data/train.parquet") not in train:
        blocks.append(Paragraph("These findings are of other data than this page; run python -m tools.audit again."))
    header = ["Finding", "Where", "What was found", "What to do"]
    rows = {severity: _rows(audit, severity) for severity in ("wrong", "suspicious", "fine")}
    if odd := [*rows["wrong"], *rows["suspicious"]]:
        blocks.append(Table("What a reader should look into.", header, odd, "lttt"))
    else:
        blocks.append(Paragraph("Nothing wrong or suspicious was found."))
    if rows["fine"]:
        fine = Table("What was looked at and is fine.", header[:3], [row[:3] for row in rows["fine"]], "ltt")
        blocks.append(Details(f"{len(rows['fine'])} checks found nothing", [fine]))
    if audit["wrong_ways"]:
        blocks.append(Details("What the well-known mistakes would have claimed here", [_wrong_ways(audit)]))
    if audit["notes"]:
        blocks.append(Items(list(audit["notes"])))
    return blocks


def _rows(audit: Mapping[str, Any], severity: str) -> list[list[str]]:
    return [
        [f"{severity}: {item['check']}", item["where"], item["found"], item["mend"]]
        for item in audit["findings"]
        if item["severity"] == severity
    ]


def _wrong_ways(audit: Mapping[str, Any]) -> Table:
    rows = [
        [
            item["way"],
            item["classifier"],
            LABELS.get(item["metric"], item["metric"]),
            number(item["metric"], item["honest"]),
            number(item["metric"], item["leaking"]),
            f"{item['verdict']} ({interval(item['metric'], item['low'], item['high'])})",
        ]
        for item in audit["wrong_ways"]
    ]
    header = ["Mistake", "Classifier", "Metric", "Honest", "With the mistake", "Verdict (interval of the difference)"]
    return Table("Measured on this data, as means over repeated splits.", header, rows, "lllrrl")
