"""The review as the Markdown of one comment on a pull request."""

from stages.report.formatting import (
    format_count,
    format_difference,
    format_difference_interval,
    format_metric,
    format_percent,
    join_names,
)
from stages.report.rendering.blocks import Table
from stages.report.rendering.markdown import escape_markdown, markdown_table
from stages.shared.metrics.registry import METRICS
from tools.compare.rendering.collapsible import ROWS, cut, folded
from tools.compare.review_schema import Champion, Change, Review, Side, StrategyChange

#: by which the comment is found again, so that it is updated and never stacked
MARKER = "<!-- evenhand-review -->"

#: GitHub takes 65,536 characters; folded parts beyond this are left out
MOST = 60_000

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
    return "\n\n".join(block for block in [*blocks, *folded(review, room), small] if block) + "\n"


def failure(problems: list[str]) -> str:
    """The comment when two revisions cannot be compared."""
    lines = "\n".join(f"- {escape_markdown(problem[:500])}" for problem in problems[:20])
    return f"{MARKER}\n### ❔ The two revisions cannot be compared\n\n{lines}\n"


def _summary(review: Review) -> str:
    before, after = _name(review.champion_before), _name(review.champion_after)
    champion = before if before == after else f"{before} → {after}"
    how = review.comparison
    rows = f"{format_count(how.rows)} test rows ({format_count(how.positives)} positive)"
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
        labels = [METRICS[item.metric].label for item in review.metrics if item.word == word and item != review.primary]
        parts += [f"**Clearly {word}:** {join_names(labels)}."] if labels else []
    return f"{escape_markdown(parts[0])} {' '.join([*parts[1:], escape_markdown(words[how.kind])])}"


def _metrics(review: Review) -> str:
    shown = [item for item in review.metrics if item.change or item.moved]
    if not shown:
        return ""
    level = format_percent(review.comparison.confidence)
    header = ["metric", _side(review.base), _side(review.head), "change", f"{level} interval of the change", ""]
    return markdown_table(Table("", header, [_row(item) for item in shown], "lrrrrl"))


def _row(item: Change) -> list[str]:
    arrow = "↑" if item.higher_is_better else "↓"
    values = [format_metric(item.metric, value) for value in (item.before, item.after)]
    return [f"{METRICS[item.metric].label} {arrow}", *values, *_change(item), item.word]


def _change(item: Change) -> list[str]:
    interval = (
        "–" if item.low is None or item.high is None else format_difference_interval(item.metric, item.low, item.high)
    )
    return [format_difference(item.metric, item.change), interval]


def _unchanged(review: Review) -> str:
    labels = [METRICS[item.metric].label for item in review.metrics if not (item.change or item.moved)]
    return f"Unchanged: {join_names(labels)}." if labels else ""


def _decisions(review: Review) -> str:
    before, after = review.champion_before, review.champion_after

    def both(one: object, other: object) -> str:
        return str(one) if one == other else f"{one} → {other}"

    threshold = both(*(f"{side.threshold:.3g}" for side in (before, after)))
    outcome = both(*(f"{side.tp} of {side.tp + side.fn}" for side in (before, after)))
    return (
        f"Decisions at the threshold {threshold}: {outcome} positives found, {both(before.fp, after.fp)} false alarms."
    )


def _strategies(review: Review) -> str:
    if not review.strategies:
        return "No strategy's row changed." if review.primary.change else ""
    metric, arrow = review.primary.metric, "↑" if review.primary.higher_is_better else "↓"
    header = ["strategy", "row", "classifier", f"{METRICS[metric].label} {arrow}", "change", "interval", ""]
    rows = [_strategy(metric, item) for item in review.strategies[:ROWS]]
    return f"**Strategies**\n\n{markdown_table(Table('', header, rows, 'lllrrrl'))}"


def _strategy(metric: str, item: StrategyChange) -> list[str]:
    classifier = item.after if item.before in (item.after, None) else item.before
    if item.before and item.after and item.before != item.after:
        classifier = f"{item.before} → {item.after}"
    values = [format_metric(metric, value) for value in (item.value_before, item.value_after) if value is not None]
    change = [*_change(item.primary), item.primary.word] if item.primary else ["", "", ""]
    return [item.strategy, item.status, str(classifier), " → ".join(values), *change]


def _small(review: Review) -> str:
    how, gate = review.comparison, review.gate
    level = format_percent(how.confidence)
    parts = [f"{_commit(review.base)} → {_commit(review.head)}."]
    if review.changed:
        parts.append("↑ more is better, ↓ less is better.")
    if review.changed and how.kind == "paired":
        parts.append(
            f"Paired stratified bootstrap of the test rows, {format_count(how.n_resamples or 0)} resamples: {level} "
            f"for {METRICS[gate.metric].label} by itself, for the other metrics of a family together, for the "
            "strategies together."
        )
    if review.changed and how.kind == "unpaired":
        parts.append(
            f"Each change by itself: the {level} intervals of the two revisions, their distances combined by their "
            "squares (MOVER: Newcombe 1998; Zou &amp; Donner 2008)."
        )
    if review.changed and how.kind != "none":
        parts.append("The intervals cover the noise of drawing other test rows, not that of training again.")
    if review.metrics_diff is None:
        parts.append("`dvc metrics diff` could not be run.")
    why = f" ({'; '.join(gate.why)})" if gate.why else ""
    parts.append(
        f"Gate on {METRICS[gate.metric].label}, tolerance {gate.tolerance:g}: {gate.result}{escape_markdown(why)}."
    )
    return f"<sub>{' '.join(parts)}</sub>"


def _commit(side: Side) -> str:
    name = escape_markdown(cut(side.name))
    return f"{name} ({side.commit[:7]})" if side.commit else f"{name} (not committed)"


def _side(side: Side) -> str:
    return cut(side.name).removeprefix("origin/")


def _name(champion: Champion) -> str:
    return f"{champion.strategy} × {champion.classifier}"
