"""The parts of metrics/leaderboard.json and metrics/strategies, as docs/artefacts.md describes them."""

from dataclasses import dataclass
from typing import Any

from stages.evaluate.candidates import BLEND, Candidate, Pair
from stages.evaluate.inputs import CvRecord
from stages.evaluate.outputs.calibration_metrics import probability_facts
from stages.evaluate.uncertainty.bootstrap import Measured
from stages.evaluate.uncertainty.differences import compare
from stages.evaluate.uncertainty.intervals import intervals
from stages.shared.schemas.contract import Contract, Step
from stages.shared.storage.arrow import Floats, Ints

Json = dict[str, Any]

#: the families of the metrics in `test`; the decisions there are those at the tuned threshold
TEST_FAMILIES = ("ranking", "probabilities", "decisions")


@dataclass(frozen=True)
class Scored:
    """What a candidate brings to the test: a threshold chosen on train, and its scores, shape (test rows,)."""

    threshold: float
    scores: Floats  # calibrated, and so is the threshold
    raw: Floats  # as the model gives them
    calibration: str  # the method; with none the two are the same
    threshold_interval: tuple[float, float] | None = None  # where train has few positives
    keeps_promise: bool = True  # whether the threshold keeps the bound of its policy on out-of-fold scores


def data_facts(contract: Contract, flow: list[Step]) -> Json:
    """The table and its two sides."""
    sides = {step.step: {"rows": step.rows, "positives": step.positive} for step in flow}
    return {
        "source": contract.source,
        "target": contract.target,
        "positive": contract.positive,
        "train": sides["train"],
        "test": sides["test"],
    }


def candidate_row(
    candidate: Candidate, record: CvRecord, scored: Scored, measured: Measured, y: Ints, confidence: float
) -> Json:
    """Everything about one candidate."""
    tuned = record.tuned.get(candidate.classifier)
    before, after = probability_facts(y, scored.raw), probability_facts(y, scored.scores)
    return {
        **candidate._asdict(),
        "sampler": record.sampler.ran,
        "tuned": tuned.model_dump() if tuned else None,
        "members": record.blend if candidate.classifier == BLEND else None,
        "cv": {
            metric: {"mean": score.mean, "sd": score.sd}
            for metric, score in record.classifiers[candidate.classifier].items()
        },
        "threshold": scored.threshold,
        "threshold_interval": scored.threshold_interval,
        "test": {
            **{name: value for family in TEST_FAMILIES for name, value in measured.values[family].items()},
            **measured.counts["decisions"],
        },
        "at_half": {**measured.values["decisions_at_half"], **measured.counts["decisions_at_half"]},
        "intervals": {name: list(found) for name, found in intervals(measured, confidence).items()},
        "mean_score_ratio": after["mean_score_ratio"],
        "calibration": {"method": scored.calibration, "before": before, "after": after},
    }


def strategy_row(candidate: Candidate, record: CvRecord, scored: Scored, measured: Measured) -> Json:
    """The flat file of the strategy for which `candidate` stands."""
    return {
        "classifier": candidate.classifier,
        **measured.values["ranking"],
        **measured.values["probabilities"],
        "threshold": scored.threshold,
        **measured.values["decisions"],
        **measured.counts["decisions"],
        "cv_average_precision": record.classifiers[candidate.classifier]["average_precision"].mean,
    }


def comparison_rows(pairs: list[Pair], measured: dict[Candidate, Measured], confidence: float) -> list[Json]:
    """The differences of all pairs, each scope with intervals of its own."""
    rows = []
    for scope in dict.fromkeys(pair.scope for pair in pairs):
        inside = [pair for pair in pairs if pair.scope == scope]
        differences = compare([(measured[pair.candidate], measured[pair.reference]) for pair in inside], confidence)
        for found in differences:
            pair = inside[found.pair]
            rows.append(
                {
                    "scope": scope,
                    "family": found.family,
                    "metric": found.metric,
                    **pair.candidate._asdict(),
                    "reference_strategy": pair.reference.strategy,
                    "reference_classifier": pair.reference.classifier,
                    "difference": found.difference,
                    "low": found.low,
                    "high": found.high,
                    "verdict": found.verdict,
                }
            )
    return rows
