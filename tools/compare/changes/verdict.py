"""The verdict on the primary metric of the champion, as numbers and as a sentence.

It comes from all rows where both revisions scored them in the same folds, and from test alone otherwise.
"""

from stages.evaluate.effects.estimates import Estimate, estimate_difference, get_detectable
from stages.evaluate.uncertainty.differences import DIGITS
from stages.evaluate.uncertainty.jackknife import normal_quantile
from stages.report.formatting import format_difference, format_metric
from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS
from stages.shared.metrics.verdicts import judge_effect
from tools.compare.changes.all_rows import measure_all_rows
from tools.compare.changes.paired_scores import Scores
from tools.compare.review_schema import Change, Verdict
from tools.compare.revisions.snapshot import Snapshot


def judge_champion(base: Snapshot, head: Snapshot, primary: Change, scores: Scores | None, why: str) -> Verdict | None:
    """Return the verdict from all rows if possible, else from the interval of `primary` on test.

    `scores` are the paired scores of test; without them `why` contains the reason. Returns None without any interval.
    """
    settings, test, metric = head.leaderboard.settings, head.leaderboard.data.test, primary.metric
    margin, all_rows = settings.margins.get(metric, 0.0), None
    if scores:
        try:
            all_rows = measure_all_rows(base, head, scores)
        except InputError as error:
            why = "; ".join(error.problems)
    if all_rows:
        result = estimate_difference(all_rows.after, all_rows.before, metric, margin, settings.confidence)
        rows, positives = all_rows.row_sets.n_rows, all_rows.row_sets.n_positives
        before, after = (round(item.value, DIGITS) for item in (all_rows.before, all_rows.after))
    elif primary.low is not None and primary.high is not None:
        rows, positives, before, after = test.rows, test.positives, primary.before, primary.after
        half = (primary.high - primary.low) / 2
        detectable = get_detectable(half, half / normal_quantile(settings.confidence))
        word = judge_effect(metric, primary.low, primary.high, margin)
        result = Estimate(primary.change, primary.low, primary.high, word, detectable)
    else:
        return None
    return Verdict(
        metric=metric,
        rows="all" if all_rows else "test",
        why=why,
        n_rows=rows,
        positives=positives,
        before=before,
        after=after,
        estimate=result.estimate,
        low=result.low,
        high=result.high,
        word=result.verdict,
        margin=margin,
        minimum_detectable=round(result.minimum_detectable, DIGITS),
    )


def describe_verdict(verdict: Verdict | None, primary: Change) -> str:
    """Return the verdict as a sentence; without one it gives the values of `primary`, on test."""
    values, label = verdict or primary, METRICS[primary.metric].label
    before, after = (format_metric(primary.metric, value) for value in (values.before, values.after))
    difference = verdict.estimate if verdict else primary.change
    heading = _choose_heading(verdict, label)
    if not difference:
        return f"{heading}: {after}"
    return f"{heading}: {before} → {after} ({format_difference(primary.metric, difference)})"


def _choose_heading(verdict: Verdict | None, label: str) -> str:
    if verdict is None:
        return f"Not comparable: {label}"
    if verdict.before == verdict.after:
        return f"No change in {label}"
    if verdict.word == "same":
        return f"The same {label} within ±{verdict.margin:g}"
    return {"better": f"Better {label}", "worse": f"Worse {label}"}.get(
        verdict.word, f"No detectable change in {label}"
    )
