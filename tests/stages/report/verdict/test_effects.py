"""Sentences on effects: each clause follows from the verdicts and the numbers."""

import pytest

from stages.report.verdict.effects import count_better, describe_effects
from stages.shared.schemas.leaderboard import Effect
from tests.stages.report.made.factory import Treatment, leaderboard

NAMES = ("a", "b", "c")


def effect(strategy, verdict, classifier=None, metric="average_precision", rows="all"):
    """An effect whose numbers fit its verdict."""
    low, high = {"better": (0.01, 0.05), "worse": (-0.05, -0.01), "same": (-0.004, 0.006)}.get(verdict, (-0.01, 0.05))
    return Effect(
        strategy=strategy, classifier=classifier, reference_classifier=classifier, metric=metric, rows=rows,
        estimate=(low + high) / 2, low=low, high=high, verdict=verdict, minimum_detectable=0.04, positives_needed=1234,
    )  # fmt: skip


def with_effects(*effects, rows="all", metric="average_precision"):
    made = leaderboard(*(Treatment(name) for name in NAMES))
    margins = {"average_precision": 0.01, "roc_auc": 0.005}
    settings = made.settings.model_copy(update={"rows": rows, "margins": margins, "metric": metric})
    return made.model_copy(update={"effects": list(effects), "settings": settings})


def describe(*effects, **settings):
    return describe_effects(with_effects(*effects, **settings), "doing nothing")


def test_each_verdict_has_its_words():
    lead = describe(effect("a", "better"), effect("b", "worse"), effect("c", "same"))[0]
    assert lead == (
        "Against doing nothing, in average precision: a +0.030 (+0.010 to +0.050) helps; "
        "b −0.030 (−0.050 to −0.010) harms; c makes no difference (within ±0.01)."
    )


def test_what_cannot_be_told_comes_with_what_the_rows_show():
    lead, power = describe(*(effect(name, "cannot_tell") for name in NAMES))[:2]
    assert lead == "Against doing nothing, in average precision: all 3 treatments are too uncertain to tell."
    assert "positives (train out of fold and test) show an effect of 0.040 or more" in power
    assert power.endswith("An effect of 0.01 takes about 1,234 positives to show.")


def test_test_rows_alone_are_said():
    assert "positives (test) show" in describe(effect("a", "cannot_tell", rows="test"), rows="test")[1]


def test_clear_effects_of_single_classifiers_are_named():
    sentences = describe(effect("a", "same"), effect("a", "better", "mlp"), effect("b", "worse", "xgboost"))
    assert sentences[1] == ("a helps mlp: +0.030 (+0.010 to +0.050) and b harms xgboost: −0.030 (−0.050 to −0.010).")


def test_many_clear_effects_are_counted():
    cells = [effect(name, "worse", classifier) for name in NAMES for classifier in ("mlp", "xgboost")]
    sentences = describe(effect("a", "same"), *cells)
    assert sentences[1] == "With single classifiers, 0 of 6 effects are better and 6 worse than no treatment."


def test_the_other_ranking_metric_follows():
    sentences = describe(effect("a", "same"), effect("a", "same", metric="roc_auc"))
    assert sentences[-1] == "In ROC-AUC: a makes no difference (within ±0.005)."


@pytest.mark.parametrize(("metric", "first"), [("roc_auc", "ROC-AUC"), ("brier_score", "average precision")])
def test_the_selected_metric_leads_if_it_ranks(metric, first):
    effects = [effect("a", "same", metric=name) for name in ("average_precision", "roc_auc")]
    assert describe(*effects, metric=metric)[0].startswith(f"Against doing nothing, in {first}: ")


def test_better_treatments_of_a_classifier_are_counted():
    cells = [effect("a", "better", "mlp"), effect("b", "better", "mlp"), effect("c", "same", "mlp")]
    made = with_effects(effect("a", "better"), *cells, effect("a", "better", "mlp", metric="roc_auc"))
    assert (count_better(made, "mlp"), count_better(made, "xgboost")) == (2, 0)


def test_many_clear_effects_have_a_range():
    effects = [
        effect(name, "better").model_copy(update={"estimate": 0.02 + 0.001 * i}) for i, name in enumerate("abcde")
    ]
    assert describe(*effects)[0] == (
        "Against doing nothing, in average precision: all 5 treatments help (+0.020 to +0.024)."
    )


def test_without_effects_nothing_is_said():
    assert describe() == []
