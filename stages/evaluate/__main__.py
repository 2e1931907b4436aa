"""Command line of the stage evaluate: `python -m stages.evaluate`."""

import argparse
from collections.abc import Iterable, Iterator
import shutil
from typing import TYPE_CHECKING, Any

from stages.evaluate.inputs import check_metric, check_models, check_same_train_set, check_train_file
from stages.evaluate.params import EvaluateParams
from stages.shared import paths
from stages.shared.errors import ErrorCollector, InputError, run_cli
from stages.shared.metrics.registry import METRICS, get_points
from stages.shared.params import read_params
from stages.shared.runtime.progress import Progress
from stages.shared.runtime.stage_lock import lock_stage
from stages.shared.runtime.threads import limit_threads
from stages.shared.schemas.base import parse
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.schemas.leaderboard import Leaderboard, NotApplicable, SetSize
from stages.shared.schemas.trace import Trace
from stages.shared.storage.files import read_json, sha256, write_json, write_text
from stages.shared.storage.manifest import check_manifest

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from stages.evaluate.candidates import Candidate
    from stages.evaluate.effects.row_sets import RowSets
    from stages.evaluate.explanation.explain import Explained
    from stages.evaluate.outputs.leaderboard import ScoredCandidate
    from stages.shared.storage.arrow import Floats
    from stages.shared.storage.parquet import Table


def main() -> None:
    """Score every model on data/test.parquet; write metrics/leaderboard.json and the files around it."""
    argparse.ArgumentParser(prog="python -m stages.evaluate", description=main.__doc__).parse_args()
    params = read_params(EvaluateParams)
    lock_stage("evaluate")
    limit_threads()
    with Progress("evaluate", "imports the libraries") as progress:
        lines = evaluate(params, progress)
    print(*lines, sep="\n")


def evaluate(params: EvaluateParams, progress: Progress) -> list[str]:
    """Score every model, write all files of the stage, and return a summary of them."""
    from stages.evaluate.candidates import representatives
    from stages.evaluate.effects.row_sets import RowSets
    from stages.evaluate.evaluate import evaluate_candidates
    from stages.evaluate.explanation.explain import TrainRows, explain
    from stages.evaluate.outputs.curves import as_lines
    from stages.evaluate.outputs.summary import summarize
    from stages.evaluate.outputs.training_curves import training_curves
    from stages.evaluate.thresholds.costs import cost_of_rows
    from stages.shared.storage.parquet import read_parquet, read_table, write_columns

    table = read_table(paths.TEST)
    check_metric(params.select.metric, len(table.target))
    every_record = read_records(params.strategies)
    remove_orphans(every_record)
    not_applicable = list_not_applicable(every_record)
    records = {strategy: record for strategy, record in every_record.items() if record.classifiers}
    if not records:
        raise InputError([item.why for item in not_applicable])
    representatives(records, params.select.classifier, "average_precision")  # refuse a wrong name before the work
    scored: dict[Candidate, ScoredCandidate] = {}
    features, oof = table.features(), read_parquet(paths.MODELS / next(iter(records)) / paths.OOF)
    row_sets = RowSets.make(table.target, table.groups, oof if params.evaluate.rows == "all" else None, table.weights)
    cost, costs = params.evaluate.cost, None
    if cost and cost.has_columns:
        costs = cost_of_rows(read_table(paths.TRAIN), cost, oof["row"].to_numpy())
    manifests: dict[str, dict[str, Any]] = {}
    progress.count(2 * sum(len(record.classifiers) for record in records.values()), "steps")
    for strategy, record in records.items():
        folder = paths.MODELS / strategy
        manifests[strategy] = check_manifest(folder)
        check_models(folder, record, manifests[strategy]["files"], sha256(folder / paths.MANIFEST))
        check_same_train_set(manifests)
        scored |= score_models(strategy, record, features, row_sets, params, costs, progress)
    trace_files = {strategy: paths.MODELS / strategy / paths.TRACE for strategy in records}
    traces = {strategy: parse(Trace, path, read_json(path)) for strategy, path in trace_files.items()}
    no_op_strategies = [strategy for strategy, trace in traces.items() if trace.is_no_op]
    training_notes = [note for trace in traces.values() for note in trace.notes]
    result = evaluate_candidates(
        table,
        row_sets,
        scored,
        records,
        no_op_strategies,
        params,
        training_notes,
        not_applicable,
        count_scored(table, oof),
        progress,
    )

    train = None
    if params.evaluate.rows == "all":
        if paths.TRAIN.is_file():  # else reading it says so
            check_train_file(manifests[next(iter(records))], sha256(paths.TRAIN))
        train = TrainRows.find(lambda name: read_parquet(paths.TRAIN, [name]).column(name), oof["row"].to_numpy())
    named = list_explained(result.leaderboard)
    progress.count(len(named), "explanations")
    explanations = explain(load_explained(named, scored, progress), table, features, train, row_sets, params)
    points = {
        "training": training_curves(traces),
        "explanations": [explanation.model_dump() for explanation in explanations],
    }

    columns = {str(candidate): item.scores for candidate, item in scored.items()}
    weight = {} if table.weights is None else {"weight": table.weights}
    write_columns(paths.TEST_SCORES, {"row": table.rows, "y": table.target, **weight, **columns})
    for folder in (paths.STRATEGY_METRICS, paths.CURVES):
        shutil.rmtree(folder, ignore_errors=True)  # drop the files of strategies that left params.yaml
    for name, row in result.strategies.items():
        write_json(paths.STRATEGY_METRICS / f"{name}.json", row)
    for item in not_applicable:
        if item.classifier is None:
            write_json(paths.STRATEGY_METRICS / f"{item.strategy}.json", {"not_applicable": item.why})
    for name, lines in (result.curves | points).items():
        write_text(paths.CURVES / f"{name}.json", as_lines(lines))
    write_json(paths.LEADERBOARD, result.leaderboard.model_dump())
    return summarize(result.leaderboard)


