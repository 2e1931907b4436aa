"""Notes on the leaderboard: what a reader must know before trusting the numbers."""

from typing import Any

from stages.evaluate.candidates import AUTO, Candidate
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.evaluate.thresholds.tuning import FEW_POSITIVES
from stages.evaluate.uncertainty.bootstrap import BootstrapResult
from stages.shared.schemas.cross_validation import CvRecord


def about_reference(entry: dict[str, Any], reference: str) -> list[str]:
    """Return a note where every strategy has a treatment; `entry` is the reference's in params.yaml."""
    if not entry:
        return []
    return [f"No strategy does nothing (an empty entry in params.yaml): {reference}, the first, is the reference."]


def about_classifiers(records: dict[str, CvRecord], representatives: dict[str, Candidate], requested: str) -> list[str]:
    """Return a note per strategy that lacks the requested classifier."""
    return [
        f"{strategy} has no {requested}: {candidate.classifier}, its best by cross-validation, represents it."
        for strategy, candidate in representatives.items()
        if requested != AUTO and requested not in records[strategy].classifiers
    ]


def about_samplers(records: dict[str, CvRecord], no_op_strategies: list[str]) -> list[str]:
    """Return a note per sampler that was replaced, and per strategy whose sampler changed nothing."""
    replaced = [
        f"{strategy}: {sampler.asked} ran as {sampler.ran} ({sampler.why})."
        for strategy, sampler in ((strategy, record.sampler) for strategy, record in records.items())
        if sampler.asked and sampler.why != "as asked" and sampler.ran != sampler.asked
    ]
    nothing = [
        f"{strategy}: {records[strategy].sampler.ran} added and removed no row in any fold, with the settings in "
        "params.yaml."
        for strategy in no_op_strategies
    ]
    return replaced + nothing


def about_time(time: str | None) -> list[str]:
    """Return a note where the split is by time: the folds of train are not."""
    if not time:
        return []
    return [
        f"Test rows are later than train rows by `{time}`, but the folds inside train are drawn from all its times: "
        "cross-validated numbers and thresholds there come from models that knew later rows."
    ]


def about_positives(train: int, test: int) -> list[str]:
    """Return a note per set with few positives."""
    sets = {
        f"Train has {train} positive rows": (train, "the tuned thresholds are uncertain"),
        f"Test has {test} positive rows": (
            test,
            "intervals are wide, and only large differences stand out",
        ),
    }
    return [
        f"{fact}, fewer than {FEW_POSITIVES}: {meaning}."
        for fact, (positives, meaning) in sets.items()
        if positives < FEW_POSITIVES
    ]


def about_constraints(
    scored: dict[Candidate, ScoredCandidate], policy: str, policy_param: dict[str, float]
) -> list[str]:
    """Return a note on candidates without a threshold that keeps the bound of the policy."""
    names = [str(candidate) for candidate, item in scored.items() if not item.satisfies_constraint]
    if not names:
        return []
    bound = ", ".join(f"{key} {value:g}" for key, value in policy_param.items())
    return [f"No threshold reaches {policy} ({bound}) on train: the nearest one is used for {', '.join(names)}."]


def about_no_positive_predictions(results: dict[Candidate, BootstrapResult]) -> list[str]:
    """Return a note on candidates that predict no test row positive, so that their precision is 0 by convention."""
    notes = []
    for family, position in {"decisions": "At the tuned threshold", "decisions_at_half": "At 0.5"}.items():
        names = [
            str(candidate)
            for candidate, result in results.items()
            if result.counts[family]["tp"] + result.counts[family]["fp"] == 0
        ]
        if names:
            notes.append(f"{position} no test row is flagged, and precision is written as 0, by {', '.join(names)}.")
    return notes
