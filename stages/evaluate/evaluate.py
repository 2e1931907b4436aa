"""The evaluation: every candidate measured on the same resamples of the test rows and compared with the reference."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from stages.evaluate.effects.decision_curve import list_thresholds, make_decision_curves
from stages.evaluate.effects.effects import (
    CandidateMetrics,
    EffectSettings,
    choose_margins,
    estimate_effects,
    list_comparisons,
)
from stages.evaluate.effects.folds import add_scores
from stages.evaluate.effects.row_sets import RowSets, encode_groups
from stages.evaluate.models.candidates import (
    CandidateKey,
    choose_representatives,
    find_reference,
    list_pairs,
    rank_candidates,
)
from stages.evaluate.models.inputs import Inputs
from stages.evaluate.outputs import curves, notes
from stages.evaluate.outputs.leaderboard import ScoredCandidate, build_candidate, build_comparisons, build_data
from stages.evaluate.params import EvaluateParams, EvaluateSection
from stages.evaluate.uncertainty.bootstrap import BootstrapResult, bootstrap
from stages.evaluate.uncertainty.cv_differences import compare_folds, compute_ratio
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.errors import raise_problems
from stages.shared.metrics.registry import METRICS, get_points, list_selectable
from stages.shared.paths import MODELS, TEST
from stages.shared.runtime.progress import Progress
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.schemas.leaderboard import Leaderboard, Settings
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.parquet import Table


@dataclass(frozen=True)
class EvaluationResult:
    """The contents of the metrics files."""

    leaderboard: Leaderboard
    strategies: dict[str, dict[str, Any]]  # strategy -> flat row
    curves: dict[str, list[curves.Point]]  # file name without its ending -> points


Scored = dict[CandidateKey, ScoredCandidate]
Resampled = dict[CandidateKey, BootstrapResult]


def evaluate_candidates(
    inputs: Inputs, scored: Scored, params: EvaluateParams, progress: Progress | None = None
) -> EvaluationResult:
    """Measure and compare every candidate on the test rows, and measure the effects of treatments on all row sets.

    Raises InputError when the test set lacks a class, a score is no probability, or no strategy has the selected
    classifier.
    """
    progress = progress or Progress("evaluate")
    table, row_sets, settings, select = inputs.table, inputs.row_sets, params.evaluate, params.select
    _check(table.target, scored)
    records, points = add_scores(inputs.records, scored), get_points(select.metric)
    ranked = rank_candidates(records, select.metric)
    selected = choose_representatives(records, select.classifier, select.metric)
    reference = find_reference({name: params.strategies[name] for name in records})

    progress.begin("bootstrap of the test rows")
    results = _resample(table, {name: scored[name] for name in ranked}, params)
    metrics = {name: scored[name].ranking for name in scored}
    effect_settings = _choose_effect_settings(table, row_sets, metrics, reference, params)
    candidates = _build_candidates(table, records, scored, results, settings, progress)
    progress.begin("comparisons and effects of treatments")
    cv_ratio = compute_ratio(params.cv.n_splits, table.contract.time is not None)
    leaderboard = Leaderboard(
        data=build_data(table, inputs.scored_part),
        settings=_describe_settings(params, selected[reference], effect_settings),
        candidates=candidates,
        strategies=[name.name for name in selected.values()],
        comparisons=build_comparisons(list_pairs(ranked, selected, reference), results, settings.confidence, points),
        cv_comparisons=compare_folds(records, reference, select.metric, cv_ratio, settings.confidence),
        effects=estimate_effects(metrics, list_comparisons(metrics, reference), effect_settings),
        noticed=table.contract.noticed,
        not_applicable=inputs.not_applicable,
        notes=[
            *notes.about_reference(params.strategies[reference], reference),
            *notes.about_classifiers(records, selected, select.classifier),
            *_list_input_notes(inputs, params),
            *_list_result_notes(inputs, scored, results, params),
        ],
    )
    progress.begin("curves")
    rows = {name.strategy: leaderboard.row(name.strategy).flatten() for name in leaderboard.strategies}
    files = _make_curves(table, selected, scored, results)
    if list_thresholds(select.metric):
        gains = {name: scored[name].decision_curve for name in ranked}
        benefits = make_decision_curves(gains, row_sets, selected[reference], effect_settings)
        files["net_benefit"] = [curve.model_dump() for curve in benefits]
    return EvaluationResult(leaderboard, rows, files)


def _resample(table: Table, scored: Scored, params: EvaluateParams) -> Resampled:
    """Return the metrics of each candidate on the same resamples of the test rows."""
    groups = encode_groups(table.groups) if table.contract.group else None
    points = get_points(params.select.metric)
    evaluators = [
        MetricEvaluator(
            table.target,
            item.scores,
            item.threshold,
            groups=groups,
            decided=item.decided,
            weights=table.weights,
            points=points,
        )
        for item in scored.values()
    ]
    results = bootstrap(table.target, evaluators, params.evaluate.n_resamples, params.random_state)
    return dict(zip(scored, results, strict=True))


def _build_candidates(
    table: Table,
    records: dict[str, CvRecord],
    scored: Scored,
    results: Resampled,
    settings: EvaluateSection,
    progress: Progress,
) -> list[Candidate]:
    """Return the entry of each candidate in the leaderboard, in the order of `results`."""
    candidates = []
    for name, result in results.items():
        progress.begin(f"intervals of {name.strategy}, {name.classifier}")
        candidates.append(build_candidate(name, records[name.strategy], scored[name], result, table, settings))
        progress(name.classifier)
    return candidates


def _choose_effect_settings(
    table: Table, row_sets: RowSets, metrics: CandidateMetrics, reference: str, params: EvaluateParams
) -> EffectSettings:
    """Return how effects are estimated: on which rows, and with which margins of `same`."""
    settings, y = params.evaluate, table.target
    names = list_selectable(*get_points(params.select.metric))
    perfect = {name: METRICS[name].score(y, y.astype(np.float64), table.weights) for name in names}
    margin = None if settings.margin == "auto" else settings.margin
    return EffectSettings(
        rows="all" if row_sets.n_test < len(row_sets.y) else "test",
        confidence=settings.confidence,
        margins=choose_margins(margin, metrics, reference, perfect, row_sets.n_positives),
        n_draws=settings.n_resamples,
        random_state=params.random_state,
        n_positives=row_sets.n_positives,
    )


def _describe_settings(params: EvaluateParams, reference: CandidateKey, effects: EffectSettings) -> Settings:
    settings, threshold = params.evaluate, params.evaluate.threshold
    return Settings(
        metric=params.select.metric,
        policy=threshold.policy,
        policy_key=threshold.policy_param,
        promise=threshold.promise,
        prevalence_in_use=settings.deployment_prevalence,
        confidence=settings.confidence,
        n_resamples=settings.n_resamples,
        reference=reference.name,
        rows=effects.rows,
        margins=effects.margins,
    )


def _list_input_notes(inputs: Inputs, params: EvaluateParams) -> list[str]:
    table, traces = inputs.table, inputs.traces
    return [
        *notes.about_samplers(inputs.records, [strategy for strategy, trace in traces.items() if trace.is_no_op]),
        *(note for trace in traces.values() for note in trace.notes),
        *notes.about_time(table.contract.time),
        *notes.about_weights(table),
        *notes.about_negatives(table.contract.negatives_kept),
        *notes.about_metric(params.select.metric, inputs.row_sets.n_positives),
        *notes.about_rotation(params.evaluate.rotate),
    ]


def _list_result_notes(
    inputs: Inputs,
    scored: Scored,
    results: Resampled,
    params: EvaluateParams,
) -> list[str]:
    threshold, data = params.evaluate.threshold, build_data(inputs.table, inputs.scored_part)
    return [
        *notes.about_positives(data.scored.positives, data.test.positives),
        *notes.about_constraints(scored, threshold.policy, threshold.policy_param, threshold.promise),
        *notes.about_prices(scored),
        *notes.about_deployment_prevalence(data.scored.prevalence, params.evaluate.deployment_prevalence),
        *notes.about_no_positive_predictions(results),
    ]


def _check(y: Ints, scored: Scored) -> None:
    problems = []
    if not 0 < y.sum() < len(y):
        problems.append(
            f"{TEST}: needs rows of both classes; found {y.sum()} positive of {len(y)}; change `split` in params.yaml"
        )
    for candidate, item in scored.items():
        wrong = item.raw[~((item.raw >= 0) & (item.raw <= 1))]  # NaN fails both comparisons
        if len(wrong):
            problems.append(
                f"{MODELS}/{candidate}.skops: scores lie between 0 and 1; found {wrong[0]} and {len(wrong) - 1} more "
                "of its kind; run `dvc repro --force`"
            )
    raise_problems(problems)


def _make_curves(
    table: Table,
    selected: dict[str, CandidateKey],
    scored: Scored,
    results: Resampled,
) -> dict[str, list[curves.Point]]:
    y, contract, weights = table.target, table.contract, table.weights
    prevalence = float(np.average(y, weights=weights))
    names = ("roc", "precision_recall", "calibration", "confusion", "thresholds", "overlays")
    files: dict[str, list[curves.Point]] = {name: [] for name in names}
    for candidate in selected.values():
        scores = scored[candidate].scores
        points = {
            "roc": curves.roc(y, scores, weights),
            # with the precision of a random ranking, so that a chart of the file alone can draw it
            "precision_recall": [
                {**point, "prevalence": prevalence} for point in curves.precision_recall(y, scores, weights)
            ],
            "calibration": _make_calibration(y, scored[candidate], weights),
            "confusion": curves.confusion(results[candidate].counts["decisions"], contract.positive, contract.negative),
        }
        for name, file_points in points.items():
            files[name] += [{**candidate._asdict(), **point} for point in file_points]
    for candidate in results:
        item = scored[candidate]
        files["thresholds"].append(curves.threshold_counts(candidate.name, y, item.decided, weights).model_dump())
        files["overlays"].append(curves.overlay(candidate.name, y, item.scores, weights).model_dump())
    return files


def _make_calibration(y: Ints, scored: ScoredCandidate, weights: Floats | None) -> list[curves.Point]:
    """Return the bins after calibration, and those before it where there was any."""
    stages = (
        {"before": scored.raw, "after": scored.scores} if scored.calibration != "none" else {"after": scored.scores}
    )
    return [
        {"stage": stage, **point}
        for stage, scores in stages.items()
        for point in curves.calibration(y, scores, weights)
    ]
