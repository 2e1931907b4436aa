"""Command line of the stage evaluate: `python -m stages.evaluate`."""

import argparse
from collections.abc import Iterable
import shutil
from typing import TYPE_CHECKING

from stages.evaluate.inputs import check_models
from stages.evaluate.params import EvaluateParams
from stages.shared import paths
from stages.shared.errors import InputError, run_cli
from stages.shared.params import read_params
from stages.shared.runtime.threads import limit_threads
from stages.shared.schemas.base import parse
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.schemas.trace import Trace
from stages.shared.storage.files import read_json, sha256, write_json, write_text
from stages.shared.storage.manifest import check_manifest

if TYPE_CHECKING:
    import pandas as pd

    from stages.evaluate.candidates import Candidate
    from stages.evaluate.effects.row_sets import RowSets
    from stages.evaluate.outputs.leaderboard import ScoredCandidate
    from stages.shared.storage.parquet import Table


def main() -> None:
    """Score every model on data/test.parquet; write metrics/leaderboard.json and the files around it."""
    argparse.ArgumentParser(prog="python -m stages.evaluate", description=main.__doc__).parse_args()
    params = read_params(EvaluateParams)
    limit_threads()
    from stages.evaluate.candidates import representatives
    from stages.evaluate.evaluate import evaluate_candidates
    from stages.evaluate.outputs.curves import as_lines
    from stages.evaluate.outputs.summary import summarize
    from stages.evaluate.outputs.training_curves import training_curves
    from stages.shared.storage.parquet import read_table, write_columns

    table = read_table(paths.TEST)
    records = read_records(params.strategies)
    representatives(records, params.select.classifier, params.select.metric)  # refuse a wrong name before the work
    remove_orphans(records)
    scored: dict[Candidate, ScoredCandidate] = {}
    features, row_sets = table.features(), read_row_sets(table, params)
    for strategy, record in records.items():
        scored |= score_models(strategy, record, features, row_sets, params)
    trace_files = {strategy: paths.MODELS / strategy / paths.TRACE for strategy in records}
    traces = {strategy: parse(Trace, path, read_json(path)) for strategy, path in trace_files.items()}
    no_op_strategies = [strategy for strategy, trace in traces.items() if trace.is_no_op]
    training_notes = [note for trace in traces.values() for note in trace.notes]
    result = evaluate_candidates(table, row_sets, scored, records, no_op_strategies, params, training_notes)

    columns = {str(candidate): item.scores for candidate, item in scored.items()}
    write_columns(paths.TEST_SCORES, {"row": table.rows, "y": table.target, **columns})
    for folder in (paths.STRATEGY_METRICS, paths.CURVES):
        shutil.rmtree(folder, ignore_errors=True)  # drop the files of strategies that left params.yaml
    for name, row in result.strategies.items():
        write_json(paths.STRATEGY_METRICS / f"{name}.json", row)
    for name, points in (result.curves | {"training": training_curves(traces)}).items():
        write_text(paths.CURVES / f"{name}.json", as_lines(points))
    write_json(paths.LEADERBOARD, result.leaderboard.model_dump())
    print(*summarize(result.leaderboard), sep="\n")


def read_records(strategies: Iterable[str]) -> dict[str, CvRecord]:
    """Return metrics/cv of every strategy. Raises InputError naming each file that is missing or invalid."""
    records, problems = {}, []
    for strategy in strategies:
        path = paths.CV_METRICS / f"{strategy}.json"
        try:
            records[strategy] = parse(CvRecord, path, read_json(path))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return records


def remove_orphans(records: dict[str, CvRecord]) -> None:
    """Delete the files in metrics/cv of strategies that are no longer in params.yaml.

    The whole folder is a dependency of this stage. Orphans would make its hash depend on earlier runs on the machine,
    so that equal params would give different dvc.lock files.
    """
    expected = {f"{strategy}.json" for strategy in records}
    for path in paths.CV_METRICS.iterdir():
        if path.name not in expected:  # a temporary file of a run that was killed counts as well
            path.unlink()


def read_row_sets(test: "Table", params: EvaluateParams) -> "RowSets":
    """Return the rows on which treatments are compared; the folds are the same for every strategy.

    Folds inside train are not ordered by time, so they do not count where the test set is later than train.
    """
    from stages.evaluate.effects.row_sets import RowSets
    from stages.shared.storage.parquet import read_parquet

    use_test_only = params.evaluate.rows == "test" or test.contract.time is not None
    oof = None if use_test_only else read_parquet(paths.MODELS / next(iter(params.strategies)) / paths.OOF)
    return RowSets.make(test, oof, params.cv.n_splits)


def score_models(
    strategy: str, record: CvRecord, features: "pd.DataFrame", row_sets: "RowSets", params: EvaluateParams
) -> "dict[Candidate, ScoredCandidate]":
    """Return the threshold and the test scores of each classifier; one model is in memory at a time.

    Raises IntegrityError before any model is loaded when the models are not those of metrics/cv.
    """
    from stages.evaluate.candidates import Candidate
    from stages.evaluate.outputs.leaderboard import ScoredCandidate
    from stages.evaluate.thresholds.tuning import choose_threshold
    from stages.shared.calibration import calibrate, parse_calibration
    from stages.shared.storage.model_file import load_model, scores
    from stages.shared.storage.parquet import read_parquet

    folder = paths.MODELS / strategy
    check_models(folder, record, check_manifest(folder)["files"], sha256(folder / paths.MANIFEST))
    path, oof = folder / paths.CALIBRATION, read_parquet(folder / paths.OOF)
    row_sets.check(folder / paths.OOF, oof)
    calibrators = parse_calibration(path, read_json(path))
    rows, y = oof["row"].to_numpy(), oof["y"].to_numpy()
    scored = {}
    for classifier in record.classifiers:
        calibrator = calibrators[classifier]
        tuned = choose_threshold(rows, y, calibrate(oof[classifier].to_numpy(), calibrator), params)
        raw = scores(load_model(folder / f"{classifier}.skops"), features)
        scored[Candidate(strategy, classifier)] = ScoredCandidate(
            tuned.threshold, calibrate(raw, calibrator), raw, calibrator.method, tuned.interval,
            row_sets.measure(oof[classifier].to_numpy(), raw), tuned.satisfies_constraint,
        )  # fmt: skip
    return scored


if __name__ == "__main__":
    run_cli(main)
