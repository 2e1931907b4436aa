"""The files of a trained strategy for the later stages: trace, tuning, cross-validation and out-of-fold scores."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from stages.shared.classifiers import CLASSIFIERS, MAX_ROWS, Settings
from stages.shared.metrics.registry import list_selectable
from stages.shared.schemas.cross_validation import CvRecord, CvScore, MeanStd, SamplerUse, TunedSettings
from stages.shared.schemas.trace import Epoch, Trace
from stages.shared.schemas.tuning import Tuning, TuningTrial
from stages.shared.storage.parquet import Table
from stages.train.strategy.results import StrategyResult, TuningResult
from stages.train.tuning.grid import DEFAULT_PARAMS, CandidateParams
from stages.train.tuning.search import Trial


def oof_columns(result: StrategyResult, table: Table) -> dict[str, Any]:
    """Return row, group, fold, y and the scores of each classifier: every row of `table` once per repeat, by fold.

    Where rows have weights, they are there as well. With times, the rows of the first period have no such score and
    are left out.
    """
    validation = np.concatenate([fold.validation for fold in result.folds])
    fold_index = np.repeat(np.arange(len(result.folds)), [len(fold.validation) for fold in result.folds])
    return {
        "row": table.rows[validation],
        "group": table.groups[validation],
        "fold": fold_index,
        "y": table.target[validation],
        **({} if table.weights is None else {"weight": table.weights[validation]}),
        **result.oof,
    }


def cross_validation(oof: dict[str, Any], calibrated: dict[str, Any]) -> dict[str, dict[str, CvScore]]:
    """Return the value in every fold, the mean and the standard deviation (ddof 1), by classifier and metric.

    Probability metrics use `calibrated`: scores whose calibrators were fitted on other folds. Ranking metrics use the
    raw scores: an increasing function changes the ranking only where rounding makes scores equal.
    """
    result: dict[str, dict[str, CvScore]] = {}
    for classifier, probabilities in calibrated.items():
        result[classifier] = {}
        for name, metric in list_selectable().items():
            scores, values = probabilities if metric.family == "probabilities" else oof[classifier], []
            for fold in range(oof["fold"].max() + 1):
                inside = oof["fold"] == fold
                weights = oof["weight"][inside] if "weight" in oof else None
                values.append(metric.score(oof["y"][inside], scores[inside], weights))
            mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
            result[classifier][name] = CvScore(mean=mean, sd=sd, folds=values)
    return result


def make_trace(
    name: str,
    result: StrategyResult,
    cv: dict[str, dict[str, CvScore]],
    classifiers: dict[str, Settings] | None = None,
) -> Trace:
    """Return the content of trace.json, as docs/artefacts.md describes it.

    `classifiers` (with their settings) are those of the strategy in params.yaml.
    """
    return Trace(
        strategy=name,
        sampler=_describe_sampler(result),
        flow=result.flow,
        folds=result.fold_traces,
        class_weight={classifier: weights._asdict() for classifier, weights in result.weights.items()},
        blend=result.blend_weights,
        epochs={
            classifier: [
                Epoch(fold=index, **epoch) for index, curves in enumerate(result.curves) for epoch in curves[classifier]
            ]
            for classifier in result.curves[0]
        },
        notes=[
            *_note_failed_fits(name, result),
            *_note_tuning(name, result),
            *_note_capped_iterations(name, result, classifiers or {}),
        ],
        metrics={
            classifier: {metric: score.mean for metric, score in scores.items()} for classifier, scores in cv.items()
        },
    )


def _note_failed_fits(name: str, result: StrategyResult) -> Iterator[str]:
    for classifier, count in result.n_failed_fits.items():
        yield (
            f"{name} × {classifier}: {count} of {len(result.folds) + 1} fits failed, because the base learner is not "
            "better than chance; a constant score, the prevalence, replaces the classifier there."
        )


def _note_tuning(name: str, result: StrategyResult) -> Iterator[str]:
    for classifier, tuning in result.tuning.items():
        if errors := [trial.error for trial in tuning.search.trials if trial.error]:
            yield (
                f"{name} × {classifier}: the search skipped {len(errors)} of {len(tuning.search.trials)} combinations "
                f"of settings that could not run: {errors[0]}."
            )
        if untuned := sum(params == DEFAULT_PARAMS for params in tuning.fold_params):
            yield (
                f"{name} × {classifier}: in {untuned} of {len(tuning.fold_params)} training folds there were too few "
                "rows for a search; the settings of params.yaml were used."
            )


def _note_capped_iterations(name: str, result: StrategyResult, classifiers: dict[str, Settings]) -> Iterator[str]:
    for classifier, params in classifiers.items():
        tuned = result.tuning[classifier].search.best_params.classifier if classifier in result.tuning else {}
        settings, iterations = {**params, **tuned}, CLASSIFIERS[classifier].iterations
        if MAX_ROWS not in settings or iterations is None:
            continue
        fitted = getattr(result.models[classifier]["classifier"], iterations.setting)
        requested = settings.get(iterations.setting, iterations.default)
        if fitted < requested:
            yield (
                f"{name} × {classifier}: the final fit has {fitted} of {requested} {iterations.name}; all of them "
                f"together would have used more rows than max_rows, {settings[MAX_ROWS]}."
            )


def make_record(
    name: str,
    manifest: str,
    result: StrategyResult,
    cv: dict[str, dict[str, CvScore]],
    not_applicable: dict[str, str] | None = None,
) -> CvRecord:
    """Return the content of metrics/cv; `manifest` is the SHA-256 of the manifest of the models."""
    return CvRecord(
        strategy=name,
        manifest=manifest,
        sampler=_describe_sampler(result),
        tuned={classifier: _get_settings(tuning.search.best_params) for classifier, tuning in result.tuning.items()},
        blend=result.blend_weights,
        classifiers=cv,
        not_applicable=not_applicable or {},
    )


def make_tuning(result: StrategyResult, metric: str, how: str) -> dict[str, Tuning]:
    """Return the content of tuning.json, as docs/artefacts.md describes it; empty without tuning."""
    return {
        classifier: Tuning(
            metric=metric,
            how=how,
            chosen=_get_settings(tuning.search.best_params),
            folds=[_get_settings(params) for params in tuning.fold_params],
            search={name: score.mean for name, score in _get_best_scores(tuning).items()},
            results=[
                TuningTrial(**trial.candidate._asdict(), folds=len(trial.folds), metrics=_average_folds(trial))
                for trial in tuning.search.trials
                if not trial.error
            ],
        )
        for classifier, tuning in result.tuning.items()
    }


def _describe_sampler(result: StrategyResult) -> SamplerUse:
    return SamplerUse(asked=result.plan.requested, ran=result.plan.ran, why=result.plan.why)


def _get_settings(params: CandidateParams) -> TunedSettings:
    return TunedSettings(**params._asdict())


def _get_best_scores(tuning: TuningResult) -> dict[str, MeanStd]:
    search = tuning.search
    return next(_average_folds(trial) for trial in search.trials if trial.candidate == search.best_params)


def _average_folds(trial: Trial) -> dict[str, MeanStd]:
    """Return the mean and standard deviation of every metric over the folds; one fold has a deviation of 0."""
    columns = {name: [values[name] for values in trial.folds] for name in trial.folds[0]}
    return {
        name: MeanStd(mean=float(np.mean(values)), sd=float(np.std(values, ddof=len(values) > 1)))
        for name, values in columns.items()
    }
