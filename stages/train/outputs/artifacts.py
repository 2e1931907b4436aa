"""What a trained strategy tells the later stages: its trace, its cross-validation, its out-of-fold scores."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.shared.metrics.registry import selectable
from stages.shared.schemas.cross_validation import CvScore, MeanStd, SamplerUse, TunedSettings
from stages.shared.schemas.trace import ClassCounts, Epoch, FoldTrace, Trace
from stages.shared.schemas.tuning import Tuning, TuningTrial
from stages.train.classifiers.budget import asked_for, turns_of
from stages.train.classifiers.class_weights import ClassWeights, of_xgboost
from stages.train.outputs.results import FoldRecord, Outcome, Tuned
from stages.train.params.allowed_settings import MAX_ROWS, Settings
from stages.train.tuning.grid import AS_GIVEN, Combination
from stages.train.tuning.search import Trial


def oof_columns(outcome: Outcome, y: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Columns row, fold, y, and one of scores per classifier: each train row once a repeat, in fold order."""
    validation = np.concatenate([fold.validation for fold in outcome.folds])
    number = np.repeat(np.arange(len(outcome.folds)), [len(fold.validation) for fold in outcome.folds])
    return {"row": rows[validation], "fold": number, "y": y[validation], **outcome.oof}


def cross_validation(oof: dict[str, Any], calibrate: dict[str, Any]) -> dict[str, dict[str, CvScore]]:
    """Per classifier and metric: the value in every fold, their mean and their standard deviation (ddof 1).

    Probabilities are measured on `calibrated`, by classifier: scores whose calibrators saw other folds alone. Ranking
    is measured on the raw scores: a rising function changes nothing of it but what rounding makes equal.
    """
    result: dict[str, dict[str, CvScore]] = {}
    for classifier, probabilities in calibrate.items():
        result[classifier] = {}
        for name, metric in selectable().items():
            scores, values = probabilities if metric.family == "probabilities" else oof[classifier], []
            for fold in range(oof["fold"].max() + 1):
                inside = oof["fold"] == fold
                values.append(metric.score(oof["y"][inside], scores[inside]))
            mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
            result[classifier][name] = CvScore(mean=mean, sd=sd, folds=values)
    return result


def trace(
    name: str,
    outcome: Outcome,
    cv: dict[str, dict[str, CvScore]],
    class_weight: Any = None,
    classifiers: dict[str, Settings] | None = None,
) -> Trace:
    """The content of trace.json, as docs/artefacts.md describes it.

    `class_weight` and `classifiers`, with their settings, are those of the strategy in params.yaml.
    """
    plan = outcome.plan
    return Trace(
        strategy=name,
        sampler=SamplerUse(asked=plan.asked, ran=plan.ran, why=plan.why),
        flow=outcome.flow,
        folds=[_fold(number, record) for number, record in enumerate(outcome.records)],
        class_weight={
            classifier: _weights(classifier, weights, class_weight) for classifier, weights in outcome.weights.items()
        },
        blend=outcome.shares,
        epochs={
            classifier: [
                Epoch(fold=number, **epoch)
                for number, record in enumerate(outcome.records)
                for epoch in record.curves[classifier]
            ]
            for classifier in outcome.records[0].curves
        },
        notes=[
            *_given_up(name, outcome),
            *_impossible(name, outcome),
            *_fewer_turns(name, outcome, classifiers or {}),
        ],
        metrics={
            classifier: {metric: score.mean for metric, score in scores.items()} for classifier, scores in cv.items()
        },
    )


def _given_up(name: str, outcome: Outcome) -> Iterator[str]:
    for classifier, count in outcome.gave_up.items():
        yield (
            f"{name} × {classifier} could not be fitted, being no better than a coin, in {count} of "
            f"{len(outcome.folds) + 1} fits; a constant, the prevalence, stands in for it there."
        )


def _impossible(name: str, outcome: Outcome) -> Iterator[str]:
    for classifier, tuned in outcome.tuned.items():
        if reasons := [trial.impossible for trial in tuned.found.trials if trial.impossible]:
            yield (
                f"{name} × {classifier}: {len(reasons)} of {len(tuned.found.trials)} combinations of settings could "
                f"not be tried, and were left out of the search: {reasons[0]}."
            )
        if untried := sum(chosen == AS_GIVEN for chosen in tuned.inside):
            yield (
                f"{name} × {classifier}: in {untried} of {len(tuned.inside)} training folds there were too few rows to "
                "search for settings; those in params.yaml stood in."
            )


def _fewer_turns(name: str, outcome: Outcome, classifiers: dict[str, Settings]) -> Iterator[str]:
    for classifier, given in classifiers.items():
        chosen = outcome.tuned[classifier].found.chosen.classifier if classifier in outcome.tuned else {}
        settings, turns = {**given, **chosen}, turns_of(classifier)
        if MAX_ROWS not in settings:
            continue
        fitted, asked = getattr(outcome.models[classifier]["classifier"], turns.setting), asked_for(settings, turns)
        if fitted < asked:
            yield (
                f"{name} × {classifier}: the last fit has {fitted} of {asked} {turns.name}; all of them together would "
                f"have seen more rows than max_rows, {settings[MAX_ROWS]}."
            )


def choices(outcome: Outcome) -> dict[str, Any]:
    """What was learned beside the models: the settings that tuning chose, and the shares of the blend's members."""
    tuned = {classifier: _settings(tuned.found.chosen) for classifier, tuned in outcome.tuned.items()}
    return {"tuned": tuned, "blend": outcome.shares}


def tuning(outcome: Outcome, metric: str, how: str) -> dict[str, Tuning]:
    """The content of tuning.json, as docs/artefacts.md describes it; empty where nothing was tuned."""
    return {
        classifier: Tuning(
            metric=metric,
            how=how,
            chosen=_settings(tuned.found.chosen),
            folds=[_settings(chosen) for chosen in tuned.inside],
            search={name: score.mean for name, score in _best(tuned).items()},
            results=[
                TuningTrial(**trial.combination._asdict(), folds=len(trial.folds), metrics=_mean_std(trial))
                for trial in tuned.found.trials
                if not trial.impossible
            ],
        )
        for classifier, tuned in outcome.tuned.items()
    }


def _settings(combination: Combination) -> TunedSettings:
    return TunedSettings(**combination._asdict())


def _best(tuned: Tuned) -> dict[str, MeanStd]:
    return next(_mean_std(trial) for trial in tuned.found.trials if trial.combination == tuned.found.chosen)


def _mean_std(trial: Trial) -> dict[str, MeanStd]:
    """Mean and standard deviation of every metric over the folds; one fold has a deviation of 0."""
    columns = {name: [values[name] for values in trial.folds] for name in trial.folds[0]}
    return {
        name: MeanStd(mean=float(np.mean(values)), sd=float(np.std(values, ddof=len(values) > 1)))
        for name, values in columns.items()
    }


def _fold(number: int, record: FoldRecord) -> FoldTrace:
    counts = {"train": record.training, "resampled": record.resampled, "validation": record.validation}
    steps = {
        name: ClassCounts(rows=negative + positive, negative=negative, positive=positive)
        for name, (negative, positive) in counts.items()
    }
    return FoldTrace(fold=number, **steps, added=record.added, removed=record.removed)


def _weights(classifier: str, weights: ClassWeights, class_weight: Any) -> dict[str, float]:
    if classifier == "xgboost":
        ratio, rows = of_xgboost(class_weight, weights)
        return {"negative": rows.negative, "positive": rows.positive * ratio}
    return weights._asdict()
