from collections import Counter

import numpy as np
import pytest

from stages.evaluate.effects.effects import (
    EffectSettings,
    choose_margins,
    estimate_effects,
    list_comparisons,
)
from stages.evaluate.effects.estimates import REFIT, estimate_difference
from stages.evaluate.effects.row_sets import RankingValue, RowSets
from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.uncertainty.jackknife import normal_quantile
from stages.shared.metrics.verdicts import judge_effect

SETTINGS = EffectSettings("all", 0.95, {"average_precision": 0.01, "roc_auc": 0.01}, 2000, 0, 60)


def measure(scores):
    """Candidate → values of its scores on one set of rows."""
    y = np.repeat([1, 0], [60, 540])
    sets = RowSets(y, np.zeros(len(y), dtype=np.int64), np.arange(len(y)))
    return {name: sets.measure(values[:0], values) for name, values in scores.items()}


def made(*names):
    value = {metric: RankingValue(0.8, np.zeros(3)) for metric in SETTINGS.margins}
    return {CandidateKey(*name.split("/")): value for name in names}


def noise(seed, shift=1.5):
    return np.random.RandomState(seed).normal(size=600) + np.repeat([shift, 0], [60, 540])


@pytest.mark.parametrize(
    ("metric", "low", "high", "verdict"),
    [
        ("average_precision", 0.02, 0.04, "better"),
        ("average_precision", -0.04, -0.02, "worse"),
        ("average_precision", -0.02, 0.005, "cannot_tell"),
        ("average_precision", -0.01, 0.01, "same"),
        ("average_precision", 0.002, 0.008, "same"),  # certain, and too small to matter
        ("average_precision", 0.002, 0.012, "better"),
        ("brier_score", 0.02, 0.04, "worse"),  # lower is better
    ],
)
def test_verdicts(metric, low, high, verdict):
    assert judge_effect(metric, low, high, margin=0.01) == verdict


def test_each_classifier_is_compared_with_itself_and_the_blend_is_not_in_the_mean():
    measured = made("baseline/mlp", "baseline/blend", "smote/mlp", "smote/blend", "smote/xgboost")
    mean, *cells = list_comparisons(measured, "baseline")
    assert (mean.strategy, mean.classifier, len(mean.pairs)) == ("smote", None, 1)
    assert [(item.classifier, item.reference_classifier) for item in cells] == [("mlp", "mlp"), ("blend", "blend")]


def test_a_classifier_that_balances_itself_is_compared_with_its_plain_counterpart():
    measured = made("baseline/extra_trees", "baseline/xgboost", "all/balanced_random_forest", "all/easy_ensemble")
    _, *cells = list_comparisons(measured, "baseline")
    assert [item.reference_classifier for item in cells] == ["extra_trees", "xgboost"]


def test_without_a_common_classifier_there_is_nothing_to_compare():
    assert list_comparisons(made("baseline/mlp", "smote/xgboost"), "baseline") == []


def test_equal_scores_are_the_same_with_an_interval_of_no_width():
    measured = measure({CandidateKey(strategy, "mlp"): noise(0) for strategy in ("baseline", "smote")})
    for effect in estimate_effects(measured, list_comparisons(measured, "baseline"), SETTINGS):
        assert (effect.low, effect.estimate, effect.high, effect.verdict) == (0, 0, 0, "same")
        assert (effect.minimum_detectable, effect.positives_needed) == (0, 0)


def test_a_mean_effect_is_the_mean_of_its_classifiers():
    names = [CandidateKey(strategy, name) for strategy in ("baseline", "smote") for name in ("mlp", "xgboost")]
    measured = measure({name: noise(seed) for seed, name in enumerate(names)})
    effects = estimate_effects(measured, list_comparisons(measured, "baseline"), SETTINGS)
    mean, *cells = [item for item in effects if item.metric == "roc_auc"]
    assert mean.estimate == pytest.approx(np.mean([item.estimate for item in cells]), abs=1e-6)
    assert mean.high - mean.low < max(item.high - item.low for item in cells)


