"""The parts of metrics/leaderboard.json, and the flat rows of metrics/strategies; docs/artefacts.md describes them."""

from dataclasses import dataclass, field
from typing import Any

from stages.evaluate.candidates import BLEND, Candidate, Pair
from stages.evaluate.effects.row_sets import RankingValue
from stages.evaluate.outputs.calibration_metrics import probability_metrics
from stages.evaluate.uncertainty.bootstrap import BootstrapResult
from stages.evaluate.uncertainty.differences import compare
from stages.evaluate.uncertainty.intervals import compute_intervals
from stages.shared.schemas import leaderboard as schema
from stages.shared.schemas.contract import Contract, Step
from stages.shared.schemas.cross_validation import CvRecord, MeanStd
from stages.shared.storage.arrow import Floats, Ints

#: the families of the metrics in `test`; the decisions there are those at the tuned threshold
TEST_FAMILIES = ("ranking", "probabilities", "decisions")


@dataclass(frozen=True)
class ScoredCandidate:
    """A candidate's threshold, chosen on train, and its scores of the test rows, shape (rows,)."""

    threshold: float
    scores: Floats  # calibrated, and so is the threshold
    raw: Floats  # as the model gives them
    calibration: str  # the method; with none the two are the same
    threshold_interval: tuple[float, float] | None = None  # only where train has few positives
    ranking: dict[str, RankingValue] = field(default_factory=dict)  # metric -> its value over all row sets
    satisfies_constraint: bool = True  # whether the threshold keeps the bound of its policy on out-of-fold scores


def build_data(contract: Contract, flow: list[Step]) -> schema.Data:
    """Return the source table and the sizes of its two sets."""
    sizes = {step.step: schema.SetSize(rows=step.rows, positives=step.positive) for step in flow}
    return schema.Data(
        source=contract.source,
        target=contract.target,
        positive=contract.positive,
        train=sizes["train"],
        test=sizes["test"],
    )


def build_candidate(
    candidate: Candidate, record: CvRecord, scored: ScoredCandidate, result: BootstrapResult, y: Ints, confidence: float
) -> schema.Candidate:
    """Return the entry of one candidate."""
    before, after = probability_metrics(y, scored.raw), probability_metrics(y, scored.scores)
    return schema.Candidate(
        **candidate._asdict(),
        sampler=record.sampler.ran,
        tuned=record.tuned.get(candidate.classifier),
        members=record.blend if candidate.classifier == BLEND else None,
        cv={
            metric: MeanStd(mean=score.mean, sd=score.sd)
            for metric, score in record.classifiers[candidate.classifier].items()
        },
        threshold=scored.threshold,
        threshold_interval=scored.threshold_interval,
        test={
            **{name: value for family in TEST_FAMILIES for name, value in result.values[family].items()},
            **result.counts["decisions"],
        },
        at_half={**result.values["decisions_at_half"], **result.counts["decisions_at_half"]},
        intervals=compute_intervals(result, confidence),
        mean_score_ratio=after.mean_score_ratio,
        calibration=schema.Calibration(method=scored.calibration, before=before, after=after),
    )


def build_strategy_row(
    candidate: Candidate, record: CvRecord, scored: ScoredCandidate, result: BootstrapResult
) -> dict[str, Any]:
    """Return the flat file of the strategy that `candidate` represents."""
    return {
        "classifier": candidate.classifier,
        **result.values["ranking"],
        **result.values["probabilities"],
        "threshold": scored.threshold,
        **result.values["decisions"],
        **result.counts["decisions"],
        "cv_average_precision": record.classifiers[candidate.classifier]["average_precision"].mean,
    }


def build_comparisons(
    pairs: list[Pair], results: dict[Candidate, BootstrapResult], confidence: float
) -> list[schema.Comparison]:
    """Return the differences of all pairs, with simultaneous intervals within each scope."""
    rows = []
    for scope in dict.fromkeys(pair.scope for pair in pairs):
        inside = [pair for pair in pairs if pair.scope == scope]
        differences = compare([(results[pair.candidate], results[pair.reference]) for pair in inside], confidence)
        for item in differences:
            pair = inside[item.pair]
            row = schema.Comparison(
                scope=scope,
                family=item.family,
                metric=item.metric,
                **pair.candidate._asdict(),
                reference_strategy=pair.reference.strategy,
                reference_classifier=pair.reference.classifier,
                difference=item.difference,
                low=item.low,
                high=item.high,
                verdict=item.verdict,
            )
            rows.append(row)
    return rows
