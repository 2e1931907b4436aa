import pytest

from stages.report.champion.selection import check_agreement, choose_champion
from stages.report.params import ReportParams
from stages.shared.errors import InputError
from stages.shared.schemas.leaderboard import CvComparison
from tests.stages.report.made.factory import BASELINE, Treatment, leaderboard, params_json

TWO = ("random_forest", "mlp")  # the second is 0.01 behind in the factory


def make_params(*treatments, baseline=BASELINE, **select):
    return ReportParams.model_validate(params_json((baseline, *treatments), **select))


def select_champion(*treatments, **select):
    ranked = leaderboard(*treatments, metric=select.get("metric", "average_precision"))
    return str(choose_champion(make_params(*treatments, **select), ranked).champion)


def compare_with_blend(reference, difference, low, high):
    return CvComparison(
        metric="average_precision", strategy="smote", classifier="random_forest", reference_strategy=reference,
        reference_classifier="blend", difference=difference, low=low, high=high,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("select", "champion"),
    [
        ({}, "a × random_forest"),
        ({"strategy": "b"}, "b × random_forest"),
        ({"classifier": "mlp"}, "a × mlp"),
        ({"strategy": "b", "classifier": "mlp"}, "b × mlp"),
    ],
)
def test_the_best_cross_validated_candidate_is_selected(select, champion):
    a, b = Treatment("a", cv=0.9, classifiers=TWO), Treatment("b", cv=0.895, classifiers=TWO)
    assert select_champion(a, b, **select) == champion


@pytest.mark.parametrize("metric", ["average_precision", "roc_auc", "brier_score", "log_loss"])
def test_losses_are_minimized(metric):
    # in the factory both losses are 1 − cv, so the same candidate is the best by every metric
    assert select_champion(Treatment("a", cv=0.9), Treatment("b", cv=0.7), metric=metric) == "a × random_forest"


def test_test_results_are_not_used():
    better_on_test = Treatment("a", cv=0.81, recall=1.0, brier=0.0, verdicts={"ranking": "better"})
    assert select_champion(better_on_test) == "baseline × random_forest"


def test_equal_scores_go_to_the_fewest_moving_parts():
    sampler = Treatment("a_sampler", cv=0.9, sampler="SMOTE")
    weights = Treatment("weights", cv=0.9, class_weight="balanced")
    both = Treatment("both", cv=0.9, sampler="SMOTE", class_weight="balanced")
    assert select_champion(sampler, both, weights) == "weights × random_forest"
    assert select_champion(both, sampler) == "a_sampler × random_forest"
    assert select_champion(Treatment("w", cv=BASELINE.cv, class_weight="balanced")) == "baseline × random_forest"


@pytest.mark.parametrize(("tolerance", "champion"), [(0.0049, "a_sampler"), (0.005, "weights")])
def test_a_tie_within_the_tolerance_goes_to_the_simplest(tolerance, champion):
    sampler = Treatment("a_sampler", cv=0.905, sampler="SMOTE")
    weights = Treatment("weights", cv=0.9, class_weight="balanced", classifiers=TWO)
    assert select_champion(sampler, weights, tolerance=tolerance) == f"{champion} × random_forest"


@pytest.mark.parametrize(("tolerance", "champion"), [(0.01, "logistic_regression"), (0.009, "random_forest")])
def test_a_tie_goes_to_logistic_regression(tolerance, champion):
    names = ("random_forest", "logistic_regression")
    assert select_champion(Treatment("a", cv=0.9, classifiers=names), tolerance=tolerance) == f"a × {champion}"


@pytest.mark.parametrize(
    ("ties", "select", "champion"),
    [
        (True, {}, "baseline × blend"),
        (False, {}, "smote × random_forest"),
        (True, {"strategy": "smote"}, "smote × random_forest"),
        (True, {"classifier": "random_forest"}, "smote × random_forest"),
        (True, {"strategy": "baseline"}, "baseline × random_forest"),
    ],
)
def test_the_untreated_blend_is_the_champion_unless_another_is_significantly_better(ties, select, champion):
    baseline = Treatment("baseline", classifiers=("random_forest", "blend"), cv=0.82)
    smote = Treatment("smote", sampler="SMOTE", cv=0.9, cv_ties=ties)
    comparison = compare_with_blend("baseline", 0.09, -0.01 if ties else 0.05, 0.19 if ties else 0.13)
    ranked = leaderboard(smote, baseline=baseline).model_copy(update={"cv_comparisons": [comparison]})
    choice = choose_champion(make_params(smote, **select), ranked)
    assert str(choice.champion) == champion
    assert choice.blend_tie == (comparison if champion.endswith("blend") else None)
    if not select:
        assert str(choice.best) == "smote × random_forest"


@pytest.mark.parametrize(("prefer", "champion"), [("blend", "baseline × blend"), ("simple", "smote × random_forest")])
@pytest.mark.parametrize("ties", [True, False])
def test_params_may_prefer_the_blend_or_give_it_no_privilege(ties, prefer, champion):
    baseline = Treatment("baseline", classifiers=("random_forest", "blend"), cv=0.82)
    smote = Treatment("smote", sampler="SMOTE", cv=0.9)
    comparison = compare_with_blend("baseline", 0.09, -0.01 if ties else 0.05, 0.19 if ties else 0.13)
    ranked = leaderboard(smote, baseline=baseline).model_copy(update={"cv_comparisons": [comparison]})
    assert str(choose_champion(make_params(smote, prefer=prefer), ranked).champion) == champion


