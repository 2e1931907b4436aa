from stages.report.verdict.summary import make_summary
from tests.report.factory import Treatment
from tests.report.helpers import make_context


def summarize(context):
    return {fact.question: (fact.answer, fact.note) for fact in make_summary(context).entries}


def test_an_untreated_champion():
    facts = summarize(make_context(Treatment("smote", sampler="SMOTE"), Treatment("adasyn", sampler="ADASYN")))
    assert facts["Use"] == (
        "baseline × random_forest", "no treatment of the imbalance; selected by cross-validation"
    )  # fmt: skip
    assert facts["At threshold"][0] == "0.190"
    assert facts["Expect"][0] == "30 of 40 positives found, 10 false alarms"
    assert "among 750 negatives; recall 0.700 (95 %: 0.650 to 0.750)" in facts["Expect"][1]
    assert facts["How sure"] == (
        "No treatment ranks better; 2 of 2 tie", "average precision 0.850 on test (95 %: 0.740 to 0.920)"
    )  # fmt: skip


def test_a_treated_champion():
    better = Treatment("smote", sampler="SMOTE", cv=0.9, verdicts={"ranking": "better"})
    facts = summarize(make_context(better))
    assert facts["Use"] == (
        "smote × random_forest", "sampler SMOTE, in the training folds only; selected by cross-validation"
    )  # fmt: skip
    assert facts["How sure"][0] == "Ranks better than doing nothing"
    assert (
        summarize(make_context(Treatment("smote", sampler="SMOTE", cv=0.9)))["How sure"][0] == "Ties with doing nothing"
    )


def test_a_champion_that_params_yaml_names():
    facts = summarize(make_context(Treatment("smote", sampler="SMOTE"), strategy="smote"))
    assert facts["Use"][1].endswith("named in params.yaml")


def test_a_single_strategy_is_not_compared():
    assert summarize(make_context())["How sure"][0] == "Nothing to compare"
