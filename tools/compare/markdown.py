"""The review as the Markdown of one comment on a pull request."""

from collections import Counter
import json
from typing import Any

from stages.report.page import Table
from stages.report.render import escape_markdown, markdown_table
from stages.report.words import LABELS, count, listed, number, percent, signed, signed_interval
from tools.compare.model import Champion, Change, Review, Side, StrategyChange

#: by which the comment is found again, so that it is updated and never stacked
MARKER = "<!-- evenhand-review -->"

#: GitHub takes 65,536 characters; folded parts beyond this are left out
MOST = 60_000

#: the most rows of a folded table, and the most characters of one value in it
ROWS, LETTERS = 200, 80

SIGNS = {"better": "🟢", "worse": "🔴", "within noise": "⚪", "unchanged": "⚪", "not compared": "❔"}


def to_markdown(review: Review) -> str:
    """The comment: the verdict, what moved, what is folded, and how it was found. Names of the data are escaped."""
    blocks = [f"{MARKER}\n### {SIGNS[review.primary.word]} {escape_markdown(review.sentence)}", _summary(review)]
    if review.notes:
        blocks.append("\n".join(f"- ⚠️ {escape_markdown(note)}" for note in review.notes))
    if review.changed:
        blocks += [_metrics(review), _unchanged(review), _decisions(review), _strategies(review)]
    small = _small(review)
    room = MOST - len("\n\n".join([*blocks, small]))
    return "\n\n".join(block for block in [*blocks, *_folded(review, room), small] if block) + "\n"


def failure(problems: list[str]) -> str:
    """The comment when two revisions cannot be compared."""
    lines = "\n".join(f"- {escape_markdown(problem[:500])}" for problem in problems[:20])
    return f"{MARKER}\n### ❔ The two revisions cannot be compared\n\n{lines}\n"


def _summary(review: Review) -> str:
    before, after = _name(review.champion_before), _name(review.champion_after)
    champion = before if before == after else f"{before} → {after}"
    how = review.comparison
    rows = f"{count(how.rows)} test rows ({count(how.positives)} positive)"
    words = {
        "paired": f"The same {rows}, so differences are paired.",
        "unpaired": f"Not comparable row by row: {how.why}. {rows}; each interval is put together from those "
        "of the two revisions, and is rather too wide.",
        "none": f"Not comparable: {how.why}.",
    }
    if not review.changed:
        return str(escape_markdown(f"No metric changed. Champion: {after}, on {rows}."))
    parts = [f"Champion: {champion}."]
    for word in ("worse", "better"):
        labels = [LABELS[item.metric] for item in review.metrics if item.word == word and item != review.primary]
        parts += [f"**Clearly {word}:** {listed(labels)}."] if labels else []
    return f"{escape_markdown(parts[0])} {' '.join([*parts[1:], escape_markdown(words[how.kind])])}"


def _metrics(review: Review) -> str:
    shown = [item for item in review.metrics if item.change or item.moved]
    if not shown:
        return ""
    level = percent(review.comparison.confidence)
    header = ["metric", _side(review.base), _side(review.head), "change", f"{level} interval of the change", ""]
    return markdown_table(Table("", header, [_row(item) for item in shown], "lrrrrl"))


def _row(item: Change) -> list[str]:
    arrow = "↑" if item.higher_is_better else "↓"
    values = [number(item.metric, value) for value in (item.before, item.after)]
    return [f"{LABELS[item.metric]} {arrow}", *values, *_change(item), item.word]


def _change(item: Change) -> list[str]:
    interval = "–" if item.low is None or item.high is None else signed_interval(item.metric, item.low, item.high)
    return [signed(item.metric, item.change), interval]


def _unchanged(review: Review) -> str:
    labels = [LABELS[item.metric] for item in review.metrics if not (item.change or item.moved)]
    return f"Unchanged: {listed(labels)}." if labels else ""


def _decisions(review: Review) -> str:
    before, after = review.champion_before, review.champion_after

    def both(one: object, other: object) -> str:
        return str(one) if one == other else f"{one} → {other}"

    threshold = both(*(f"{side.threshold:g}" for side in (before, after)))
    found = both(*(f"{side.tp} of {side.tp + side.fn}" for side in (before, after)))
    return f"Decisions at the threshold {threshold}: {found} positives found, {both(before.fp, after.fp)} false alarms."


def _strategies(review: Review) -> str:
    if not review.strategies:
        return "No strategy's row changed." if review.primary.change else ""
    metric, arrow = review.primary.metric, "↑" if review.primary.higher_is_better else "↓"
    header = ["strategy", "row", "classifier", f"{LABELS[metric]} {arrow}", "change", "interval", ""]
    rows = [_strategy(metric, item) for item in review.strategies[:ROWS]]
    return f"**Strategies**\n\n{markdown_table(Table('', header, rows, 'lllrrrl'))}"


