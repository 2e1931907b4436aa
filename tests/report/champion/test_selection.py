import pytest

from stages.report.champion.selection import check_agreement, choose, flat_metrics
from stages.report.params import ReportParams
from stages.shared.errors import InputError
from stages.shared.schemas.leaderboard import CvComparison
from tests.report.factory import BASELINE, SELECT, Treatment, leaderboard

TWO = ("random_forest", "mlp")  # the second is 0.01 behind in the factory


def params_of(*treatments, **select):
    strategies = {
        item.name: {"sampler": item.sampler, "class_weight": item.class_weight} for item in (BASELINE, *treatments)
    }
    select = {**SELECT, **select}
    return ReportParams.model_validate({"random_state": 42, "select": select, "strategies": strategies})


def chosen(*treatments, **select):
    metric = select.get("metric", "average_precision")
    return str(choose(params_of(*treatments, **select), leaderboard(*treatments, metric=metric)).champion)


def test_the_best_cross_validation_wins():
    a, b = Treatment("a", cv=0.9, classifiers=TWO), Treatment("b", cv=0.895, classifiers=TWO)
    assert chosen(a, b) == "a × random_forest"
    assert chosen(a, b, strategy="b") == "b × random_forest"
    assert chosen(a, b, classifier="mlp") == "a × mlp"
    assert chosen(a, b, strategy="b", classifier="mlp") == "b × mlp"


@pytest.mark.parametrize("metric", ["average_precision", "roc_auc", "brier_score", "log_loss"])
def test_losses_count_downwards(metric):
    # in the factory both losses are 1 − cv, so the same candidate is the best by every metric
    assert chosen(Treatment("a", cv=0.9), Treatment("b", cv=0.7), metric=metric) == "a × random_forest"


def test_test_has_no_say():
    assert chosen(Treatment("a", cv=0.81, recall=1.0, brier=0.0, verdicts={"ranking": "better"})) == (
        "baseline × random_forest"
    )


def test_equals_go_to_the_fewest_moving_parts():
    sampler = Treatment("a_sampler", cv=0.9, sampler="SMOTE")
    weights = Treatment("weights", cv=0.9, class_weight="balanced")
    both = Treatment("both", cv=0.9, sampler="SMOTE", class_weight="balanced")
    idle = Treatment("nothing", cv=BASELINE.cv, class_weight="balanced")
    assert chosen(sampler, both, weights) == "weights × random_forest"
    assert chosen(both, sampler) == "a_sampler × random_forest"
    assert chosen(idle) == "baseline × random_forest"


def test_a_tie_within_the_tolerance_goes_to_the_simplest():
    """0.905 is 0.005 ahead of weights (0.9) and 0.015 ahead of the classifier that is behind (0.89)."""
    sampler = Treatment("a_sampler", cv=0.905, sampler="SMOTE")
    weights = Treatment("weights", cv=0.9, class_weight="balanced", classifiers=TWO)
    assert chosen(sampler, weights, tolerance=0.0049) == "a_sampler × random_forest"
    assert chosen(sampler, weights, tolerance=0.005) == "weights × random_forest"


WITH_BLEND = Treatment("baseline", classifiers=("random_forest", "blend"), cv=0.82)


def against_the_blend(ties, **select):
    """SMOTE × random_forest leads by 0.08 over doing nothing, and there the blend is 0.01 behind the forest."""
    smote = Treatment("smote", sampler="SMOTE", cv=0.9, cv_ties=ties)
    found = leaderboard(smote, baseline=WITH_BLEND)
    doubt = {"difference": 0.09, "low": -0.01 if ties else 0.05, "high": 0.19 if ties else 0.13}
    against = CvComparison(
        metric="average_precision", strategy="smote", classifier="random_forest", reference_strategy="baseline",
        reference_classifier="blend", **doubt,
    )  # fmt: skip
    return choose(params_of(smote, **select), found.model_copy(update={"cv_comparisons": [against]}))


def test_the_blend_with_nothing_done_stands_until_it_is_beaten():
    found = against_the_blend(ties=True)
    assert (str(found.champion), str(found.best)) == ("baseline × blend", "smote × random_forest")
    assert found.doubt is not None
    assert found.doubt.difference == 0.09
    beaten = against_the_blend(ties=False)
    assert (str(beaten.champion), beaten.doubt) == ("smote × random_forest", None)


def test_a_beaten_blend_gives_way_to_what_is_better_than_it_alone():
    """SMOTE beats the blend, 0.81; its classifier with nothing done, 0.80, cannot be told from it, but is worse."""
    weaker = Treatment("baseline", classifiers=("blend", "random_forest"), cv=0.81)
    smote = Treatment("smote", sampler="SMOTE", cv=0.9, cv_ties=True)
    found = leaderboard(smote, baseline=weaker)
    won = CvComparison(
        metric="average_precision", strategy="smote", classifier="random_forest", reference_strategy="baseline",
        reference_classifier="blend", difference=0.09, low=0.05, high=0.13,
    )  # fmt: skip
    told = found.model_copy(update={"cv_comparisons": [*found.cv_comparisons, won]})
    assert str(choose(params_of(smote), told).champion) == "smote × random_forest"


