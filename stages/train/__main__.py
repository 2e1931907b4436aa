"""The door of train: `python -m stages.train --strategy smote`."""

import argparse
import os
from pathlib import Path
import sys

from stages.shared import paths
from stages.shared.errors import InputError, run_cli
from stages.shared.params import read_params
from stages.shared.runtime.threads import cores, limit_threads, stages_at_once
from stages.train.params import TrainParams
from stages.train.params.allowed_settings import BLEND


def main() -> None:
    """Trains one strategy on data/train.parquet and writes models/<strategy>/ and metrics/cv/<strategy>.json."""
    parser = argparse.ArgumentParser(prog="python -m stages.train", description=main.__doc__)
    # DVC names the stage that it runs, train@smote; by hand one says it
    named = os.environ.get("DVC_STAGE", "").partition("@")[2]
    parser.add_argument("--strategy", default=named, help="a name under `strategies` in params.yaml (default: DVC's)")
    name = parser.parse_args().strategy
    params = read_params(TrainParams)
    if name not in params.strategies:
        raise InputError(f"--strategy {name!r}: not in params.yaml; allowed: {', '.join(params.strategies)}")

    limit_threads()
    from stages.shared.runtime.environment import describe_differences
    from stages.shared.runtime.memory import available_bytes
    from stages.shared.storage.files import atomic_folder, sha256, write_json
    from stages.shared.storage.manifest import write_manifest
    from stages.shared.storage.model_file import dump_model
    from stages.shared.storage.parquet import read_table, write_columns
    from stages.train.classifiers.calibration import cross_calibrated, fit_calibrator
    from stages.train.cross_validation import fit_strategy
    from stages.train.execution.memory_budget import need, share_cores
    from stages.train.execution.progress import Progress
    from stages.train.outputs.artifacts import choices, cross_validation, oof_columns, trace, tuning

    environment_notes = describe_differences()
    for note in environment_notes:
        print(f"warning: train@{name}: {note}", file=sys.stderr)
    table = read_table(paths.TRAIN)
    inputs = {str(path): sha256(path) for path in (paths.TRAIN, Path("requirements.lock"))}
    classifiers = params.strategies[name].classifiers or params.classifiers
    fitted = [classifier for classifier in classifiers if classifier != BLEND]
    progress = Progress(f"train@{name}", len(fitted) * (params.cv.n_splits * params.cv.n_repeats + 1))
    needed = need(table, params.strategies[name], params)
    available = available_bytes()
    room = None if available is None else available // stages_at_once()
    workers, threads = share_cores(f"params.yaml: strategies.{name}", needed, cores(), room)
    outcome = fit_strategy(table, name, params, progress, workers, threads)
    oof = oof_columns(outcome, table.target, table.rows)
    y, fold, n_splits = oof["y"], oof["fold"], params.cv.n_splits
    recipes = outcome.recipes
    calibrators = {key: fit_calibrator(recipe, oof[key], y).model_dump() for key, recipe in recipes.items()}
    crossed = {key: cross_calibrated(recipe, oof[key], y, fold, n_splits) for key, recipe in recipes.items()}
    cv = cross_validation(oof, crossed)

    with atomic_folder(paths.MODELS / name) as folder:
        for classifier, model in outcome.models.items():
            dump_model(model, folder / f"{classifier}.skops")
            ap = cv[classifier]["average_precision"]
            progress.line(f"train@{name} {classifier}: cv average precision {ap['mean']:.3f} ± {ap['sd']:.3f}")
        progress.close()
        write_columns(folder / paths.OOF, oof)
        write_json(folder / paths.CALIBRATION, calibrators)
        traced = trace(name, outcome, cv, params.strategies[name].class_weight, classifiers)
        traced["notes"] += [f"{name}: {note}" for note in environment_notes]
        write_json(folder / paths.TRACE, traced)
        write_json(folder / paths.TUNING, tuning(outcome, params.tuning.metric, params.tuning.search.how))
        write_manifest(folder, strategy=name, inputs=inputs)
    summary = {"strategy": name, "manifest": sha256(paths.MODELS / name / paths.MANIFEST)}
    sampler = {"asked": outcome.plan.asked, "ran": outcome.plan.ran, "why": outcome.plan.why}
    write_json(
        paths.CV_METRICS / f"{name}.json", {**summary, "sampler": sampler, **choices(outcome), "classifiers": cv}
    )


if __name__ == "__main__":
    run_cli(main)