def test_one_comparison_has_the_normal_quantile_and_many_a_larger_one():
    strategies = ["baseline", *(f"s{number}" for number in range(8))]
    measured = measure({CandidateKey(name, "mlp"): noise(seed) for seed, name in enumerate(strategies)})

    def half_width(*names):
        some = {CandidateKey(name, "mlp"): measured[CandidateKey(name, "mlp")] for name in ("baseline", *names)}
        first = estimate_effects(some, list_comparisons(some, "baseline"), SETTINGS)[0]
        return (first.high - first.low) / 2

    influence = measured[CandidateKey("s0", "mlp")]["average_precision"].influence
    influence = influence - measured[CandidateKey("baseline", "mlp")]["average_precision"].influence
    error = REFIT * np.sqrt((influence**2).sum())
    assert half_width("s0") == pytest.approx(normal_quantile(0.95) * error, rel=0.05)
    assert 2.3 < half_width(*strategies[1:]) / error < 2.9  # eight comparisons that are correlated


def test_what_the_rows_can_show_follows_from_the_interval():
    measured = measure({CandidateKey("baseline", "mlp"): noise(0), CandidateKey("smote", "mlp"): noise(1)})
    effect = estimate_effects(measured, list_comparisons(measured, "baseline"), SETTINGS)[0]
    half = (effect.high - effect.low) / 2
    assert effect.minimum_detectable == pytest.approx(half * (1 + 0.8416 / 1.96), rel=0.02)
    assert effect.positives_needed == pytest.approx(60 * (effect.minimum_detectable / 0.01) ** 2, rel=0.01)


def test_two_candidates_alone_have_the_normal_interval():
    after, before = (
        measure({CandidateKey("a", "mlp"): noise(seed)})[CandidateKey("a", "mlp")]["roc_auc"] for seed in (0, 1)
    )
    found = estimate_difference(after, before, "roc_auc", margin=0.01, confidence=0.95)
    error = REFIT * np.sqrt(((after.influence - before.influence) ** 2).sum())
    assert found.estimate == pytest.approx(after.value - before.value, abs=1e-6)
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=1e-3)
    assert found.minimum_detectable == pytest.approx((1.96 + 0.8416) * error, rel=1e-3)
    equal = estimate_difference(after, after, "roc_auc", margin=0.0, confidence=0.95)
    assert (equal.low, equal.high, equal.verdict, equal.minimum_detectable) == (0, 0, "same", 0)


@pytest.mark.slow
def test_a_large_effect_is_seen_and_none_is_claimed_where_there_is_none():
    """Of 15 pairs of equally good scorers at most one differs; a far better one is always seen."""
    verdicts = {"equal": Counter(), "better": Counter()}
    for seed in range(15):
        base = noise(seed)
        others = {"equal": noise(1000 + seed), "better": noise(2000 + seed, shift=3.0)}
        measured = measure(
            {CandidateKey("baseline", "mlp"): base, **{CandidateKey(k, "mlp"): v for k, v in others.items()}}
        )
        for effect in estimate_effects(measured, list_comparisons(measured, "baseline"), SETTINGS):
            if effect.classifier is None and effect.metric == "average_precision":
                verdicts[effect.strategy][effect.verdict] += 1
    assert verdicts["better"] == {"better": 15}
    assert verdicts["equal"]["better"] + verdicts["equal"]["worse"] <= 1


def test_the_margin_is_a_share_of_the_distance_to_a_perfect_score():
    measured = made("baseline/mlp", "smote/mlp")
    assert choose_margins(None, measured, "baseline") == {"average_precision": 0.02, "roc_auc": 0.02}
    assert choose_margins(0.03, measured, "baseline") == {"average_precision": 0.03, "roc_auc": 0.03}
    close = {name: {key: RankingValue(0.99, np.zeros(3)) for key in SETTINGS.margins} for name in measured}
    assert choose_margins(None, close, "baseline") == {"average_precision": 0.005, "roc_auc": 0.005}
