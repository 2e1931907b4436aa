"""The stage evaluate: read the test set and all models, measure and explain them, and write the metrics files."""

from collections.abc import Iterable, Mapping
import shutil

from stages.evaluate.evaluate import EvaluationResult, evaluate_candidates
from stages.evaluate.explanation.explain import TrainRows, explain
from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.models.checks import check_train_file
from stages.evaluate.models.inputs import Inputs, read_inputs
from stages.evaluate.models.scoring import load_explained, score_models
from stages.evaluate.outputs.curves import Point, as_lines
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.evaluate.outputs.summary import summarize
from stages.evaluate.outputs.training_curves import list_training_points
from stages.evaluate.params import EvaluateParams
from stages.evaluate.thresholds.costs import select_costs
from stages.shared import paths
from stages.shared.classifiers import BLEND
from stages.shared.runtime.progress import Progress
from stages.shared.schemas.leaderboard import Leaderboard, NotApplicable
from stages.shared.storage.files import sha256, write_json, write_text
from stages.shared.storage.parquet import Table, read_parquet, read_table, write_columns


def evaluate(params: EvaluateParams, progress: Progress) -> list[str]:
    """Score every model, write all files of the stage, and return a summary of them."""
    inputs = read_inputs(params)
    records, table = inputs.records, inputs.table
    cost, costs = params.evaluate.cost, None
    if cost and cost.has_columns:
        costs = select_costs(read_table(paths.TRAIN), cost, inputs.oof["row"].to_numpy())
    features = table.features()
    scored: dict[CandidateKey, ScoredCandidate] = {}
    progress.count(2 * sum(len(record.classifiers) for record in records.values()), "steps")
    for strategy, record in records.items():
        scored |= score_models(strategy, record, features, inputs.row_sets, params, costs, progress)
    result = evaluate_candidates(inputs, scored, params, progress)
    explained = list_explained(result.leaderboard)
    progress.count(len(explained), "explanations")
    models = load_explained(explained, scored, progress)
    explanations = explain(models, table, features, find_train_rows(inputs, params), inputs.row_sets, params)
    points = {
        "training": list_training_points(inputs.traces),
        "explanations": [explanation.model_dump() for explanation in explanations],
    }
    write_scores(table, scored)
    write_metrics(result, points, inputs.not_applicable)
    return summarize(result.leaderboard)


def list_explained(leaderboard: Leaderboard) -> list[CandidateKey]:
    """Return the candidates that are explained: those that represent a strategy, and the untreated blend."""
    blend = (leaderboard.settings.reference.strategy, BLEND)
    names = [(item.strategy, item.classifier) for item in leaderboard.strategies]
    candidates = {(item.strategy, item.classifier) for item in leaderboard.candidates}
    return [CandidateKey(*name) for name in dict.fromkeys([*names, *({blend} & candidates)])]


def find_train_rows(inputs: Inputs, params: EvaluateParams) -> TrainRows | None:
    """Return what explanations read of the train set; None where effects are measured on test alone."""
    if params.evaluate.rows != "all":
        return None
    if paths.TRAIN.is_file():  # otherwise the reader raises an error
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
