"""The audit as lines for a terminal, as Markdown and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
import textwrap
from typing import Any

from stages.report.formatting import format_difference, format_difference_interval, format_metric, format_percent
from stages.report.rendering.blocks import Table as Grid
from stages.report.rendering.markdown import escape_markdown, render_markdown_table
from stages.shared.metrics.registry import METRICS
from tools.audit.report.findings import SEVERITIES, Finding, Inflation
from tools.leaderboard.terminal import WIDTH, align_columns

#: the rows of the table of mistakes, in words
TITLES = {
    "smote_before_split": "SMOTE before the split",
    "smote_before_split_real_rows": "SMOTE before the split, scored on the real rows alone",
    "scaling_before_split": "scaling and imputing before the split",
    "threshold_on_test": "threshold chosen on test",
    "duplicates_across_split": "duplicates across the split",
    "target_in_disguise": "a column that nearly copies the target",
    "model_selected_on_test": "model chosen on test, instead of the champion",
    "model_selected_on_test_fresh_rows": "model chosen on test, instead of its score on other rows",
}

HEADER = ["mistake", "classifier", "metric", "honest", "leaking", "inflation", "interval", "verdict"]
ALIGN = "lllrrrrl"


@dataclass(frozen=True)
class Audit:
    """All results of an audit."""

    facts: dict[str, Any]  # of the run: source, sizes, settings, hashes of what was read
    confidence: float
    findings: dict[str, list[Finding]]  # by check
    inflations: list[Inflation]
    notes: list[str]

    @property
    def worst_first(self) -> list[tuple[str, Finding]]:
        """All findings with the names of their checks, by severity; equals keep their order."""
        pairs = [(check, finding) for check, of_check in self.findings.items() for finding in of_check]
        return sorted(pairs, key=lambda pair: SEVERITIES.index(pair[1].severity))

    @property
    def severity_counts(self) -> str:
        """How many findings there are of each severity."""
        every = [finding.severity for _, finding in self.worst_first]
        return ", ".join(f"{every.count(severity)} {severity}" for severity in SEVERITIES)


def to_lines(audit: Audit) -> Iterator[str]:
    """Yield the audit for a terminal, no line beyond 100 characters."""
    yield f"Audit of {audit.facts['source']}: {audit.severity_counts}"
    yield ""
    for _, finding in audit.worst_first:
        yield from _wrap(f"{finding.severity:<11}", str(finding))
    if audit.inflations:
        yield ""
        yield from _wrap("", _describe_table(audit))
        yield ""
        yield from _align_table(audit.inflations)
    if audit.notes:
        yield ""
    for note in audit.notes:
        yield from _wrap("- ", note)


def to_markdown(audit: Audit) -> str:
    """Return the audit as a Markdown page."""
    lines = [
        "# Leak audit",
        "",
        f"{escape_markdown(audit.facts['source'])}: {audit.severity_counts}.",
        "",
        "## Findings",
        "",
    ]
    lines += [f"- **{finding.severity}**: {escape_markdown(finding)}" for _, finding in audit.worst_first]
    if audit.inflations or audit.notes:
        lines += ["", "## Common mistakes, measured", ""]
    if audit.inflations:
        rows = [_make_row(item) for item in audit.inflations]
        lines += [_describe_table(audit), "", render_markdown_table(Grid("", HEADER, rows, ALIGN))]
    lines += ["", *(f"- {escape_markdown(note)}" for note in audit.notes)] if audit.notes else []
    return "\n".join(lines) + "\n"


def to_json(audit: Audit) -> dict[str, Any]:
    """Return the content of audit.json, as docs/how-to/audit.md describes it."""
    return {
        **audit.facts,
        "confidence": audit.confidence,
        "findings": [{"check": check, **vars(finding)} for check, finding in audit.worst_first],
        "mistakes": [{**vars(item), "verdict": item.verdict} for item in audit.inflations],
        "notes": audit.notes,
    }


def _describe_table(audit: Audit) -> str:
    repeats = audit.inflations[0].repeats
    level = format_percent(audit.confidence)
    return (
        f"What each mistake would add to a score here: the mean of {repeats} splits, with its {level} interval. "
        "It is within noise where the interval holds 0."
    )


def _align_table(inflations: list[Inflation]) -> Iterator[str]:
    """Yield the table for a terminal, with the mistakes as headings, because their names are long."""
    cells = [HEADER[1:], *(_make_row(item)[1:] for item in inflations)]
    header, *lines = align_columns(cells, ALIGN[1:], shrinking=(0, 1))
    yield f"  {header}"
    for mistake, rows in groupby(zip(inflations, lines, strict=True), key=lambda row: row[0].mistake):
        yield TITLES[mistake]
        for _, line in rows:
            yield f"  {line}"


def _make_row(item: Inflation) -> list[str]:
    scores = [format_metric(item.metric, value) for value in (item.honest, item.leaking)]
    interval = format_difference_interval(item.metric, item.low, item.high)
    inflated = format_difference(item.metric, item.inflation)
    metric = {"average_precision": "AP"}.get(item.metric, METRICS[item.metric].label)
    return [TITLES[item.mistake], item.classifier, metric, *scores, inflated, interval, item.verdict]


def _wrap(mark: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False)
