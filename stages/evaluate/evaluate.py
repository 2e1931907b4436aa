"""The judgement: every candidate measured on the same resamples of the test rows, and compared with doing nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from stages.evaluate.candidates import Candidate, best_first, pairs, reference_strategy, representatives
from stages.evaluate.inputs import CvRecord
from stages.evaluate.metrics import Meter
from stages.evaluate.outputs import curves, notes
from stages.evaluate.outputs.leaderboard import Json, Scored, candidate_row, comparison_rows, data_facts, strategy_row
from stages.evaluate.params import EvaluateParams
from stages.evaluate.uncertainty.bootstrap import Measured, measure_all
from stages.evaluate.uncertainty.cv_differences import cv_comparisons
from stages.shared.errors import InputError
from stages.shared.paths import MODELS, TEST
from stages.shared.storage.arrow import Ints
from stages.shared.storage.parquet import Table


@dataclass(frozen=True)
class Judgement:
    """The contents of the metrics files."""

    leaderboard: Json
    strategies: dict[str, Json]  # strategy -> flat row
    curves: dict[str, list[Json]]  # file name without its ending -> points


def judge(
    table: Table,
    scored: dict[Candidate, Scored],
    records: dict[str, CvRecord],
    idle: list[str],
    params: EvaluateParams,
    said: Sequence[str] = (),
) -> Judgement:
    """What the test side says of every candidate.

    `records` are in the order of params.yaml; `idle` names the strategies whose sampler changed nothing;
    `said` are notes of the training itself.
    Raises InputError when the test side lacks a class, a score is no probability, or params.yaml selects a classifier
    that no strategy has.
    """
    settings, select, y = params.evaluate, params.select, table.target
    _check(y, scored)
    ranked = best_first(records, select.metric)
    standing = representatives(records, select.classifier, select.metric)
    reference = reference_strategy(params.strategies)

    meters = [Meter(y, scored[candidate].scores, scored[candidate].threshold) for candidate in ranked]
    found = measure_all(y, meters, settings.n_resamples, params.random_state)
    measured = dict(zip(ranked, found, strict=True))
    rows = [
        candidate_row(candidate, records[candidate.strategy], scored[candidate], one, y, settings.confidence)
        for candidate, one in measured.items()
    ]
    data = data_facts(table.contract, table.flow)
    leaderboard = {
        "data": data,
        "settings": {
            "metric": select.metric,
            "policy": settings.threshold.policy,
            "policy_key": settings.threshold.own,
            "confidence": settings.confidence,
            "n_resamples": settings.n_resamples,
            "reference": standing[reference]._asdict(),
        },
        "candidates": rows,
        "strategies": [candidate._asdict() for candidate in standing.values()],
        "comparisons": comparison_rows(pairs(ranked, standing, reference), measured, settings.confidence),
        "cv_comparisons": cv_comparisons(records, reference, select.metric, params.cv.n_splits, settings.confidence),
        "notes": [
            *notes.about_reference(params.strategies[reference], reference),
            *notes.about_classifiers(records, standing, select.classifier),
            *notes.about_samplers(records, idle),
            *said,
            *notes.about_time(table.contract.time),
            *notes.about_positives(data["train"]["positives"], data["test"]["positives"]),
            *notes.about_promises(scored, settings.threshold.policy, settings.threshold.own),
            *notes.about_silence(measured),
        ],
    }
    flat = {
        strategy: strategy_row(candidate, records[strategy], scored[candidate], measured[candidate])
        for strategy, candidate in standing.items()
    }
    return Judgement(leaderboard, flat, _curves(table, standing, scored, measured))


def _check(y: Ints, scored: dict[Candidate, Scored]) -> None:
    problems = []
    if not 0 < y.sum() < len(y):
        found = f"found {y.sum()} positive of {len(y)}"
        problems.append(f"{TEST}: needs rows of both classes; {found}; change `split` in params.yaml")
    for candidate, one in scored.items():
        wrong = one.raw[~((one.raw >= 0) & (one.raw <= 1))]  # so written, NaN is wrong as well
        if len(wrong):
            found = f"found {wrong[0]} and {len(wrong) - 1} more of its kind"
            problems.append(f"{MODELS}/{candidate}.skops: scores lie between 0 and 1; {found}; run `dvc repro --force`")
    if problems:
        raise InputError(problems)


def _curves(
    table: Table, standing: dict[str, Candidate], scored: dict[Candidate, Scored], measured: dict[Candidate, Measured]
) -> dict[str, list[Json]]:
    y, contract = table.target, table.contract
    prevalence = float(y.mean())
    files: dict[str, list[Json]] = {"roc": [], "precision_recall": [], "calibration": [], "confusion": []}
    for candidate in standing.values():
        scores = scored[candidate].scores
        points = {
            "roc": curves.roc(y, scores),
            # with what a coin reaches at every recall, so that a chart of the file alone can draw it
            "precision_recall": [{**point, "prevalence": prevalence} for point in curves.precision_recall(y, scores)],
            "calibration": _calibration(y, scored[candidate]),
            "confusion": curves.confusion(
                measured[candidate].counts["decisions"], contract.positive, contract.negative
            ),
        }
        for name, found in points.items():
            files[name] += [{**candidate._asdict(), **point} for point in found]
    for name, columns in (("thresholds", curves.thresholds), ("overlays", curves.overlay)):  # of every candidate
        files[name] = [{**candidate._asdict(), **columns(y, scored[candidate].scores)} for candidate in measured]
    return files


def _calibration(y: Ints, scored: Scored) -> list[Json]:
    """The bins after calibration, and those before it where there was any."""
    stages = (
        {"before": scored.raw, "after": scored.scores} if scored.calibration != "none" else {"after": scored.scores}
    )
    return [{"stage": stage, **point} for stage, scores in stages.items() for point in curves.calibration(y, scores)]
