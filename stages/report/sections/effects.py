"""The section on the effects of the treatments: the mean over the classifiers, and each classifier by itself."""

from stages.report.context import ReportContext
from stages.report.formatting import format_axis_title, format_count, format_metric, format_percent
from stages.report.rendering.axis import Axis, make_axis
from stages.report.rendering.blocks import Block, Head, Items, Mark, Section, Span, Table
from stages.report.verdict.cells import format_verdict, make_span
from stages.report.verdict.effects import count_positives, format_effect, get_main_metric
from stages.shared.metrics.registry import METRICS, list_family
from stages.shared.schemas.leaderboard import Effect, Leaderboard


def make_section(context: ReportContext) -> Section:
    """Return the section, empty where no treatment was compared."""
    leaderboard, metric = context.leaderboard, get_main_metric(context.leaderboard)
    blocks: list[Block] = []
    if leaderboard.mean_effects(metric):
        blocks = [_make_means_table(context, metric), _make_matrix(context, metric), Items(_explain(leaderboard))]
    return Section("effects", "Does a treatment help?", blocks)


def _make_means_table(context: ReportContext, metric: str) -> Table:
    leaderboard = context.leaderboard
    metrics = [metric, *(name for name in list_family("ranking") if name != metric)]
    effects = {name: leaderboard.mean_effects(name) for name in metrics}
    axes = {name: make_axis([(item.low, item.high) for item in items]) for name, items in effects.items()}
    header: list[str | Head] = [
        "Treatment",
        *(Head(title[0].upper() + title[1:], axes[name]) for name in axes for title in [format_axis_title(name)]),
        "Smallest effect that shows",
        f"Positives to show ±{format_metric(metric, leaderboard.settings.margins[metric])}",
    ]
    rows: list[list[str | Span]] = [
        [
            item.strategy,
            *(_make_span(effects[name][index], axis) for name, axis in axes.items()),
            format_metric(metric, item.minimum_detectable),
            format_count(item.positives_needed),
        ]
        for index, item in enumerate(effects[metric])
    ]
    caption = (
        f"Mean difference from {context.reference_name} over the classifiers, with its "
        f"{format_percent(leaderboard.settings.confidence)} interval. The last two columns are about "
        f"{METRICS[metric].label}; these rows have {format_count(count_positives(leaderboard))} positives."
    )
    return Table(caption, header, rows, "l" + "n" * len(metrics) + "rr")


def _make_span(item: Effect, axis: Axis) -> Span:
    return make_span(item.verdict, item.metric, item.estimate, item.low, item.high, axis)


def _make_matrix(context: ReportContext, metric: str) -> Table:
    """Return a cell for every strategy and classifier, colored by its verdict.

    A classifier that balances itself has a row of its own, in the column of its plain counterpart.
    """
    cells = [item for item in context.leaderboard.effects if item.metric == metric and item.classifier]
    columns = list(dict.fromkeys(str(item.reference_classifier) for item in cells))
    by_row: dict[str, dict[str, Mark]] = {}
    for item in cells:
        is_same = item.classifier == item.reference_classifier
        row = item.strategy if is_same else f"{item.strategy} × {item.classifier}"
        difference, _, bounds = format_effect(item).partition(" ")
        mark = Mark(format_verdict(item.verdict), difference, bounds, item.verdict)
        by_row.setdefault(row, {})[str(item.reference_classifier)] = mark
    rows: list[list[str | Mark]] = [
        [row, *(by_column.get(name, "") for name in columns)] for row, by_column in by_row.items()
    ]
    caption = (
        f"Difference in {METRICS[metric].label} from {context.reference_name} with the classifier of the column, with "
        f"its {format_percent(context.leaderboard.settings.confidence)} interval. A classifier that balances itself is "
        "in the column of its plain counterpart."
    )
    return Table(caption, ["Treatment", *columns], rows, "l" + "n" * len(columns))


def _explain(leaderboard: Leaderboard) -> list[str]:
    margins = ", ".join(
        f"{METRICS[name].label} ±{format_metric(name, value)}" for name, value in leaderboard.settings.margins.items()
    )
    train = "train row" if leaderboard.data.out_of_fold is None else "train row after the first period"
    rows = (
        f"Every {train} counts with its out-of-fold score, and every test row with the score of the final "
        "model. Scores are ranked within each fold and within test, never across models."
        if leaderboard.settings.rows == "all"
        else "Only test rows count."
    )
    return [
        f"better, worse: the interval leaves out 0. same: the whole interval is within the margin ({margins}). cannot "
        "tell: neither.",
        rows,
        "The intervals answer what to expect on other tables of this size from the same source. The intervals of all "
        "mean effects hold at once, and so do those of all single classifiers.",
    ]
