"""The effects as lines for a terminal: tables of two metrics each, and matrices of single classifiers."""

from collections.abc import Iterator, Sequence
import textwrap

from stages.report.formatting import format_count, format_difference, format_percent
from stages.report.verdict.cells import format_verdict
from stages.report.verdict.effects import format_effect
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.leaderboard import Effect, EffectVerdict
from tools.leaderboard.terminal import WIDTH, align_columns
from tools.rotate.results import REPORT, RotationReport

#: the verdicts in the matrix
SIGNS: dict[EffectVerdict, str] = {"better": "+", "worse": "−", "same": "=", "cannot_tell": "?"}


def describe_report(report: RotationReport, classifiers: bool) -> Iterator[str]:
    """Yield what was judged, the mean effects, and with `classifiers` the effects with each of them."""
    count = len(report.test_sets)
    yield from textwrap.wrap(
        f"{format_count(report.rows)} rows with {format_count(report.positives)} positives were in one of {count} test "
        f"sets each, scored by models that had not seen them. The effects answer what to expect of each treatment, "
        f"against {report.reference}, on tables like this one, with {count - 1}/{count} of its rows for training. They "
        "are not about one finished model.",
        WIDTH,
    )
    metrics = list(report.margins)
    for start in range(0, len(metrics), 2):
        yield ""
        yield from _make_table(report, metrics[start : start + 2])
    for metric in metrics if classifiers else ():
        yield ""
        yield from _make_matrix([item for item in report.effects if item.metric == metric and item.classifier])
    yield ""
    yield from textwrap.wrap(
        f"Mean effects over the classifiers, with {format_percent(report.confidence)} intervals that hold for all "
        "treatments of a metric at once; ± is the margin within which an effect is the same.",
        WIDTH,
    )
    if classifiers:
        signs = ", ".join(f"{sign} {format_verdict(name)}" for name, sign in SIGNS.items())
        yield f"Effects with one classifier: {signs}."
    if report.not_in_every_run:
        yield from textwrap.wrap(f"Not judged, because a run left it out: {', '.join(report.not_in_every_run)}.", WIDTH)
    yield f"All effects: {REPORT}"


def _make_table(report: RotationReport, metrics: Sequence[str]) -> list[str]:
    columns = [
        {item.strategy: item for item in report.effects if item.metric == metric and item.classifier is None}
        for metric in metrics
    ]
    lines = [["strategy", *(_make_head(metric, report.margins[metric]) for metric in metrics)]]
    for strategy in columns[0]:
        cells = (f"{format_effect(column[strategy])} {format_verdict(column[strategy].verdict)}" for column in columns)
        lines.append([strategy, *cells])
    return align_columns(lines, "l" * len(lines[0]), [0])


def _make_head(metric: str, margin: float) -> str:
    direction = "" if METRICS[metric].higher_is_better else ", lower is better"
    return f"{METRICS[metric].label} (±{margin:.2g}{direction})"


def _make_matrix(effects: Sequence[Effect]) -> list[str]:
    classifiers = list(dict.fromkeys(str(item.classifier) for item in effects))
    cells = {
        (item.strategy, item.classifier): f"{format_difference(item.metric, item.estimate)} {SIGNS[item.verdict]}"
        for item in effects
    }
    lines = [[METRICS[effects[0].metric].label, *classifiers]]
    lines += [
        [strategy, *(cells.get((strategy, classifier), "") for classifier in classifiers)]
        for strategy in dict.fromkeys(item.strategy for item in effects)
    ]
    return align_columns(lines, "l" + "r" * len(classifiers), range(len(lines[0])))
