"""A row of the train set traced through the champion, and its section."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.report.build import build_page
from stages.report.champion.prediction import FeatureEffect, PredictionTrace, trace_predictions
from stages.report.loading import load_context
from stages.report.params import ReportParams
from stages.report.rendering.blocks import Facts, Page, Table
from stages.report.rendering.html import to_html
from stages.report.sections.champion.prediction_trace import make_section
from stages.shared.params import read_params
from stages.shared.storage.model_file import load_model
from stages.shared.storage.parquet import read_table
from tests.stages.report.made.factory import Treatment
from tests.stages.report.made.helpers import make_context
from tests.stages.report.rendering.test_html import Balance

TRACE = PredictionTrace(
    outcome="missed",
    row=6,
    n_columns=3,
    score=0.06,
    probability=0.05,
    oof_probability=0.07,
    threshold=0.19,
    decision=False,
    effects=[FeatureEffect("age", "54", "60", -1.25), FeatureEffect("<script>|", "F", "M", 0.5)],
)


def make_trace_section(trace: PredictionTrace) -> Any:
    return make_section(replace(make_context(), predictions=[trace]))


def test_the_steps_from_the_row_to_the_decision() -> None:
    facts = next(block for block in make_trace_section(TRACE).blocks if isinstance(block, Facts))
    assert [(fact.question, fact.answer) for fact in facts.entries] == [
        ("Raw row", "2 features"), ("Score", "0.0600"), ("Probability", "0.0500"), ("Decision", "negative"),
    ]  # fmt: skip
    assert facts.entries[2].note == "the calibrated score; out of fold 0.0700"
    assert facts.entries[3].note == "the probability is below the threshold 0.190"
    positive = replace(TRACE, decision=True, probability=0.19)
    facts = next(block for block in make_trace_section(positive).blocks if isinstance(block, Facts))
    assert (facts.entries[3].answer, facts.entries[3].note) == (
        "hypothyroid",
        "the probability is at least the threshold 0.190",
    )


def test_a_table_shows_the_effects_that_are_not_0() -> None:
    none = FeatureEffect("height", "1.7", "1.7", 0.0)
    chosen, table = (
        block
        for block in make_trace_section(replace(TRACE, effects=[*TRACE.effects, none])).blocks
        if isinstance(block, Table)
    )
    assert chosen.rows == [["missed", "the positive missed with the lowest probability", "7", "0.070", "0.050"]]
    assert table.rows == [["age", "54", "60", "−1.250"], ["<script>|", "F", "M", "+0.500"]]
    assert table.caption == "Missed, row 7: the 2 largest of 3 changes."


def test_feature_names_stay_text() -> None:
    html = to_html(Page("t", "s", ["v"], Facts([]), [make_trace_section(TRACE)]))
    assert Balance(html).seen.count("script") == 3


def test_the_section_is_about_trust_in_the_model() -> None:
    sections = build_page(replace(make_context(), predictions=[TRACE])).sections
    assert [item.key for item in sections if item.group == "Trust the model"] == ["model", "prediction"]


def test_without_a_trace_there_is_no_section() -> None:
    assert make_section(make_context()).blocks == []


def test_the_rows_are_of_the_train_set_and_an_effect_is_of_one_feature(
    workspace: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row i has the out-of-fold probability (i + 1) / 10; rows 1 and 3 are positive."""
    root = workspace(baseline=Treatment("baseline", classifiers=("logistic_regression",)))
    monkeypatch.chdir(root)
    context = load_context(read_params(ReportParams))
    assert [(trace.outcome, trace.row) for trace in context.predictions] == [("found", 1), ("false alarm", 7)]
    champion = context.champion.model_copy(update={"threshold": 0.3})
    traces = trace_predictions(champion, context.contract)
    assert [(trace.outcome, trace.row, round(trace.oof_probability, 6)) for trace in traces] == [
        ("found", 3, 0.4), ("missed", 1, 0.2), ("false alarm", 7, 0.8),
    ]  # fmt: skip
    trace = traces[0]

    table = read_table(Path("data/train.parquet"))
    model = load_model(Path("models/baseline/logistic_regression.skops"))
    own = table.features().iloc[[3]]
    probability = model.predict_proba(own)[0, 1]
    assert trace.probability == pytest.approx(probability)
    effects = {effect.name: effect for effect in trace.effects}
    assert set(effects) == {"age", "sex"}
    assert effects["sex"].typical == "F"
    changed = own.assign(sex="F")
    assert effects["sex"].change == pytest.approx(model.predict_proba(changed)[0, 1] - probability)
    typical = float(effects["age"].typical)
    moved = model.predict_proba(own.assign(age=typical))[0, 1] - probability
    assert effects["age"].change == pytest.approx(moved, abs=1e-5)
    sizes = [abs(effect.change) for effect in trace.effects]
    assert sizes == sorted(sizes, reverse=True)
    assert trace.decision == bool(np.greater_equal(probability, trace.threshold))
