import io
import zipfile

import pytest

from stages.report.champion import needs_imblearn, section
from stages.report.findings import Findings, merged
from stages.report.params import ReportParams
from stages.report.records import Trace
from stages.report.results import candidates
from stages.shared.contract import Contract
from tests.report.factory import BASELINE, Treatment, board, contract_json, trace_json


def findings_of(*treatments, champion=("baseline", "random_forest"), baseline=BASELINE, **select):
    every = (baseline, *treatments)
    strategies = {item.name: {"sampler": item.sampler, "class_weight": item.class_weight} for item in every}
    select = {"strategy": "auto", "classifier": "auto", "metric": "average_precision", **select}
    params = ReportParams.model_validate({"random_state": 42, "select": select, "strategies": strategies})
    traces = {item.name: Trace.model_validate(trace_json(item)) for item in every}
    contract = Contract.model_validate(contract_json())
    found = board(*treatments, baseline=baseline)
    return Findings(params, contract, found, found.candidate(*champion), traces, {}, {})


def test_the_rival_does_nothing_only_where_it_does_nothing():
    assert findings_of().rival == "doing nothing"
    weighted = Treatment("class_weight", class_weight="balanced")
    champion = ("class_weight", "random_forest")
    assert findings_of(baseline=weighted, champion=champion).rival == "class_weight (the reference)"


@pytest.mark.parametrize(
    ("select", "sentence"),
    [
        ({}, "It has the best cross-validated average precision on train, among 2 candidates; test had no say."),
        (
            {"strategy": "a"},
            "It has the best cross-validated average precision on train, among the candidates of strategy a, "
            "which params.yaml names (select).",
        ),
        (
            {"strategy": "a", "classifier": "random_forest"},
            "It is named in params.yaml (select), not chosen by the numbers.",
        ),
    ],
)
def test_why_the_champion_is_the_champion(select, sentence):
    assert findings_of(Treatment("a"), champion=("a", "random_forest"), **select).why_champion == sentence


def test_of_equals_it_says_that_the_simplest_was_taken():
    assert "on train, and of equals the fewest moving parts, among" in findings_of(Treatment("a", cv=0.82)).why_champion


def near_sentence(*cvs):
    blocks = section(findings_of(*(Treatment(f"t{place}", cv=cv) for place, cv in enumerate(cvs)))).blocks
    return blocks[1].entries[-1]


def test_candidates_near_the_champion_are_named_and_many_are_counted():
    # the champion has 0.82 ± 0.021
    assert near_sentence(0.81, 0.79) == (
        "Candidates whose cross-validated average precision lies within one standard deviation (0.021) of the "
        "champion's: t0 × random_forest."
    )
    assert near_sentence(0.7).startswith("No other candidate's cross-validated average precision lies within")
    assert near_sentence(*[0.81] * 8).endswith("t5 × random_forest and 2 more.")


def test_another_classifier_on_the_other_side_is_said_and_the_same_is_not():
    table = candidates(findings_of(Treatment("a"), Treatment("b", classifiers=("easy_ensemble",)))).blocks[0]
    cells = {row[0]: row[-1] for row in table.rows}
    assert cells == {
        "baseline": "reference",
        "a": "tie −0.014 (−0.058 to +0.016)",
        "b": "tie −0.014 (−0.058 to +0.016), against random_forest",
    }


def test_mixed_versions_are_all_listed():
    assert merged([{"numpy": "2.1", "scipy": "1.15"}, {"numpy": "2.0"}]) == {"numpy": ["2.0", "2.1"], "scipy": ["1.15"]}


@pytest.mark.parametrize(("module", "needed"), [("imblearn.ensemble._forest", True), ("sklearn.ensemble", False)])
def test_a_model_says_whether_it_needs_imbalanced_learn(module, needed):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("schema.json", f'{{"__module__":"{module}"}}')
    with zipfile.ZipFile(buffer) as archive:
        assert needs_imblearn(archive) is needed