def test_without_a_strategy_that_does_nothing_no_blend_stands():
    weights = Treatment("weights", class_weight="balanced", classifiers=("blend", "random_forest"), cv=0.82)
    smote = Treatment("smote", sampler="SMOTE", cv=0.9)
    strategies = {"weights": {"class_weight": "balanced"}, "smote": {"sampler": "SMOTE"}}
    params = params_of(smote).model_dump() | {"strategies": strategies}
    found = leaderboard(smote, baseline=weights)
    against = CvComparison(
        metric="average_precision", strategy="smote", classifier="random_forest", reference_strategy="weights",
        reference_classifier="blend", difference=0.08, low=-0.1, high=0.2,
    )  # fmt: skip
    told = found.model_copy(update={"cv_comparisons": [against]})
    assert str(choose(ReportParams.model_validate(params), told).champion) == "smote × random_forest"


def test_select_can_ask_for_another():
    assert str(against_the_blend(ties=True, strategy="smote").champion) == "smote × random_forest"
    assert str(against_the_blend(ties=True, classifier="random_forest").champion) == "smote × random_forest"
    assert str(against_the_blend(ties=True, strategy="baseline").champion) == "baseline × random_forest"


def test_a_blend_that_leads_needs_no_comparison():
    leading = Treatment("baseline", classifiers=("blend", "random_forest"), cv=0.82)
    worse = Treatment("smote", sampler="SMOTE", cv=0.7)
    found = choose(params_of(worse), leaderboard(worse, baseline=leading))
    assert (str(found.champion), found.doubt, found.ties) == ("baseline × blend", None, ())


def test_of_a_tie_logistic_regression_goes_first():
    names = ("random_forest", "logistic_regression")  # the second is 0.01 behind in the factory
    assert chosen(Treatment("a", cv=0.9, classifiers=names), tolerance=0.01) == "a × logistic_regression"
    assert chosen(Treatment("a", cv=0.9, classifiers=names), tolerance=0.009) == "a × random_forest"


def test_a_treatment_has_to_earn_its_place():
    """Where the folds cannot tell it from the same classifier with nothing done, doing nothing is the champion."""
    assert chosen(Treatment("a", sampler="SMOTE", cv=0.9, cv_ties=True)) == "baseline × random_forest"
    assert chosen(Treatment("a", sampler="SMOTE", cv=0.9, cv_ties=False)) == "a × random_forest"
    assert chosen(Treatment("a", sampler="SMOTE", cv=0.9, cv_ties=True), strategy="a") == "a × random_forest"
    # the classifier of the best has no counterpart: there is nothing to compare fold by fold
    assert (
        chosen(Treatment("a", sampler="SMOTE", cv=0.9, cv_ties=True, classifiers=("easy_ensemble",)))
        == "a × easy_ensemble"
    )


def test_those_that_tie_are_known_best_first():
    a, b = Treatment("a", cv=0.9, classifiers=TWO), Treatment("b", cv=0.895, classifiers=TWO)
    found = choose(params_of(a, b, tolerance=0.005), leaderboard(a, b))
    assert str(found.best) == "a × random_forest"
    assert [str(item) for item in found.ties] == ["b × random_forest"]


def test_a_wrong_strategy_is_told_with_the_valid_names():
    with pytest.raises(InputError) as caught:
        chosen(Treatment("smote"), strategy="smot")
    assert caught.value.problems == [
        "params.yaml: select.strategy: no such strategy; found 'smot'; allowed: auto, baseline, smote"
    ]


def test_a_classifier_that_the_strategy_lacks_is_told_with_those_it_has():
    treatments = (Treatment("a", classifiers=("mlp",)), Treatment("b", classifiers=TWO))
    with pytest.raises(InputError) as caught:
        chosen(*treatments, strategy="a", classifier="random_forest")
    assert caught.value.problems == [
        "params.yaml: select.classifier: no classifier that strategy a has; found 'random_forest'; allowed: auto, mlp"
    ]
    with pytest.raises(InputError, match="no classifier that any strategy has; found 'svm'; allowed: auto, "):
        chosen(*treatments, classifier="svm")


def test_all_wrong_names_are_told_at_once():
    with pytest.raises(InputError) as caught:
        chosen(Treatment("a"), strategy="b", classifier="c")
    assert len(caught.value.problems) == 2


def test_a_leaderboard_of_other_params_is_refused():
    ranked = leaderboard(Treatment("a"), Treatment("old"))
    with pytest.raises(InputError) as caught:
        check_agreement(params_of(Treatment("a"), Treatment("new"), metric="roc_auc"), ranked, {})
    assert caught.value.problems == [
        "metrics/leaderboard.json: strategy 'new' of params.yaml is missing; run `dvc repro`",
        "metrics/leaderboard.json: strategy 'old' is no longer in params.yaml; run `dvc repro`",
        "metrics/leaderboard.json: made for select.metric average_precision, params.yaml says roc_auc; run `dvc repro`",
    ]


def test_strategy_metrics_of_another_run_are_refused():
    ranked = leaderboard(Treatment("a"))
    flat = {name: flat_metrics(ranked.row(name)) for name in ("baseline", "a")}
    check_agreement(params_of(Treatment("a")), ranked, flat)
    flat["a"]["recall"] = 0.1
    with pytest.raises(InputError, match=r"metrics/strategies/a\.json: does not agree with metrics/leaderboard\.json"):
        check_agreement(params_of(Treatment("a")), ranked, flat)


def test_flat_metrics_stand_in_the_order_of_the_format():
    assert " ".join(flat_metrics(leaderboard().reference)) == (
        "classifier average_precision roc_auc brier_score log_loss threshold precision recall specificity f1 g_mean "
        "balanced_accuracy accuracy tp fp fn tn cv_average_precision"
    )
