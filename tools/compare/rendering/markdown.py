"""The review as the Markdown of one comment on a pull request. Names from the user's data are escaped."""

from stages.evaluate.effects.estimates import POWER, REFIT
from stages.report.formatting import (
    format_count,
    format_difference,
    format_difference_interval,
    format_metric,
    format_percent,
    join_names,
)
from stages.report.rendering.markdown import escape_markdown
from stages.shared.metrics.registry import METRICS
from tools.compare.rendering.tables import MAX_ROWS, make_details, make_table, shorten
from tools.compare.review_schema import Change, Review, RevisionName, StrategyChange, Verdict

#: identifies the comment, so that a later review replaces it
MARKER = "<!-- evenhand-review -->"

#: GitHub allows 65,536 characters; collapsed tables beyond this limit are omitted
MAX_LENGTH = 60_000

SIGNS = {"better": "🟢", "worse": "🔴"}


def to_markdown(review: Review) -> str:
    """Return the comment: the verdict, the changes, the collapsed tables, and the method."""
    word = "worse" if review.gate.result == "regression" else review.verdict.word if review.verdict else ""
    sign = SIGNS.get(word, "⚪" if review.verdict else "❔")
    blocks = [f"{MARKER}\n### {sign} {escape_markdown(review.sentence)}", _make_summary(review)]
    if review.verdict:
        blocks.append(escape_markdown(_make_verdict(review.verdict)))
    if review.notes:
        blocks.append("\n".join(f"- ⚠️ {escape_markdown(note)}" for note in review.notes))
    if review.has_changes:
        blocks += [*_make_metrics(review), _make_decisions(review), _make_strategies(review)]
    method = _make_method(review)
    details = make_details(review, MAX_LENGTH - len("\n\n".join([*blocks, method])))
    return "\n\n".join(block for block in [*blocks, *details, method] if block) + "\n"


def to_failure(problems: list[str]) -> str:
    """Return the comment for two revisions that cannot be compared."""
    lines = "\n".join(f"- {escape_markdown(problem[:500])}" for problem in problems[:20])
    return f"{MARKER}\n### ❔ The two revisions cannot be compared\n\n{lines}\n"


def _make_summary(review: Review) -> str:
    comparison = review.comparison
    rows = f"{format_count(comparison.rows)} test rows ({format_count(comparison.positives)} positive)"
    if not review.has_changes:
        return str(escape_markdown(f"No metric changed. Champion: {review.champion_after}, on {rows}."))
    parts = [escape_markdown(f"Champion: {_join_change(str(review.champion_before), str(review.champion_after))}.")]
    for word in ("worse", "better"):
        labels = [METRICS[item.metric].label for item in review.metrics if item.word == word and item != review.primary]
        parts += [f"**Clearly {word}:** {join_names(labels)}."] if labels else []
    method = {
        "paired": f"The same {rows}, so differences are paired.",
        "unpaired": f"Not comparable row by row: {comparison.why}. {rows}; each interval is put together from those "
        "of the two revisions, and is rather too wide.",
        "none": f"Not comparable: {comparison.why}.",
    }[comparison.kind]
    return " ".join([*parts, escape_markdown(method)])


def _make_verdict(verdict: Verdict) -> str:
    """Return the verdict in one sentence: the rows, the estimate, the word, and what the rows can show."""
    metric = verdict.metric
    rows = f"{format_count(verdict.n_rows)} rows of train, out of fold, and test"
    if verdict.rows == "test":
        rows = f"{format_count(verdict.n_rows)} test rows alone"
    interval = format_difference_interval(metric, verdict.low, verdict.high)
    word = f"{verdict.word.replace('_', ' ')} (margin {verdict.margin:g})"
    if verdict.minimum_detectable:
        smallest = format_metric(metric, verdict.minimum_detectable)
        word += f"; these rows show a loss of {smallest} or more with a probability of {format_percent(POWER)}"
    return (
        f"On {rows} ({format_count(verdict.positives)} positive){f', because {verdict.why}' if verdict.why else ''}: "
        f"{METRICS[metric].label} {format_difference(metric, verdict.estimate)} ({interval}), {word}."
    )


