"""The door of evaluate: `python -m stages.evaluate`."""

import argparse
from collections.abc import Iterable
import shutil
from typing import TYPE_CHECKING

from stages.evaluate.inputs import CvRecord, changed_nothing, check_models, parse_record
from stages.evaluate.params import EvaluateParams
from stages.shared import paths
from stages.shared.errors import InputError, run_cli
from stages.shared.params import read_params
from stages.shared.runtime.threads import limit_threads
from stages.shared.storage.files import read_json, sha256, write_json, write_text
from stages.shared.storage.manifest import check_manifest

if TYPE_CHECKING:
    import pandas as pd

    from stages.evaluate.candidates import Candidate
    from stages.evaluate.outputs.leaderboard import Scored


def main() -> None:
    """Scores every model on data/test.parquet; writes metrics/leaderboard.json and the files around it."""
    argparse.ArgumentParser(prog="python -m stages.evaluate", description=main.__doc__).parse_args()
    params = read_params(EvaluateParams)
    limit_threads()
    from stages.evaluate.candidates import representatives
    from stages.evaluate.evaluate import judge
    from stages.evaluate.outputs.curves import as_lines
    from stages.evaluate.outputs.summary import summary
    from stages.evaluate.outputs.training_curves import training_curves
    from stages.shared.storage.parquet import read_table, write_columns

    table = read_table(paths.TEST)
    records = read_records(params.strategies)
    representatives(records, params.select.classifier, params.select.metric)  # a wrong name is told before the work
    remove_orphans(records)
    scored: dict[Candidate, Scored] = {}
    features = table.features()
    for strategy, record in records.items():
        scored |= score_models(strategy, record, features, params)
    traces = {strategy: read_json(paths.MODELS / strategy / paths.TRACE) for strategy in records}
    idle = [strategy for strategy, trace in traces.items() if changed_nothing(trace)]
    said = [note for trace in traces.values() for note in trace["notes"]]
    judgement = judge(table, scored, records, idle, params, said)

    columns = {str(candidate): found.scores for candidate, found in scored.items()}
    write_columns(paths.TEST_SCORES, {"row": table.rows, "y": table.target, **columns})
    for folder in (paths.STRATEGY_METRICS, paths.CURVES):
        shutil.rmtree(folder, ignore_errors=True)  # nothing stays of a strategy that was taken out of params.yaml
    for name, row in judgement.strategies.items():
        write_json(paths.STRATEGY_METRICS / f"{name}.json", row)
    for name, points in (judgement.curves | {"training": training_curves(traces)}).items():
        write_text(paths.CURVES / f"{name}.json", as_lines(points))
    write_json(paths.LEADERBOARD, judgement.leaderboard)
    print(*summary(judgement.leaderboard), sep="\n")


def read_records(strategies: Iterable[str]) -> dict[str, CvRecord]:
    """metrics/cv of every strategy. Raises InputError naming each file that is missing or not as train writes it."""
    records, problems = {}, []
    for strategy in strategies:
        path = paths.CV_METRICS / f"{strategy}.json"
        try:
            records[strategy] = parse_record(path, read_json(path))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return records


def remove_orphans(records: dict[str, CvRecord]) -> None:
    """Deletes what a strategy that is no longer in params.yaml left in metrics/cv.

    The folder as a whole is this stage's dependency. With an orphan in it, its hash would depend on what had once been
    tried on a machine, and equal params would not give an equal dvc.lock on another.
    """
    expected = {f"{strategy}.json" for strategy in records}
    for path in paths.CV_METRICS.iterdir():
        if path.name not in expected:  # a temporary file of a run that was killed counts as well
            path.unlink()


def score_models(
    strategy: str, record: CvRecord, features: "pd.DataFrame", params: EvaluateParams
) -> "dict[Candidate, Scored]":
    """The threshold and the test scores of each classifier; one model is in memory at a time.

    Raises IntegrityError when the models are not those that metrics/cv speaks of, before any of them is loaded.
    """
    from stages.evaluate.candidates import Candidate
    from stages.evaluate.outputs.leaderboard import Scored
    from stages.evaluate.thresholds.choice import choose_threshold
    from stages.shared.calibration import calibrate, parse_calibration
    from stages.shared.storage.model_file import load_model, scores
    from stages.shared.storage.parquet import read_parquet

    folder = paths.MODELS / strategy
    check_models(folder, record, check_manifest(folder)["files"], sha256(folder / paths.MANIFEST))
    where, oof = folder / paths.CALIBRATION, read_parquet(folder / paths.OOF)
    calibrators = parse_calibration(where, read_json(where))
    rows, y = oof["row"].to_numpy(), oof["y"].to_numpy()
    found = {}
    for classifier in record.classifiers:
        calibrator = calibrators[classifier]
        choice = choose_threshold(rows, y, calibrate(oof[classifier].to_numpy(), calibrator), params)
        raw = scores(load_model(folder / f"{classifier}.skops"), features)
        found[Candidate(strategy, classifier)] = Scored(
            choice.threshold, calibrate(raw, calibrator), raw, calibrator.method, choice.interval, choice.keeps_promise
        )
    return found


if __name__ == "__main__":
    run_cli(main)