def test_only_a_better_candidate_replaces_the_blend():
    """SMOTE is better than the blend, 0.81; the untreated forest, 0.80, ties with SMOTE but is behind the blend."""
    baseline = Treatment("baseline", classifiers=("blend", "random_forest"), cv=0.81)
    smote = Treatment("smote", sampler="SMOTE", cv=0.9, cv_ties=True)
    ranked = leaderboard(smote, baseline=baseline)
    comparisons = [*ranked.cv_comparisons, compare_with_blend("baseline", 0.09, 0.05, 0.13)]
    ranked = ranked.model_copy(update={"cv_comparisons": comparisons})
    assert str(choose_champion(make_params(smote), ranked).champion) == "smote × random_forest"


def test_a_treated_blend_is_no_default_champion():
    weights = Treatment("weights", class_weight="balanced", classifiers=("blend", "random_forest"), cv=0.82)
    smote = Treatment("smote", sampler="SMOTE", cv=0.9)
    comparison = compare_with_blend("weights", 0.08, -0.1, 0.2)
    ranked = leaderboard(smote, baseline=weights).model_copy(update={"cv_comparisons": [comparison]})
    assert str(choose_champion(make_params(smote, baseline=weights), ranked).champion) == "smote × random_forest"


def test_a_blend_with_the_best_score_needs_no_comparison():
    baseline = Treatment("baseline", classifiers=("blend", "random_forest"), cv=0.82)
    worse = Treatment("smote", sampler="SMOTE", cv=0.7)
    choice = choose_champion(make_params(worse), leaderboard(worse, baseline=baseline))
    assert (str(choice.champion), choice.blend_tie, choice.ties) == ("baseline × blend", None, ())


@pytest.mark.parametrize(
    ("changes", "select", "champion"),
    [
        ({"cv_ties": True}, {}, "baseline × random_forest"),
        ({"cv_ties": False}, {}, "a × random_forest"),
        ({"cv_ties": True}, {"strategy": "a"}, "a × random_forest"),
        # the untreated strategy has no such classifier, so there is no comparison over the folds
        ({"cv_ties": True, "classifiers": ("easy_ensemble",)}, {}, "a × easy_ensemble"),
    ],
)
def test_a_treatment_must_be_significantly_better_than_the_untreated_classifier(changes, select, champion):
    assert select_champion(Treatment("a", sampler="SMOTE", cv=0.9, **changes), **select) == champion


def test_ties_are_listed_best_first():
    a, b = Treatment("a", cv=0.9, classifiers=TWO), Treatment("b", cv=0.895, classifiers=TWO)
    choice = choose_champion(make_params(a, b, tolerance=0.005), leaderboard(a, b))
    assert str(choice.best) == "a × random_forest"
    assert [str(item) for item in choice.ties] == ["b × random_forest"]


@pytest.mark.parametrize(
    ("select", "problems"),
    [
        (
            {"strategy": "smot"},
            ["params.yaml: select.strategy: no such strategy; found 'smot'; allowed: auto, baseline, a, b"],
        ),
        (
            {"strategy": "a", "classifier": "random_forest"},
            [
                "params.yaml: select.classifier: no classifier that strategy a has; found 'random_forest'; allowed: "
                "auto, mlp"
            ],
        ),
        (
            {"classifier": "svm"},
            [
                "params.yaml: select.classifier: no classifier that any strategy has; found 'svm'; allowed: auto, "
                "random_forest, mlp"
            ],
        ),
        (
            {"strategy": "c", "classifier": "svm"},
            [
                "params.yaml: select.strategy: no such strategy; found 'c'; allowed: auto, baseline, a, b",
                "params.yaml: select.classifier: no classifier that any strategy has; found 'svm'; allowed: auto, "
                "random_forest, mlp",
            ],
        ),
    ],
)
def test_all_unknown_names_are_reported_with_the_valid_ones(select, problems):
    with pytest.raises(InputError) as error:
        select_champion(Treatment("a", classifiers=("mlp",)), Treatment("b", classifiers=TWO), **select)
    assert error.value.problems == problems


def test_a_leaderboard_of_other_params_is_rejected():
    ranked = leaderboard(Treatment("a"), Treatment("old"))
    with pytest.raises(InputError) as error:
        check_agreement(make_params(Treatment("a"), Treatment("new"), metric="roc_auc"), ranked)
    assert error.value.problems == [
        "metrics/leaderboard.json: strategy 'new' of params.yaml is missing; run `dvc repro`",
        "metrics/leaderboard.json: strategy 'old' is no longer in params.yaml; run `dvc repro`",
        "metrics/leaderboard.json: made for select.metric average_precision, params.yaml says roc_auc; run `dvc repro`",
    ]


def test_flat_metrics_have_the_order_of_the_format():
    assert " ".join(leaderboard().reference.flatten()) == (
        "classifier average_precision roc_auc brier_score log_loss threshold precision recall specificity f1 g_mean "
        "balanced_accuracy accuracy tp fp fn tn cv_average_precision"
    )


def test_a_refit_on_all_rows_needs_all_negatives_in_train():
    """Its calibration and threshold are those of models that saw a share of them."""
    board = leaderboard(Treatment("smote"))
    thinned = board.data.train.model_copy(update={"weighted_positives": 3.0})
    of_share = board.model_copy(update={"data": board.data.model_copy(update={"train": thinned})})
    params = make_params(Treatment("smote"), refit="all")
    check_agreement(params, board)
    check_agreement(make_params(Treatment("smote")), of_share)
    with pytest.raises(InputError, match=r"select\.refit: is all, and split\.negatives left a share"):
        check_agreement(params, of_share)
