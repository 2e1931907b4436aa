"""What a trained strategy tells the later stages: its trace, its cross-validation, its out-of-fold scores."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.train.classifiers.budget import asked_for, turns_of
from stages.train.classifiers.class_weights import ClassWeights, of_xgboost
from stages.train.outputs.results import FoldRecord, Outcome, Tuned
from stages.train.params.allowed_settings import MAX_ROWS, Settings
from stages.train.tuning.grid import AS_GIVEN
from stages.train.tuning.scoring import OF_PROBABILITIES, SCORE_METRICS
from stages.train.tuning.search import Trial


def oof_columns(outcome: Outcome, y: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Columns row, fold, y, and one of scores per classifier: each train row once a repeat, in fold order."""
    validation = np.concatenate([fold.validation for fold in outcome.folds])
    number = np.repeat(np.arange(len(outcome.folds)), [len(fold.validation) for fold in outcome.folds])
    return {"row": rows[validation], "fold": number, "y": y[validation], **outcome.oof}


def cross_validation(oof: dict[str, Any], calibrate: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Per classifier and metric: the value in every fold, their mean and their standard deviation (ddof 1).

    Probabilities are measured on `calibrated`, by classifier: scores whose calibrators saw other folds alone. Ranking
    is measured on the raw scores: a rising function changes nothing of it but what rounding makes equal.
    """
    result: dict[str, dict[str, dict[str, Any]]] = {}
    for classifier, probabilities in calibrate.items():
        result[classifier] = {}
        for metric, function in SCORE_METRICS.items():
            scores, values = probabilities if metric in OF_PROBABILITIES else oof[classifier], []
            for fold in range(oof["fold"].max() + 1):
                inside = oof["fold"] == fold
                values.append(float(function(oof["y"][inside], scores[inside])))
            mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
            result[classifier][metric] = {"mean": mean, "sd": sd, "folds": values}
    return result


def trace(
    name: str,
    outcome: Outcome,
    cv: dict[str, dict[str, dict[str, Any]]],
    class_weight: Any = None,
    classifiers: dict[str, Settings] | None = None,
) -> dict[str, Any]:
    """The content of trace.json, as docs/artefacts.md describes it.

    `class_weight` and `classifiers`, with their settings, are those of the strategy in params.yaml.
    """
    plan = outcome.plan
    return {
        "strategy": name,
        "sampler": {"asked": plan.asked, "ran": plan.ran, "why": plan.why},
        "flow": [step.model_dump() for step in outcome.flow],
        "folds": [_fold(number, record) for number, record in enumerate(outcome.records)],
        "class_weight": {
            classifier: _weights(classifier, weights, class_weight) for classifier, weights in outcome.weights.items()
        },
        "blend": outcome.shares,
        "epochs": {
            classifier: [
                {"fold": number, **epoch}
                for number, record in enumerate(outcome.records)
                for epoch in record.curves[classifier]
            ]
            for classifier in outcome.records[0].curves
        },
        "notes": [
            *_given_up(name, outcome),
            *_impossible(name, outcome),
            *_fewer_turns(name, outcome, classifiers or {}),
        ],
        "metrics": {
            classifier: {metric: values["mean"] for metric, values in metrics.items()}
            for classifier, metrics in cv.items()
        },
    }


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
    tuned = {classifier: tuned.found.chosen._asdict() for classifier, tuned in outcome.tuned.items()}
    return {"tuned": tuned, "blend": outcome.shares}


def tuning(outcome: Outcome, metric: str, how: str) -> dict[str, Any]:
    """The content of tuning.json, as docs/artefacts.md describes it; empty where nothing was tuned."""
    return {
        classifier: {
            "metric": metric,
            "how": how,
            "chosen": tuned.found.chosen._asdict(),
            "folds": [chosen._asdict() for chosen in tuned.inside],
            "search": {name: spread["mean"] for name, spread in _best(tuned).items()},
            "results": [
                {**trial.combination._asdict(), "folds": len(trial.folds), "metrics": _spreads(trial)}
                for trial in tuned.found.trials
                if not trial.impossible
            ],
        }
        for classifier, tuned in outcome.tuned.items()
    }


def _best(tuned: Tuned) -> dict[str, dict[str, float]]:
    return next(_spreads(trial) for trial in tuned.found.trials if trial.combination == tuned.found.chosen)


def _spreads(trial: Trial) -> dict[str, dict[str, float]]:
    """Mean and standard deviation of every metric over the folds; one fold has a deviation of 0."""
    columns = {name: [values[name] for values in trial.folds] for name in trial.folds[0]}
    return {
        name: {"mean": float(np.mean(values)), "sd": float(np.std(values, ddof=len(values) > 1))}
        for name, values in columns.items()
    }


def _fold(number: int, record: FoldRecord) -> dict[str, Any]:
    counts = {"train": record.training, "resampled": record.resampled, "validation": record.validation}
    stations = {
        name: {"rows": negative + positive, "negative": negative, "positive": positive}
        for name, (negative, positive) in counts.items()
    }
    return {"fold": number, **stations, "added": record.added, "removed": record.removed}


def _weights(classifier: str, weights: ClassWeights, class_weight: Any) -> dict[str, float]:
    if classifier == "xgboost":
        ratio, rows = of_xgboost(class_weight, weights)
        return {"negative": rows.negative, "positive": rows.positive * ratio}
    return weights._asdict()
