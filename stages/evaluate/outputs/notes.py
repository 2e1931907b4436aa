"""Notes on the leaderboard: what a reader must know before trusting the numbers."""

from statistics import median
from typing import Any

from stages.evaluate.models.candidates import AUTO, CandidateKey
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.evaluate.thresholds.tuning import FEW_POSITIVES
from stages.evaluate.uncertainty.bootstrap import BootstrapResult
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.storage.parquet import Table


def about_reference(entry: dict[str, Any], reference: str) -> list[str]:
    """Return a note where every strategy has a treatment; `entry` is the reference's in params.yaml."""
    if not entry:
        return []
    return [f"No strategy does nothing (an empty entry in params.yaml): {reference}, the first, is the reference."]


def about_classifiers(
    records: dict[str, CvRecord], representatives: dict[str, CandidateKey], requested: str
) -> list[str]:
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
    """Return a note where the split is by time: what the folds score."""
    if not time:
        return []
    return [
        f"Test rows are later than train rows by `{time}`, and each fold scores a period of train by models of the "
        "rows before it. The first period has no score, so cross-validation, thresholds and calibration are without "
        "it; models of the first folds learn from few rows."
    ]


def about_weights(table: Table) -> list[str]:
    """Return a note where rows have weights: what uses them, and as how many rows the positives of test count."""
    weights = table.weights
    if weights is None:
        return []
    of_positives = weights[table.target == 1]
    effective = round(float(of_positives.sum() ** 2 / (of_positives**2).sum()), 1)
    return [
        f"Rows are weighted by `{table.contract.weight}`: in the fits, and in every metric, curve and interval on "
        "test. Positives and false alarms are sums of weights, scaled so that all test rows together weigh as much as "
        f"they number. The {len(of_positives)} positives of test say as much as {effective:g} of equal weight."
    ]


def about_negatives(kept: float | None) -> list[str]:
    """Return a note where `split.negatives` left a share `kept` of the negatives of train."""
    if kept is None:
        return []
    return [
        f"Train has {100 * kept:.3g} % of its negatives (split.negatives). Each counts {1 / kept:.4g} times in "
        "cross-validation, calibration and the tuned thresholds. Test has all of its rows."
    ]


def about_metric(metric: str, n_positives: int) -> list[str]:
    """Return notes where the metric of the choice is too high on few positives, or gets no verdict."""
    notes = []
    if metric.startswith("recall_at_precision("):
        notes.append(
            f"{metric} is the best of many thresholds, so its values are too high where few positives reach the "
            "precision, and their intervals are too (docs/verdict.md). Differences hardly are."
        )
    if n_positives < METRICS[metric].verdict_from:
        notes.append(
            f"{metric} selects the champion and has no verdict: with {n_positives} positives the intervals of its "
            f"effects contain the truth too seldom, and {METRICS[metric].verdict_from} are needed (docs/verdict.md). "
            "The verdict is about average precision."
        )
    return notes


def about_positives(train: int, test: int) -> list[str]:
    """Return a note per set with few positives."""
    sets = [
        ("Train", train, "the tuned thresholds are uncertain"),
        ("Test", test, "intervals are wide, and only large differences stand out"),
    ]
    return [
        f"{name} has {positives} positive rows, fewer than {FEW_POSITIVES}: {meaning}."
        for name, positives, meaning in sets
        if positives < FEW_POSITIVES
    ]


def about_constraints(
    scored: dict[CandidateKey, ScoredCandidate],
    policy: str,
    policy_param: dict[str, float],
    promise: float | None = None,
) -> list[str]:
    """Return a note on candidates without a threshold that keeps, or promises, the bound of the policy."""
    missed = {str(candidate): item.guarantee for candidate, item in scored.items() if not item.satisfies_constraint}
    if not missed:
        return []
    bound, names = ", ".join(f"{key} {value:g}" for key, value in policy_param.items()), ", ".join(missed)
    if promise is not None:
        needed = max(item.rows_needed for item in missed.values() if item)
        rows = "train positives, all found" if policy == "min_recall" else "flagged rows, all of them positive"
        return [
            f"No threshold promises {policy} ({bound}) in {100 * promise:g} % of tables: the safest one is used for "
            f"{names}. A promise needs at least {needed} {rows}; with errors among them it needs more."
        ]
    return [f"No threshold reaches {policy} ({bound}) on train: the nearest one is used for {names}."]


def about_prices(scored: dict[CandidateKey, ScoredCandidate]) -> list[str]:
    """Return a note on what the promise of the threshold costs, over all candidates that keep it."""
    guarantees = [item.guarantee for item in scored.values() if item.guarantee and item.guarantee.kept]
    if not guarantees:
        return []
    point, kept = (median(getattr(item, key) for item in guarantees) for key in ("at_point", "at_threshold"))
    return [
        f"The promise of the threshold costs {guarantees[0].price}: its median over the candidates is {kept:.3f} out "
        f"of fold, and {point:.3f} at thresholds that promise nothing."
    ]


def about_deployment_prevalence(train: float, deployment: float | None) -> list[str]:
    """Return a note where the prevalence in use is not that of train: what is of which."""
    if deployment is None:
        return []
    return [
        f"In use {100 * deployment:.3g} % of the rows are positive (evaluate.deployment_prevalence), in train "
        f"{100 * train:.3g} %. Thresholds, decisions and the champion's probabilities are for the prevalence in use. "
        "Metrics count the test rows as they are; `in_use` gives precision, F1, alarms and costs at the prevalence in "
        "use."
    ]


def about_rotation(rotate: int | None) -> list[str]:
    """Return a note where params.yaml requests further test sets: their verdicts are in another file."""
    if rotate is None:
        return []
    return [
        f"evaluate.rotate asks for {rotate} test sets in turn. Their verdicts on all rows are not here but in "
        "reports/rotation.json, which `make repro` and `python -m tools.rotate` write."
    ]


def about_no_positive_predictions(results: dict[CandidateKey, BootstrapResult]) -> list[str]:
    """Return a note on candidates that predict no test row positive, so that their precision is 0 by convention."""
    notes = []
    for family, position in {"decisions": "At the tuned threshold", "decisions_at_half": "At 0.5"}.items():
        names = [
            str(candidate)
            for candidate, result in results.items()
            if result.counts[family]["tp"] + result.counts[family]["fp"] == 0
        ]
        if names:
            notes.append(f"{position} {', '.join(names)} predict no positive; precision is then written as 0.")
    return notes
