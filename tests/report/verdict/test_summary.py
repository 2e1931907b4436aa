from stages.report.verdict.summary import answer
from tests.report.context import make_context
from tests.report.factory import Treatment


def said(context):
    return {fact.question: (fact.answer, fact.note) for fact in answer(context).entries}


def test_doing_nothing_as_the_champion():
    found = said(make_context(Treatment("smote", sampler="SMOTE"), Treatment("adasyn", sampler="ADASYN")))
    assert found["Use"] == (
        "baseline × random_forest", "the imbalance is left as it is; chosen on train"
    )  # fmt: skip
    assert found["At threshold"][0] == "0.190"
    assert found["Expect"][0] == "30 of 40 caught, 10 false alarms"
    assert "among 750 negatives; recall 0.700 (95 %: 0.650 to 0.750)" in found["Expect"][1]
    assert found["How sure"] == (
        "No treatment ranks better; 2 of 2 tie", "average precision 0.850 on test (95 %: 0.740 to 0.920)"
    )  # fmt: skip


def test_a_treatment_as_the_champion():
    better = Treatment("smote", sampler="SMOTE", cv=0.9, verdicts={"ranking": "better"})
    found = said(make_context(better))
    assert found["Use"] == ("smote × random_forest", "sampler SMOTE, in the training folds only; chosen "
                            "on train")  # fmt: skip
    assert found["How sure"][0] == "Ranks better than doing nothing"
    assert said(make_context(Treatment("smote", sampler="SMOTE", cv=0.9)))["How sure"][0] == "Ties with doing nothing"


def test_a_champion_by_name_says_so():
    found = said(make_context(Treatment("smote", sampler="SMOTE"), select={"strategy": "smote"}))
    assert found["Use"][1].endswith("named in params.yaml")


def test_alone_there_is_nothing_to_compare():
    assert said(make_context())["How sure"][0] == "Nothing to compare"
