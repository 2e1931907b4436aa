"""The tables of the comment, and the collapsed ones: params, data, code, and `dvc metrics diff`.

GitHub limits the length of a comment, so rows and cells are limited as well.
"""

from collections import Counter
import json
from typing import Any

from stages.report.formatting import format_count
from stages.report.rendering.blocks import Table
from stages.report.rendering.markdown import render_markdown_table
from tools.compare.review_schema import Review

#: rows of a table, and characters of a cell
MAX_ROWS, MAX_CELL = 200, 80


def make_table(header: list[str], rows: list[list[str]], align: str) -> str:
    """Return a Markdown table; `align` has a letter per column, l or r."""
    return render_markdown_table(Table("", header, rows, align))


def make_details(review: Review, max_length: int) -> list[str]:
    """Return the collapsed tables that fit into `max_length` characters, and a sentence for each of the others."""
    blocks = []
    for summary, header, rows in _make_contents(review):
        if not rows:
            continue
        cells = [[shorten(cell) for cell in row] for row in rows[:MAX_ROWS]]
        more = f"\n\n… and {format_count(len(rows) - MAX_ROWS)} more." if len(rows) > MAX_ROWS else ""
        table = make_table(header, cells, "l" * len(header))
        block = f"<details><summary>{summary}</summary>\n\n{table}{more}\n\n</details>"
        if len(block) > max_length:
            block = f"Omitted, because the comment would be too long: {summary}."
        blocks.append(block)
        max_length -= len(block) + 2
    return blocks


def shorten(text: str) -> str:
    """Return a text of at most MAX_CELL characters."""
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"


def _make_contents(review: Review) -> list[tuple[str, list[str], list[list[str]]]]:
    """Return summary, header and rows of each collapsed table."""
    metrics = review.metrics_diff or []
    return [
        (
            f"Params: {_count(len(review.params), 'key', 'keys')} changed",
            ["key", "before", "after"],
            [
                [item.key, _format_param(item.before, item.status != "added"),
                 _format_param(item.after, item.status != "removed")]
                for item in review.params
            ],
        ),
        (
            f"Data: {_count(len(review.data), 'fact', 'facts')} changed",
            ["", "before", "after"],
            [[item.name, _format(item.before), _format(item.after)] for item in review.data],
        ),
        (
            f"Code: {_count(len(review.code), 'dependency', 'dependencies')} changed",
            ["dependency", "", "stages"],
            [[item.path, item.status, _format_stages(item.stages)] for item in review.code],
        ),
        (
            f"<code>dvc metrics diff</code>: {_count(len(metrics), 'row', 'rows')}",
            ["path", "metric", "before", "after", "change"],
            [[item.path, item.metric, *map(_format, (item.before, item.after, item.change))] for item in metrics],
        ),
    ]  # fmt: skip


def _count(count: int, singular: str, plural: str) -> str:
    return f"{format_count(count)} {singular if count == 1 else plural}"


def _format(value: object) -> str:
    return "–" if value is None else str(value)


def _format_param(value: Any, exists: bool) -> str:
    return json.dumps(value, ensure_ascii=False) if exists else "–"


def _format_stages(names: list[str]) -> str:
    """Return stages, with a count of the strategies of each: split, train × 10."""
    counts = Counter(name.partition("@")[0] for name in names)
    return ", ".join(f"{name} × {count}" if count > 1 else name for name, count in counts.items())