def read_records(strategies: Iterable[str]) -> dict[str, CvRecord]:
    """Return metrics/cv of every strategy. Raises InputError naming each file that is missing or invalid."""
    records, errors = {}, ErrorCollector()
    for strategy in strategies:
        path = paths.CV_METRICS / f"{strategy}.json"
        with errors.collect():
            records[strategy] = parse(CvRecord, path, read_json(path))
    errors.check()
    return records


def list_not_applicable(records: dict[str, CvRecord]) -> list[NotApplicable]:
    """Return what could not run: a whole strategy as one entry."""
    return [
        NotApplicable(strategy=strategy, classifier=classifier, why=why)
        for strategy, record in records.items()
        for classifier, why in (record.not_applicable.items() if record.classifiers else [(None, record.sampler.why)])
    ]


def remove_orphans(records: dict[str, CvRecord]) -> None:
    """Delete the files in metrics/cv of strategies that are no longer in params.yaml.

    The whole folder is a dependency of this stage. Orphans would make its hash depend on earlier runs on the machine,
    so that equal params would give different dvc.lock files.
    """
    expected = {f"{strategy}.json" for strategy in records}
    for path in paths.CV_METRICS.iterdir():
        if path.name not in expected:  # a temporary file of a run that was killed counts as well
            path.unlink()


def count_scored(test: "Table", oof: "pa.Table") -> SetSize | None:
    """Return the size of the part of train that has out-of-fold scores in `oof`, where that is not all of it."""
    if test.contract.time is None:
        return None
    return SetSize(rows=oof.num_rows, positives=int(oof["y"].to_numpy().sum()))


