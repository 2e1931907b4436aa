"""The stage `train`: read the train set, train one strategy, and write its folder and its cross-validation."""

from functools import partial

from stages.shared import paths
from stages.shared.classifiers import BLEND
from stages.shared.errors import NotApplicableError
from stages.shared.runtime.environment import describe_differences, find_lock
from stages.shared.runtime.memory import available_bytes
from stages.shared.runtime.progress import Progress
from stages.shared.runtime.threads import cores, stages_at_once
from stages.shared.schemas.cross_validation import CvRecord, SamplerUse
from stages.shared.storage.files import atomic_folder, sha256, write_json
from stages.shared.storage.manifest import write_manifest
from stages.shared.storage.model_file import dump_model
from stages.shared.storage.parquet import Table, read_table, write_columns
from stages.train.classifiers.calibration import calibrate_oof, fit_calibrator
from stages.train.execution.engines.pool import open_engine_pool
from stages.train.execution.engines.registry import LOCAL, choose_engine
from stages.train.execution.engines.worker import TrainSet
from stages.train.execution.memory_budget import estimate_memory, plan_workers
from stages.train.params import TrainParams
from stages.train.strategy.artifacts import cross_validation, make_record, make_trace, make_tuning, oof_columns
from stages.train.strategy.cross_validation import Workers, fit_strategy
from stages.train.strategy.results import StrategyResult
from stages.train.tuning.grid import describe_replaced


def train(name: str, params: TrainParams, progress: Progress) -> None:
    """Train strategy `name` and write models/<strategy>/ and metrics/cv/<strategy>.json.

    A classifier that cannot work on these rows is left out, and named in metrics/cv. Where none is left, the folder
    holds its manifest alone.
    """
    table = read_table(paths.TRAIN)
    inputs = {str(path): sha256(path) for path in (paths.TRAIN, find_lock())}
    classifiers = params.strategies[name].classifiers or params.classifiers
    notes = [*describe_differences(), *describe_replaced(params.strategies[name], classifiers, params.tuning)]
    for note in notes:
        progress.line(f"warning: train@{name}: {note}")
    result, not_applicable = _fit_what_can_run(table, name, params, progress, inputs[str(paths.TRAIN)])
    for why in dict.fromkeys(not_applicable.values()):
        names = ", ".join(classifier for classifier in not_applicable if not_applicable[classifier] == why)
        progress.line(f"warning: train@{name}: {names}: not applicable: {why}")
    if result is None:
        _write_nothing(name, params, inputs, not_applicable)
        return
    oof = oof_columns(result, table)
    y, fold, weights, n_splits = oof["y"], oof["fold"], oof.get("weight"), params.cv.n_splits
    calibration_specs = result.calibration_specs
    calibrators = {
        key: fit_calibrator(spec, oof[key], y, weights).model_dump() for key, spec in calibration_specs.items()
    }
    by_time = table.contract.time is not None
    oof_calibrated = {
        key: calibrate_oof(spec, oof[key], y, fold, n_splits, by_time, weights)
        for key, spec in calibration_specs.items()
    }
    cv = cross_validation(oof, oof_calibrated)

    with atomic_folder(paths.MODELS / name) as folder:
        for classifier, model in result.models.items():
            dump_model(model, folder / f"{classifier}.skops")
            ap = cv[classifier]["average_precision"]
            progress.line(f"train@{name} {classifier}: cv average precision {ap.mean:.3f} ± {ap.sd:.3f}")
        write_columns(folder / paths.OOF, oof)
        write_json(folder / paths.CALIBRATION, calibrators)
        trace = make_trace(name, result, cv, classifiers)
        trace.notes.extend(f"{name}: {note}" for note in notes)
        write_json(folder / paths.TRACE, trace.model_dump())
        tuning = make_tuning(result, params.tuning.metric, params.tuning.search.how)
        write_json(folder / paths.TUNING, {key: search.model_dump() for key, search in tuning.items()})
        write_manifest(folder, strategy=name, inputs=inputs)
    record = make_record(name, sha256(paths.MODELS / name / paths.MANIFEST), result, cv, not_applicable)
    write_json(paths.CV_METRICS / f"{name}.json", record.model_dump())


def _fit_what_can_run(
    table: Table, name: str, params: TrainParams, progress: Progress, digest: str
) -> tuple[StrategyResult | None, dict[str, str]]:
    """Return the fitted strategy, None where nothing can run, and why each of the other classifiers cannot.

    The strategy is fitted again without a classifier that failed, which is rare, because folds run independently.
    """
    workers = _choose_workers(table, name, params, digest)
    classifiers = list(params.strategies[name].classifiers or params.classifiers)
    not_applicable: dict[str, str] = {}
    while remaining := [classifier for classifier in classifiers if classifier not in not_applicable]:
        fits = len([classifier for classifier in remaining if classifier != BLEND])
        progress.count(fits * (params.cv.n_splits * params.cv.n_repeats + 1), "fits")
        try:
            return fit_strategy(table, name, params, progress, workers, without=not_applicable), not_applicable
        except NotApplicableError as error:
            why = "; ".join(error.problems)
            not_applicable |= dict.fromkeys([error.classifier] if error.classifier else remaining, why)
        members = [classifier for classifier in classifiers if classifier not in (BLEND, *not_applicable)]
        if BLEND in remaining and len(members) < 2:
            not_applicable.setdefault(BLEND, "it needs two other classifiers; " + why)
    return None, {classifier: not_applicable[classifier] for classifier in classifiers}


def _choose_workers(table: Table, name: str, params: TrainParams, digest: str) -> Workers:
    """Return what makes the fits: an engine, or as many processes and threads of this machine as memory allows."""
    if choose_engine() != LOCAL:
        return Workers(open_pool=partial(open_engine_pool, TrainSet(paths.TRAIN.absolute(), digest)))
    required = estimate_memory(table, params.strategies[name], params)
    available = available_bytes()
    budget = None if available is None else available // stages_at_once()
    return Workers(*plan_workers(f"params.yaml: strategies.{name}", required, cores(), budget))


def _write_nothing(name: str, params: TrainParams, inputs: dict[str, str], not_applicable: dict[str, str]) -> None:
    """Write the files of a strategy of which nothing can run."""
    with atomic_folder(paths.MODELS / name) as folder:
        write_manifest(folder, strategy=name, inputs=inputs)
    why = next(iter(not_applicable.values()))
    record = CvRecord(
        strategy=name,
        manifest=sha256(paths.MODELS / name / paths.MANIFEST),
        sampler=SamplerUse(asked=params.strategies[name].sampler, ran=None, why=why),
        tuned={},
        blend={},
        classifiers={},
        not_applicable=not_applicable,
    )
    write_json(paths.CV_METRICS / f"{name}.json", record.model_dump())
