"""The stage evaluate: reads the test set and all models, measures and explains them, and writes its files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import shutil
from typing import Any

import pyarrow as pa

from stages.evaluate.effects.row_sets import RowSets
from stages.evaluate.evaluate import EvaluationResult, evaluate_candidates
from stages.evaluate.explanation.explain import TrainRows, explain
from stages.evaluate.models.candidates import CandidateKey, representatives
from stages.evaluate.models.inputs import check_metric, check_models, check_same_train_set, check_train_file
from stages.evaluate.models.scoring import load_explained, score_models
from stages.evaluate.outputs.curves import Point, as_lines
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.evaluate.outputs.summary import summarize
from stages.evaluate.outputs.training_curves import training_curves
from stages.evaluate.params import EvaluateParams
from stages.evaluate.thresholds.costs import cost_of_rows
from stages.shared import paths
from stages.shared.classifiers import BLEND
from stages.shared.errors import ErrorCollector, InputError
from stages.shared.runtime.progress import Progress
from stages.shared.schemas.base import parse
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.schemas.leaderboard import Leaderboard, NotApplicable, SetSize
from stages.shared.schemas.trace import Trace
from stages.shared.storage.files import read_json, sha256, write_json, write_text
from stages.shared.storage.manifest import check_manifest
from stages.shared.storage.parquet import Table, read_parquet, read_table, write_columns


@dataclass(frozen=True)
class Inputs:
    """What the stage reads besides the models."""

    table: Table  # the test set
    records: dict[str, CvRecord]  # of each strategy of which something could run
    not_applicable: list[NotApplicable]
    manifests: dict[str, dict[str, Any]]
    traces: dict[str, Trace]
    oof: pa.Table  # of the first strategy; its rows are those of all
    row_sets: RowSets


def evaluate(params: EvaluateParams, progress: Progress) -> list[str]:
    """Score every model, write all files of the stage, and return a summary of them."""
    inputs = read_inputs(params)
    records, table = inputs.records, inputs.table
    cost, costs = params.evaluate.cost, None
    if cost and cost.has_columns:
        costs = cost_of_rows(read_table(paths.TRAIN), cost, inputs.oof["row"].to_numpy())
    features = table.features()
    scored: dict[CandidateKey, ScoredCandidate] = {}
    progress.count(2 * sum(len(record.classifiers) for record in records.values()), "steps")
    for strategy, record in records.items():
        scored |= score_models(strategy, record, features, inputs.row_sets, params, costs, progress)
    result = evaluate_candidates(
        table,
        inputs.row_sets,
        scored,
        records,
        [strategy for strategy, trace in inputs.traces.items() if trace.is_no_op],
        params,
        [note for trace in inputs.traces.values() for note in trace.notes],
        inputs.not_applicable,
        count_scored(table, inputs.oof),
        progress,
    )
    named = list_explained(result.leaderboard)
    progress.count(len(named), "explanations")
    models = load_explained(named, scored, progress)
    explanations = explain(models, table, features, find_train_rows(inputs, params), inputs.row_sets, params)
    points = {
        "training": training_curves(inputs.traces),
        "explanations": [explanation.model_dump() for explanation in explanations],
    }
    write_scores(table, scored)
    write_metrics(result, points, inputs.not_applicable)
    return summarize(result.leaderboard)


def read_inputs(params: EvaluateParams) -> Inputs:
    """Read and check everything but the models. Raises InputError, and IntegrityError for files of different runs."""
    table = read_table(paths.TEST)
    check_metric(params.select.metric, len(table.target))
    every_record = read_records(params.strategies)
    remove_orphans(every_record)
    not_applicable = list_not_applicable(every_record)
    records = {strategy: record for strategy, record in every_record.items() if record.classifiers}
    if not records:
        raise InputError([item.why for item in not_applicable])
    representatives(records, params.select.classifier, "average_precision")  # refuse a wrong name before the work
    manifests: dict[str, dict[str, Any]] = {}
    for strategy, record in records.items():
        folder = paths.MODELS / strategy
        manifests[strategy] = check_manifest(folder)
        check_models(folder, record, manifests[strategy]["files"], sha256(folder / paths.MANIFEST))
        check_same_train_set(manifests)
    files = {strategy: paths.MODELS / strategy / paths.TRACE for strategy in records}
    traces = {strategy: parse(Trace, path, read_json(path)) for strategy, path in files.items()}
    oof = read_parquet(paths.MODELS / next(iter(records)) / paths.OOF)
    row_sets = RowSets.make(table.target, table.groups, oof if params.evaluate.rows == "all" else None, table.weights)
    return Inputs(table, records, not_applicable, manifests, traces, oof, row_sets)


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


def count_scored(test: Table, oof: pa.Table) -> SetSize | None:
    """Return the size of the part of train that has out-of-fold scores in `oof`, where that is not all of it."""
    if test.contract.time is None:
        return None
    return SetSize(rows=oof.num_rows, positives=int(oof["y"].to_numpy().sum()))


def list_explained(leaderboard: Leaderboard) -> list[CandidateKey]:
    """Return the candidates that are explained: those that represent a strategy, and the untreated blend."""
    blend = (leaderboard.settings.reference.strategy, BLEND)
    names = [(item.strategy, item.classifier) for item in leaderboard.strategies]
    known = {(item.strategy, item.classifier) for item in leaderboard.candidates}
    return [CandidateKey(*name) for name in dict.fromkeys([*names, *({blend} & known)])]


def find_train_rows(inputs: Inputs, params: EvaluateParams) -> TrainRows | None:
    """Return what explanations read of the train set; None where effects are measured on test alone."""
    if params.evaluate.rows != "all":
        return None
    if paths.TRAIN.is_file():  # else reading it says so
        check_train_file(next(iter(inputs.manifests.values())), sha256(paths.TRAIN))
    return TrainRows.find(lambda name: read_parquet(paths.TRAIN, [name]).column(name), inputs.oof["row"].to_numpy())


def write_scores(table: Table, scored: Mapping[CandidateKey, ScoredCandidate]) -> None:
    """Write the test scores of every candidate, from which tools.compare pairs two revisions."""
    columns = {str(candidate): item.scores for candidate, item in scored.items()}
    weight = {} if table.weights is None else {"weight": table.weights}
    write_columns(paths.TEST_SCORES, {"row": table.rows, "y": table.target, **weight, **columns})


def write_metrics(
    result: EvaluationResult, points: Mapping[str, list[Point]], not_applicable: Iterable[NotApplicable]
) -> None:
    """Write the folders and files in metrics/, without those of strategies that left params.yaml."""
    for folder in (paths.STRATEGY_METRICS, paths.CURVES):
        shutil.rmtree(folder, ignore_errors=True)
    for name, row in result.strategies.items():
        write_json(paths.STRATEGY_METRICS / f"{name}.json", row)
    for item in not_applicable:
        if item.classifier is None:
            write_json(paths.STRATEGY_METRICS / f"{item.strategy}.json", {"not_applicable": item.why})
    for name, lines in (result.curves | dict(points)).items():
        write_text(paths.CURVES / f"{name}.json", as_lines(lines))
    write_json(paths.LEADERBOARD, result.leaderboard.model_dump())