def _strategy(metric: str, item: StrategyChange) -> list[str]:
    classifier = item.after if item.before in (item.after, None) else item.before
    if item.before and item.after and item.before != item.after:
        classifier = f"{item.before} → {item.after}"
    values = [number(metric, value) for value in (item.value_before, item.value_after) if value is not None]
    change = [*_change(item.primary), item.primary.word] if item.primary else ["", "", ""]
    return [item.strategy, item.status, str(classifier), " → ".join(values), *change]


def _folded(review: Review, room: int) -> list[str]:
    """The folded parts for which there is room."""
    folds = [
        _fold(f"Params: {counted(len(review.params), 'key')} changed", ["key", "before", "after"],
              [[item.key, _value(item, "before"), _value(item, "after")] for item in review.params]),
        _fold(f"Data: {counted(len(review.data), 'fact')} changed", ["", "before", "after"],
              [[item.name, _cut(item.before), _cut(item.after)] for item in review.data]),
        _fold(f"Code: {counted(len(review.code), 'dependency', 'dependencies')} changed", ["dependency", "", "stages"],
              [[item.path, item.status, _stages(item.stages)] for item in review.code]),
        _fold(f"<code>dvc metrics diff</code>: {counted(len(review.metrics_diff or []), 'row')}",
              ["path", "metric", "before", "after", "change"],
              [[item.path, item.metric, *map(_cut, (item.before, item.after, item.change))]
               for item in review.metrics_diff or []]),
    ]  # fmt: skip
    kept = []
    for fold in folds:
        if len(fold) + 2 <= room:
            kept.append(fold)
            room -= len(fold) + 2
    return kept


def _fold(summary: str, header: list[str], rows: list[list[str]]) -> str:
    """A table behind a summary; nothing where there are no rows."""
    if not rows:
        return ""
    more = f"\n\n… and {len(rows) - ROWS} more." if len(rows) > ROWS else ""
    table = markdown_table(Table("", header, rows[:ROWS], "l" * len(header)))
    return f"<details><summary>{summary}</summary>\n\n{table}{more}\n\n</details>"


def counted(things: int, noun: str, plural: str = "") -> str:
    """A number of things: 1 key, 2 keys."""
    return f"{things} {noun}" if things == 1 else f"{count(things)} {plural or noun + 's'}"


def _value(item: Any, side: str) -> str:
    absent = {"added": "before", "removed": "after"}.get(item.status) == side
    return "–" if absent else _cut(json.dumps(getattr(item, side), ensure_ascii=False))


def _stages(names: list[str]) -> str:
    """Stages, with the strategies of one counted: split, train × 10."""
    each = Counter(name.partition("@")[0] for name in names)
    return ", ".join(f"{name} × {times}" if times > 1 else name for name, times in each.items())


def _cut(value: object) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"


def _small(review: Review) -> str:
    how, gate = review.comparison, review.gate
    level = percent(how.confidence)
    parts = [f"{_commit(review.base)} → {_commit(review.head)}."]
    if review.changed:
        parts.append("↑ more is better, ↓ less is better.")
    if review.changed and how.kind == "paired":
        parts.append(
            f"Paired stratified bootstrap of the test rows, {count(how.n_resamples or 0)} resamples: {level} for "
            f"{LABELS[gate.metric]} by itself, for the other metrics of a family together, for the strategies together."
        )
    if review.changed and how.kind == "unpaired":
        parts.append(
            f"Each change by itself: the {level} intervals of the two revisions, their distances combined by their "
            "squares (MOVER: Newcombe 1998; Zou &amp; Donner 2008)."
        )
    if review.changed and how.kind != "none":
        parts.append("The intervals cover the noise of drawing other test rows, not that of training again.")
    why = f" ({'; '.join(gate.why)})" if gate.why else ""
    parts.append(f"Gate on {LABELS[gate.metric]}, tolerance {gate.tolerance:g}: {gate.result}{escape_markdown(why)}.")
    return f"<sub>{' '.join(parts)}</sub>"


def _commit(side: Side) -> str:
    name = escape_markdown(_cut(side.name))
    return f"{name} ({side.commit[:7]})" if side.commit else f"{name} (not committed)"


def _side(side: Side) -> str:
    return _cut(side.name).removeprefix("origin/")


def _name(champion: Champion) -> str:
    return f"{champion.strategy} × {champion.classifier}"
