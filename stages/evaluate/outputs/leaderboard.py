"""The parts of metrics/leaderboard.json; docs/artefacts.md describes them."""

from collections.abc import Collection
from dataclasses import dataclass, field

from stages.evaluate.effects.row_sets import RankingValue
from stages.evaluate.models.candidates import CandidateKey, Pair
from stages.evaluate.outputs.calibration_metrics import compute_probability_metrics
from stages.evaluate.outputs.deployment import measure_at_deployment
from stages.evaluate.outputs.recalibration import fit_line
from stages.evaluate.params import EvaluateSection
from stages.evaluate.thresholds.costs import sum_costs
from stages.evaluate.uncertainty.bootstrap import BootstrapResult
from stages.evaluate.uncertainty.differences import compare
from stages.evaluate.uncertainty.intervals import compute_intervals
from stages.shared.calibration import shift_prior
from stages.shared.classifiers import BLEND
from stages.shared.metrics.decisions import is_positive
from stages.shared.schemas import candidate as candidate_schema
from stages.shared.schemas import leaderboard as schema
from stages.shared.schemas.cross_validation import CvRecord, CvScore, MeanStd
from stages.shared.storage.arrow import Floats
from stages.shared.storage.parquet import Table

#: the families of the metrics in `test`; the decisions there are those at the tuned threshold
TEST_FAMILIES = ("ranking", "probabilities", "decisions")


@dataclass(frozen=True)
class ScoredCandidate:
    """A candidate's threshold, chosen on train, and its scores of the test rows, shape (rows,)."""

    threshold: float
    scores: Floats  # calibrated
    raw: Floats  # as the model gives them
    calibration: str  # the method; with none the two are the same
    threshold_interval: tuple[float, float] | None = None  # only where train has few positives
    ranking: dict[str, RankingValue] = field(default_factory=dict)  # metric -> its value over all row sets
    satisfies_constraint: bool = True  # whether the threshold keeps the bound of its policy on out-of-fold scores
    guarantee: candidate_schema.Guarantee | None = None
    prior_shift: float = 0.0  # from the prevalence of train to the one in use
    decision_curve: dict[float, RankingValue] = field(
        default_factory=dict
    )  # threshold -> net benefit, if that is the metric
    cv: dict[str, CvScore] = field(default_factory=dict)  # metrics that train does not compute -> scores of the folds

    @property
    def decided(self) -> Floats:
        """The probabilities at the prevalence in use, to which the threshold belongs, shape (rows,)."""
        return shift_prior(self.scores, self.prior_shift)


def build_data(test: Table, out_of_fold: schema.SetSize | None) -> schema.Data:
    """Return the source table and the sizes of its two sets."""
    contract = test.contract
    sizes = {step.step: schema.SetSize(rows=step.rows, positives=step.positive) for step in test.flow}
    if test.weights is not None:
        weight = round(float(test.weights @ test.target), 6)
        sizes["test"] = sizes["test"].model_copy(update={"weighted_positives": weight})
    return schema.Data(
        source=contract.source,
        target=contract.target,
        positive=contract.positive,
        train=_weigh_negatives(sizes["train"], contract.negatives_kept),
        test=sizes["test"],
        out_of_fold=out_of_fold and _weigh_negatives(out_of_fold, contract.negatives_kept),
    )


def _weigh_negatives(size: schema.SetSize, kept: float | None) -> schema.SetSize:
    """Return the size of a set with the prevalence that it had before split left a share `kept` of its negatives."""
    if kept is None:
        return size
    weight = size.rows * size.positives / (size.positives + (size.rows - size.positives) / kept)
    return size.model_copy(update={"weighted_positives": round(weight, 6)})


def build_candidate(
    candidate: CandidateKey,
    record: CvRecord,
    scored: ScoredCandidate,
    result: BootstrapResult,
    table: Table,
    settings: EvaluateSection,
) -> candidate_schema.Candidate:
    """Return the entry of one candidate."""
    intervals = compute_intervals(result, settings.confidence)
    y, weights = table.target, table.weights
    costs = sum_costs(table, settings.cost, is_positive(scored.decided, scored.threshold))
    before, after = (compute_probability_metrics(y, scores, weights) for scores in (scored.raw, scored.scores))
    return candidate_schema.Candidate(
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
        promise=scored.guarantee,
        test={
            **{name: value for family in TEST_FAMILIES for name, value in result.values[family].items()},
            **result.counts["decisions"],
        },
        at_half={**result.values["decisions_at_half"], **result.counts["decisions_at_half"]},
        in_use=measure_at_deployment(
            result.counts["decisions"], intervals["precision"], settings, scored.prior_shift, costs
        ),
        cost_per_1000=None if costs is None else 1000 * sum(costs) / len(y),
        intervals=intervals,
        mean_score_ratio=after.mean_score_ratio,
        calibration=candidate_schema.Calibration(
            method=scored.calibration,
            before=before,
            after=after,
            line=fit_line(y, scored.scores, settings.confidence, weights),
        ),
    )


def build_comparisons(
    pairs: list[Pair], results: dict[CandidateKey, BootstrapResult], confidence: float, points: Collection[str]
) -> list[schema.Comparison]:
    """Return the differences of all pairs, with simultaneous intervals within each scope.

    `points` are metrics at operating points, compared as well.
    """
    rows = []
    for scope in dict.fromkeys(pair.scope for pair in pairs):
        inside = [pair for pair in pairs if pair.scope == scope]
        operands = [(results[pair.candidate], results[pair.reference]) for pair in inside]
        differences = compare(operands, confidence, points=points)
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
