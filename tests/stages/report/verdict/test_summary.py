from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from stages.evaluate.uncertainty.intervals import wilson
from stages.report.verdict.summary import ROUNDING, _expect, make_summary
from stages.shared.schemas.leaderboard import Effect
from tests.stages.report.made.factory import Treatment
from tests.stages.report.made.helpers import make_context


def summarize(context):
    return {fact.question: (fact.answer, fact.note) for fact in make_summary(context).entries}


def test_an_untreated_champion():
    facts = summarize(make_context(Treatment("smote", sampler="SMOTE"), Treatment("adasyn", sampler="ADASYN")))
    assert facts["Use"] == (
        "baseline × random_forest",
        "no treatment of the imbalance; selected by cross-validation; average precision on test 0.850 (0.740 to 0.920)",
    )
    assert facts["At threshold"][0] == "0.190"
    assert facts["Expect"][0] == "30 of 40 positives found, 10 false alarms"
    assert facts["Expect"][1].endswith("(95 %, each); recall 0.700, precision 0.750")


def test_the_errors_on_as_many_other_rows():
    """Recall 0.7 (0.65 to 0.75) of 40: 0.7 ± 0.0707; specificity 0.99 (0.98 to 1.00) of 750: 0.99 ± 0.0141."""
    context = make_context()
    champion = context.champion
    champion = champion.model_copy(
        update={
            "test": champion.test | {"recall": 0.7, "specificity": 0.99},
            "intervals": champion.intervals | {"recall": (0.65, 0.75), "specificity": (0.98, 1.0)},
        }
    )
    facts = summarize(replace(context, choice=replace(context.choice, champion=champion)))
    assert "on as many other rows 25 to 31 found, 0 to 19 false alarms" in facts["Expect"][1]


def test_an_untreated_champion_that_treatments_improve():
    context = make_context(Treatment("smote", sampler="SMOTE"))
    better = Effect(
        strategy="smote", classifier="random_forest", reference_classifier="random_forest",
        metric="average_precision", rows="all", estimate=0.03, low=0.01, high=0.05, verdict="better",
        minimum_detectable=0.04, positives_needed=100,
    )  # fmt: skip
    margins = context.leaderboard.settings.model_copy(update={"margins": {"average_precision": 0.01}})
    leaderboard = context.leaderboard.model_copy(update={"effects": [better], "settings": margins})
    note = summarize(replace(context, leaderboard=leaderboard))["Use"][1]
    assert "; from all rows a treatment of it is better, which select.strategy can name; " in note


@pytest.mark.parametrize(("rows", "rate"), [(38, 0.9), (38, 0.6), (150, 0.8), (753, 0.0066), (753, 0.03), (12, 0.5)])
def test_as_many_other_rows_are_in_the_range_in_95_percent(rows, rate):
    """Two independent binomial counts, every pair of them weighed by its probability."""
    counts = np.arange(rows + 1)
    chance, held = stats.binom.pmf(counts, rows, rate), 0.0
    for count in counts[chance > 1e-9]:
        champion = make_context().champion.model_copy(
            update={"test": {"recall": count / rows}, "intervals": {"recall": wilson(count, rows, 0.95)}}
        )
        low, high = _expect(champion, "recall", rows)
        inside = (counts >= np.floor(low + ROUNDING)) & (counts <= np.ceil(high - ROUNDING))
        held += chance[count] * chance[inside].sum()
    assert 0.95 < held < 0.995


def test_a_treated_champion():
    better = Treatment("smote", sampler="SMOTE", cv=0.9, verdicts={"ranking": "better"})
    answer, note = summarize(make_context(better))["Use"]
    assert answer == "smote × random_forest"
    assert note.startswith("sampler SMOTE, in the training folds only; selected by cross-validation")


def test_a_champion_that_params_yaml_names():
    facts = summarize(make_context(Treatment("smote", sampler="SMOTE"), strategy="smote"))
    assert "; named in params.yaml; " in facts["Use"][1]
