"""The parts of the comment that are folded: params, data, code, and the raw `dvc metrics diff`."""

from collections import Counter
from dataclasses import dataclass
import json

from stages.report.formatting import format_count
from stages.report.rendering.blocks import Table
from stages.report.rendering.markdown import markdown_table
from tools.compare.review_schema import ParamChange, Review

#: the most rows of a table, and the most characters of a cell
ROWS, LETTERS = 200, 80


@dataclass(frozen=True)
class Fold:
    """A table behind a summary."""

    summary: str
    header: list[str]
    rows: list[list[str]]

    def __str__(self) -> str:
        more = f"\n\n… and {format_count(len(self.rows) - ROWS)} more." if len(self.rows) > ROWS else ""
        rows = [[cut(cell) for cell in row] for row in self.rows[:ROWS]]
        table = markdown_table(Table("", self.header, rows, "l" * len(self.header)))
        return f"<details><summary>{self.summary}</summary>\n\n{table}{more}\n\n</details>"


def folded(review: Review, room: int) -> list[str]:
    """The folds as Markdown, as far as there is room for so many characters; of the others what they would say."""
    texts = []
    for fold in _folds(review):
        text = str(fold)
        if len(text) > room:
            text = f"Left out for want of room: {fold.summary}."
        texts.append(text)
        room -= len(text) + 2
    return texts


def _folds(review: Review) -> list[Fold]:
    rows = review.metrics_diff or []
    folds = [
        Fold(
            f"Params: {_counted(len(review.params), 'key')} changed",
            ["key", "before", "after"],
            [[item.key, _value(item, "before"), _value(item, "after")] for item in review.params],
        ),
        Fold(
            f"Data: {_counted(len(review.data), 'fact')} changed",
            ["", "before", "after"],
            [[item.name, _text(item.before), _text(item.after)] for item in review.data],
        ),
        Fold(
            f"Code: {_counted(len(review.code), 'dependency', 'dependencies')} changed",
            ["dependency", "", "stages"],
            [[item.path, item.status, _stages(item.stages)] for item in review.code],
        ),
        Fold(
            f"<code>dvc metrics diff</code>: {_counted(len(rows), 'row')}",
            ["path", "metric", "before", "after", "change"],
            [[item.path, item.metric, *map(_text, (item.before, item.after, item.change))] for item in rows],
        ),
    ]
    return [fold for fold in folds if fold.rows]


def cut(text: str) -> str:
    """A text of a length that a table can bear."""
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"


def _counted(things: int, noun: str, plural: str = "") -> str:
    return f"{things} {noun}" if things == 1 else f"{format_count(things)} {plural or noun + 's'}"


def _value(item: ParamChange, side: str) -> str:
    absent = {"added": "before", "removed": "after"}.get(item.status) == side
    return "–" if absent else json.dumps(getattr(item, side), ensure_ascii=False)


def _stages(names: list[str]) -> str:
    """Stages, with the strategies of one counted: split, train × 10."""
    each = Counter(name.partition("@")[0] for name in names)
    return ", ".join(f"{name} × {times}" if times > 1 else name for name, times in each.items())


def _text(value: object) -> str:
    return "–" if value is None else str(value)
