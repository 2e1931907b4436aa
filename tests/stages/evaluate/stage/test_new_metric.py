"""A new metric is one entry in METRICS: evaluate measures it, and the leaderboard holds it."""

from collections.abc import Callable
from dataclasses import replace
import json
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow as pa
import pytest

from stages.evaluate.effects.row_sets import RowSets
from stages.evaluate.evaluate import evaluate_candidates
from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.models.inputs import Inputs
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.evaluate.params import EvaluateParams
from stages.shared.metrics.confusion import Counts, ratio
from stages.shared.metrics.ranking import RankedPositives
from stages.shared.metrics.registry import METRICS, Metric
from stages.shared.schemas.contract import Step
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.files import round_floats
from stages.shared.storage.parquet import Table
from tests.stages.evaluate.conftest import PARAMS
from tests.stages.evaluate.made.records import record

SCHEMA = Path(__file__).parents[4] / "docs/leaderboard.schema.json"


def negative_predictive_value(counts: Counts) -> Floats:
    return ratio(counts.tn, counts.tn + counts.fn)


def recall_above_all_negatives(ranked: RankedPositives) -> Floats:
    return ratio((ranked.hits * (ranked.fp == 0)).sum(axis=1), ranked.hits.sum(axis=1))


def absolute_error(y: Ints, scores: Floats) -> Floats:
    return np.abs(scores - y)


ENTRIES = (
    Metric("negative_predictive_value", "NPV", "decisions", f"{__name__}:negative_predictive_value"),
    Metric("recall_above_all_negatives", "recall above all", "ranking", f"{__name__}:recall_above_all_negatives"),
    Metric("absolute_error", "error", "probabilities", f"{__name__}:absolute_error", higher_is_better=False),
)


@pytest.mark.parametrize("metric", ENTRIES, ids=lambda metric: metric.family)
def test_one_entry_is_enough(metric: Metric, make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METRICS, metric.name, metric)
    table = make_table("numeric", negatives=60, positives=20, missing=False)
    flow = [Step(step=name, rows=80, columns=3, negative=60, positive=20) for name in ("train", "test")]
    y, rng = table.target, np.random.RandomState(0)
    records = {name: record(name, {"mlp": 0.7}) for name in ("baseline", "smote")}
    scored, row_sets = {}, RowSets.make(table.target, table.groups, None)
    for strategy, lift in (("baseline", 0.1), ("smote", 0.3)):
        scores = np.clip(rng.uniform(0.1, 0.6, 80) + lift * y, 0, 1)
        scored[CandidateKey(strategy, "mlp")] = ScoredCandidate(
            0.5, scores, scores, "none", ranking=row_sets.measure(scores[:0], scores)
        )
    params = EvaluateParams.model_validate(PARAMS)

    result = evaluate_candidates(Inputs(replace(table, flow=flow), records, row_sets, pa.table({})), scored, params)

    content = json.loads(json.dumps(round_floats(result.leaderboard.model_dump())))
    jsonschema.validate(content, json.loads(SCHEMA.read_text()))
    assert round_floats(Leaderboard.model_validate(content).model_dump()) == round_floats(content)
    row = result.leaderboard.row("smote")
    low, high = row.intervals[metric.name]
    assert 0 <= low <= row.test[metric.name] <= high <= metric.limit
    assert metric.name in result.strategies["smote"]
    compared = {item.metric for item in result.leaderboard.comparisons}
    assert (metric.name in compared) == (metric.name in row.cv) == metric.is_selectable
    effects = {item.metric: item for item in result.leaderboard.effects if item.classifier == "mlp"}
    assert (metric.name in effects) == (metric.family == "ranking")
    if metric.is_selectable:
        scores = scored[CandidateKey("smote", "mlp")].scores
        assert metric.score(y, scores) == pytest.approx(row.test[metric.name])