def _make_metrics(review: Review) -> list[str]:
    """Return a table of the changed metrics, and a sentence that names the others."""
    blocks, rows = [], []
    for item in review.metrics:
        if item.is_shown:
            values = [format_metric(item.metric, value) for value in (item.before, item.after)]
            rows.append([_format_label(item), *values, *_format_change(item)])
    if rows:
        interval = f"{format_percent(review.comparison.confidence)} interval of the change"
        before, after = (shorten(revision.name).removeprefix("origin/") for revision in (review.base, review.head))
        blocks.append(make_table(["metric", before, after, "change", interval, ""], rows, "lrrrrl"))
    if labels := [METRICS[item.metric].label for item in review.metrics if not item.is_shown]:
        blocks.append(f"Unchanged: {join_names(labels)}.")
    return blocks


def _make_decisions(review: Review) -> str:
    before, after = review.champion_before, review.champion_after
    threshold = _join_change(f"{before.threshold:.3g}", f"{after.threshold:.3g}")
    hits = _join_change(*(f"{item.tp:.0f} of {item.tp + item.fn:.0f}" for item in (before, after)))
    alarms = _join_change(f"{before.fp:.0f}", f"{after.fp:.0f}")
    return f"Decisions at the threshold {threshold}: {hits} positives found, {alarms} false alarms."


def _make_strategies(review: Review) -> str:
    if not review.strategies:
        return "No strategy's row changed." if review.primary.change else ""
    header = ["strategy", "row", "classifier", _format_label(review.primary), "change", "interval", ""]
    rows = [_make_strategy_row(review.primary.metric, item) for item in review.strategies[:MAX_ROWS]]
    return f"**Strategies**\n\n{make_table(header, rows, 'lllrrrl')}"


def _make_strategy_row(metric: str, item: StrategyChange) -> list[str]:
    classifier = _join_change(item.before or item.after, item.after or item.before)
    values = [format_metric(metric, value) for value in (item.value_before, item.value_after) if value is not None]
    change = _format_change(item.primary) if item.primary else ["", "", ""]
    return [item.strategy, item.status, classifier, " → ".join(values), *change]


def _make_method(review: Review) -> str:
    comparison, gate = review.comparison, review.gate
    level, label = format_percent(comparison.confidence), METRICS[gate.metric].label
    parts = [f"{_format_revision(review.base)} → {_format_revision(review.head)}."]
    if review.has_changes:
        parts.append("↑ more is better, ↓ less is better.")
        if comparison.kind == "paired":
            parts.append(
                f"Paired stratified bootstrap of the test rows, {format_count(comparison.n_resamples or 0)} resamples: "
                f"{level} for {label} by itself, for the other metrics of a family together, for the strategies "
                "together."
            )
        if comparison.kind == "unpaired":
            parts.append(
                f"Each change by itself: the {level} intervals of the two revisions, their distances combined by their "
                "squares (MOVER: Newcombe 1998; Zou &amp; Donner 2008)."
            )
        if comparison.kind != "none":
            parts.append("The tables are of the test rows; their intervals do not cover the noise of training again.")
        if review.verdict and review.verdict.rows == "all":
            method = "bootstrap" if METRICS[review.verdict.metric].resampled else "jackknife"
            parts.append(
                f"The verdict has the {level} interval of the {method} in each fold and on test, widened by {REFIT:g} "
                "for the noise of training again."
            )
    if review.metrics_diff is None:
        parts.append("`dvc metrics diff` could not be run.")
    why = escape_markdown(f" ({'; '.join(gate.why)})" if gate.why else "")
    parts.append(f"Gate on {label}, tolerance {gate.tolerance:g}: {gate.result}{why}.")
    return f"<sub>{' '.join(parts)}</sub>"


def _format_label(change: Change) -> str:
    return f"{METRICS[change.metric].label} {'↑' if change.higher_is_better else '↓'}"


def _format_change(item: Change) -> list[str]:
    """Return the cells of a change, its interval and its verdict."""
    interval = "–"
    if item.low is not None and item.high is not None:
        interval = format_difference_interval(item.metric, item.low, item.high)
    return [format_difference(item.metric, item.change), interval, item.word]


def _format_revision(revision: RevisionName) -> str:
    return f"{escape_markdown(shorten(revision.name))} ({revision.commit[:7] if revision.commit else 'not committed'})"


def _join_change(before: object, after: object) -> str:
    return str(after) if before == after else f"{before} → {after}"