def score_models(
    strategy: str,
    record: CvRecord,
    features: "pd.DataFrame",
    row_sets: "RowSets",
    params: EvaluateParams,
    costs: "Floats | None",
    progress: Progress,
) -> "dict[Candidate, ScoredCandidate]":
    """Return the threshold and the test scores of each classifier; one model is in memory at a time.

    `costs` are those of a wrong decision on each out-of-fold row, where they differ by row.
    """
    import numpy as np

    from stages.evaluate.candidates import Candidate
    from stages.evaluate.effects.decision_curve import list_thresholds, measure_curve
    from stages.evaluate.effects.folds import score_folds
    from stages.evaluate.outputs.leaderboard import ScoredCandidate
    from stages.evaluate.thresholds.tuning import choose_threshold
    from stages.shared.calibration import calibrate, get_prior_shift, parse_calibration, shift_prior
    from stages.shared.storage.model_file import load_model, scores
    from stages.shared.storage.parquet import read_parquet

    folder = paths.MODELS / strategy
    path, oof = folder / paths.CALIBRATION, read_parquet(folder / paths.OOF)
    row_sets.check(folder / paths.OOF, oof)
    calibrators = parse_calibration(path, read_json(path))
    rows, groups, y = (oof[name].to_numpy() for name in ("row", "group", "y"))
    deployment, points = params.evaluate.deployment_prevalence, get_points(params.select.metric)
    weights = oof["weight"].to_numpy() if "weight" in oof.column_names else None
    shift = get_prior_shift(float(np.average(y, weights=weights)), deployment) if deployment else 0.0
    scored = {}
    for classifier in record.classifiers:
        progress.begin(f"scores {strategy}, {classifier}")
        calibrator, raw_oof = calibrators[classifier], oof[classifier].to_numpy()
        calibrated_oof = calibrate(raw_oof, calibrator)
        tuned = choose_threshold(rows, groups, y, shift_prior(calibrated_oof, shift), params, shift, weights, costs)
        raw = scores(load_model(folder / f"{classifier}.skops"), features)
        calibrated, values, cv = calibrate(raw, calibrator), row_sets.measure(raw_oof, raw), {}
        for point in points:
            is_ranking = METRICS[point].family == "ranking"
            out_of_fold, on_test = (raw_oof, raw) if is_ranking else (calibrated_oof, calibrated)
            values[point] = row_sets.measure_one(point, out_of_fold, on_test)
            cv[point] = score_folds(point, oof, out_of_fold, len(raw))
        curve = measure_curve(row_sets, list_thresholds(params.select.metric), calibrated_oof, calibrated)
        scored[Candidate(strategy, classifier)] = ScoredCandidate(
            tuned.threshold, calibrated, raw, calibrator.method, tuned.interval, values, tuned.satisfies_constraint,
            tuned.guarantee, shift, curve, cv,
        )  # fmt: skip
        progress(classifier)
    return scored


def list_explained(leaderboard: Leaderboard) -> "list[Candidate]":
    """Return the candidates that are explained: those that represent a strategy, and the untreated blend."""
    from stages.evaluate.candidates import BLEND, Candidate

    blend = (leaderboard.settings.reference.strategy, BLEND)
    names = [(item.strategy, item.classifier) for item in leaderboard.strategies]
    known = {(item.strategy, item.classifier) for item in leaderboard.candidates}
    return [Candidate(*name) for name in dict.fromkeys([*names, *({blend} & known)])]


def load_explained(
    candidates: "list[Candidate]", scored: "dict[Candidate, ScoredCandidate]", progress: Progress
) -> "Iterator[Explained]":
    """Yield each candidate with its model and its scores out of fold; one model is in memory at a time."""
    from stages.evaluate.explanation.explain import Explained
    from stages.shared.calibration import parse_calibration
    from stages.shared.storage.model_file import load_model
    from stages.shared.storage.parquet import read_parquet

    for candidate in candidates:
        progress.begin(f"explains {candidate}")
        folder = paths.MODELS / candidate.strategy
        calibration = folder / paths.CALIBRATION
        calibrator = parse_calibration(calibration, read_json(calibration))[candidate.classifier]
        model = load_model(folder / f"{candidate.classifier}.skops")
        oof = read_parquet(folder / paths.OOF)[candidate.classifier].to_numpy()
        yield Explained(candidate.name, model, calibrator, scored[candidate], oof)
        progress(str(candidate))


if __name__ == "__main__":
    run_cli(main)
