"""Sentences on the champion for the report and the model card.

The functions with a leading blank in their result continue a paragraph; their result is empty if they do not apply.
"""

from stages.report.context import ReportContext
from stages.report.formatting import (
    format_interval,
    format_metric,
    format_percent,
    join_names,
)
from stages.report.params import AUTO
from stages.report.verdict.counts import format_comparison
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import CvComparison


def describe_choice(context: ReportContext) -> str:
    """Return how the champion was selected."""
    select, choice, metric = context.params.select, context.choice, context.params.select.metric
    if AUTO not in (select.strategy, select.classifier):
        return "params.yaml names it (select); cross-validation did not choose it."
    candidates = f"{len(context.leaderboard.candidates)} candidates; the test set was not used"
    if select.names_champion:
        kind, name = ("classifier", select.classifier) if select.strategy == AUTO else ("strategy", select.strategy)
        candidates = f"the candidates of {kind} {name}, which params.yaml names (select)"
    if select.prefer == "blend" and str(context.champion) != str(choice.best):
        return f"params.yaml prefers the blend (select.prefer); {choice.best} has the best score, among {candidates}."
    claim = f"has the best cross-validated {METRICS[metric].label} on train, among {candidates}."
    if not choice.ties and choice.blend_tie is None:
        return f"It {claim}"
    start = f"{choice.best}, {format_metric(metric, choice.best.cv[metric].mean)}, {claim}"
    if choice.blend_tie is not None:
        return f"{start} {_describe_blend_tie(context, choice.blend_tie)}"
    verb = "candidate ties" if len(choice.ties) == 1 else "candidates tie"
    return (
        f"{start} {len(choice.ties)} {verb} with it. Its score is within {format_metric(metric, select.tolerance)}, or "
        "it is the same classifier untreated, without a significant difference over the folds. A tie goes "
        "to the simplest: the fewest parts in the treatment, then logistic regression before other classifiers, and "
        "these before a blend."
    )


def _describe_blend_tie(context: ReportContext, tie: CvComparison) -> str:
    """Return why the champion is not the candidate with the best score."""
    champion, metric = context.champion, tie.metric
    difference = format_comparison(tie, context.leaderboard.settings.confidence)
    untreated = context.params.strategies[champion.strategy].does_nothing
    return (
        f"The difference from {champion}, {format_metric(metric, champion.cv[metric].mean)}, is not significant over "
        f"the folds ({difference}): a tie. The best score of many candidates is too good. A tie goes to the blend: the "
        "weighted vote of all classifiers"
        f"{' without treatment of the imbalance' if untreated else ''}."
    )


def describe_settings(best: Candidate) -> str:
    """Return its tuned settings or the weights of its members, with a leading blank."""
    if best.tuned:
        return f" Its settings {best.tuned.words} were tuned inside train."
    if best.members:
        weights = join_names([f"{name} {format_percent(weight)}" for name, weight in best.members.items() if weight])
        return f" It is a weighted vote: {weights}."
    return ""


def describe_calibration(best: Candidate) -> str:
    """Return the effect of calibration on the test rows, with a leading blank."""
    if not best.is_calibrated:
        return ""
    before = best.calibration.before
    return (
        f" These numbers are of calibrated scores ({best.calibration.method}, fitted on train alone). Without "
        f"calibration the mean score is {format_metric('mean_score_ratio', before.mean_score_ratio)} times the "
        f"prevalence and the Brier score {format_metric('brier_score', before.brier_score)}."
    )


def describe_line(best: Candidate) -> str:
    """Return slope and intercept of the calibration on test; empty where there is no line."""
    line = best.calibration.line
    if line is None:
        return ""
    slope, intercept = (
        f"{value:.2f} ({low:.2f} to {high:.2f})".replace("-", "−")
        for value, (low, high) in ((line.slope, line.slope_interval), (line.intercept, line.intercept_interval))
    )
    return (
        f"The calibration slope is {slope}; 1 is right, and below 1 scores are too extreme. The calibration intercept "
        f"is {intercept}; 0 is right, and below 0 scores are too high."
    )


def describe_threshold_interval(context: ReportContext) -> str:
    """Return the interval of the threshold, with a leading blank; empty if train has enough positives."""
    leaderboard, bounds = context.leaderboard, context.champion.threshold_interval
    if bounds is None:
        return ""
    return (
        f" That threshold depends on only {leaderboard.data.scored.positives} train positives: its "
        f"{format_percent(leaderboard.settings.confidence)} bootstrap interval is "
        f"{format_interval('threshold', *bounds)}."
    )


def describe_cost(best: Candidate) -> str:
    """Return what the wrong decisions cost, with a leading blank; empty without costs."""
    if best.cost_per_1000 is None:
        return ""
    return f" Its wrong decisions on test cost {best.cost_per_1000:,.4g} per 1,000 rows."


def describe_guarantee(context: ReportContext) -> str:
    """Return what the promise of the threshold costs, with a leading blank; empty without a promise."""
    guarantee = context.champion.promise
    if guarantee is None:
        return ""
    point, now = (format_metric(guarantee.price, value) for value in (guarantee.at_point, guarantee.at_threshold))
    price = (
        f"The {METRICS[guarantee.price].label} out of fold is {now} with it, and {point} at the threshold "
        f"{format_metric('threshold', guarantee.point_threshold)}, which promises nothing."
    )
    if guarantee.kept:
        return f" The promise is for new rows like those of train. {price}"
    return f" No threshold can promise that: this is the safest one. {price}"


def describe_deployment_prevalence(context: ReportContext) -> list[str]:
    """Return what changes at the prevalence in use; empty if that is the prevalence of the table."""
    settings, use = context.leaderboard.settings, context.champion.in_use
    if use is None or settings.prevalence_in_use is None:
        return []
    cost = "" if use.cost_per_1000 is None else f", cost {use.cost_per_1000:.4g} per 1,000 rows"
    return [
        f"Its probabilities and its threshold are for the prevalence in use, {settings.prevalence_in_use:.3g}; that of "
        f"the test rows is {context.leaderboard.data.test.prevalence:.3g}. In use expect precision "
        f"{format_metric('precision', use.precision)} "
        f"({format_interval('precision', *use.precision_interval)}), F1 {format_metric('f1', use.f1)} and "
        f"{format_percent(use.flagged)} of rows predicted positive{cost}; recall does not change. All other metrics "
        "are of the test rows as they are."
    ]
