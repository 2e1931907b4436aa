"""Sentences that a reader of the leaderboard must know."""

from typing import Any

from stages.evaluate.candidates import AUTO, Candidate
from stages.evaluate.inputs import CvRecord
from stages.evaluate.outputs.leaderboard import Scored
from stages.evaluate.uncertainty.bootstrap import Measured

#: with fewer positives a threshold or an interval hangs on a handful of rows
FEW_POSITIVES = 50


def about_reference(entry: dict[str, Any], reference: str) -> list[str]:
    """Said where no strategy does nothing, so that another had to be the reference; `entry` is its own in params."""
    if not entry:
        return []
    return [f"No strategy does nothing (an empty entry in params.yaml): {reference}, the first, is the reference."]


def about_classifiers(records: dict[str, CvRecord], standing: dict[str, Candidate], asked: str) -> list[str]:
    """Said of strategies that lack the classifier asked for."""
    return [
        f"{strategy} has no {asked}: {candidate.classifier}, its best by cross-validation, stands for it."
        for strategy, candidate in standing.items()
        if asked != AUTO and asked not in records[strategy].classifiers
    ]


def about_samplers(records: dict[str, CvRecord], idle: list[str]) -> list[str]:
    """Said where another sampler ran than the one asked for, and of the strategies in `idle`, where one did nothing."""
    replaced = [
        f"{strategy}: {sampler.asked} ran as {sampler.ran} ({sampler.why})."
        for strategy, sampler in ((strategy, record.sampler) for strategy, record in records.items())
        if sampler.asked and sampler.why != "as asked" and sampler.ran != sampler.asked
    ]
    nothing = [
        f"{strategy}: {records[strategy].sampler.ran} added and removed no row in any fold, with the settings in "
        "params.yaml."
        for strategy in idle
    ]
    return replaced + nothing


def about_time(time: str | None) -> list[str]:
    """Said where the test side is the latest part: the folds of train are not parted by time."""
    if not time:
        return []
    return [
        f"Test rows are later than train rows by `{time}`, but the folds inside train are drawn from all its times: "
        "cross-validated numbers and thresholds there come from models that knew later rows."
    ]


def about_positives(train: int, test: int) -> list[str]:
    """Said of a side with few positives."""
    sides = {
        f"Train has {train} positive rows": (train, "the tuned thresholds are uncertain"),
        f"Test has {test} positive rows": (
            test,
            "intervals are wide, and only large differences stand out",
        ),
    }
    return [
        f"{found}, fewer than {FEW_POSITIVES}: {meaning}."
        for found, (positives, meaning) in sides.items()
        if positives < FEW_POSITIVES
    ]


def about_promises(scored: dict[Candidate, Scored], policy: str, own: dict[str, float]) -> list[str]:
    """Said of the candidates whose threshold cannot keep the bound of the policy on out-of-fold scores."""
    broken = [str(candidate) for candidate, found in scored.items() if not found.keeps_promise]
    if not broken:
        return []
    bound = ", ".join(f"{key} {value:g}" for key, value in own.items())
    return [f"No threshold reaches {policy} ({bound}) on train: the nearest one stands for {', '.join(broken)}."]


def about_silence(measured: dict[Candidate, Measured]) -> list[str]:
    """Said of candidates that flag no test row, so that their precision is 0 by convention."""
    notes = []
    for family, where in {"decisions": "At the tuned threshold", "decisions_at_half": "At 0.5"}.items():
        silent = [
            str(candidate)
            for candidate, found in measured.items()
            if found.counts[family]["tp"] + found.counts[family]["fp"] == 0
        ]
        if silent:
            notes.append(f"{where} no test row is flagged, and precision is written as 0, by {', '.join(silent)}.")
    return notes
