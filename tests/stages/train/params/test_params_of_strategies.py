"""Which ratios and class weights a strategy may have, and what a wrong one is told."""

from collections.abc import Callable
from typing import Any

import pytest

from stages.train.params import TrainParams

Read = Callable[..., TrainParams]
Problems = Callable[..., list[str]]


@pytest.mark.parametrize(
    "value", ["0.1", "1", "1.0", "auto", "minority", "{negative: 5}", "{negative: 5, positive: 9}"]
)
def test_sampling_strategies_that_are_fine(read: Read, value: str) -> None:
    assert read(strategies=f"{{tried: {{sampler: SMOTE, sampling_strategy: {value}}}}}")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0", "above 0, at most 1"),
        ("0.0", "above 0, at most 1"),
        ("-0.5", "above 0, at most 1"),
        ("1.7", "above 0, at most 1"),
        (".nan", "above 0, at most 1"),
        (".inf", "above 0, at most 1"),
        ("true", "must be a ratio, a word such as auto, or {negative"),
        ("null", "must be a ratio"),
        ("[0]", "must be a ratio"),
        ("{0: 5, 1: 9}", "as a mapping gives numbers of rows: {negative: 500, positive: 400}"),
        ("{negative: 0.5}", "as a mapping gives numbers of rows"),
        ("{negative: true}", "as a mapping gives numbers of rows"),
    ],
)
def test_a_wrong_sampling_strategy(problems: Problems, value: str, words: str) -> None:
    (problem,) = problems(strategies=f"{{tried: {{sampler: SMOTE, sampling_strategy: {value}}}}}")
    assert problem.startswith("strategies.tried: sampling_strategy ")
    assert words in problem


@pytest.mark.parametrize(
    ("value", "weights"),
    [
        ("balanced", "balanced"),
        ("balanced_subsample", "balanced_subsample"),
        ("{negative: 1, positive: 10}", {"negative": 1.0, "positive": 10.0}),
        ("null", None),
    ],
)
def test_class_weights_that_are_fine(read: Read, value: str, weights: Any) -> None:
    assert read(strategies=f"{{tried: {{class_weight: {value}}}}}").strategies["tried"].class_weight == weights


@pytest.mark.parametrize("sampler", ["RandomUnderSampler", "SMOTE", "SMOTEENN", "TomekLinks"])
def test_prevalence_stands_beside_any_sampler(read: Read, sampler: str) -> None:
    found = read(strategies=f"{{tried: {{sampler: {sampler}, class_weight: prevalence}}}}").strategies["tried"]
    assert found.class_weight == "prevalence"


def test_prevalence_needs_a_sampler(problems: Problems) -> None:
    (problem,) = problems(strategies="{tried: {class_weight: prevalence}}")
    assert problem.startswith("strategies.tried: class_weight: prevalence gives back the share of positives")
    assert "there is no sampler; name one, as in {sampler: RandomUnderSampler, sampling_strategy: 0.05" in problem
    assert "or leave class_weight out" in problem


def test_prevalence_is_nothing_for_what_balances_by_itself(problems: Problems) -> None:
    strategy = "{sampler: SMOTE, class_weight: prevalence, classifiers: {rus_boost: {}}}"
    (problem,) = problems(strategies=f"{{tried: {strategy}}}")
    assert "rus_boost balances by itself: leave sampler and class_weight out" in problem


@pytest.mark.parametrize(
    ("value", "words"),
    [
        # the quiz of the course: string keys match no label, and here they are refused
        ("{'0': 1, '1': 10}", "called `negative` and `positive` here (both are needed), not '0', '1'; write"),
        ("{0: 1, 1: 10}", "called `negative` and `positive` here (both are needed), not 0, 1; write"),
        ("{positive: 10}", "(both are needed), not 'positive'"),
        ("{negative: 1, positive: 10, other: 1}", "both are needed"),
        ("{}", "both are needed"),
        ("{negative: 1, positive: -1}", "the weight of `positive` must be a number above 0"),
        ("{negative: 0, positive: 1}", "the weight of `negative` must be a number above 0"),
        ("{negative: 1, positive: .nan}", "the weight of `positive` must be a number above 0"),
        ("{negative: 1, positive: .inf}", "the weight of `positive` must be a number above 0"),
        ("{negative: true, positive: 2}", "the weight of `negative` must be a number above 0"),
        ("{negative: '1', positive: 2}", "the weight of `negative` must be a number above 0"),
        (
            "balance",
            "allowed: balanced, balanced_subsample, prevalence, or {negative: 1, positive: 10}; found 'balance'",
        ),
        ("10", "allowed: balanced"),
        ("true", "allowed: balanced"),
        ("[1, 10]", "allowed: balanced"),
    ],
)
def test_a_wrong_class_weight(problems: Problems, value: str, words: str) -> None:
    (problem,) = problems(strategies=f"{{tried: {{class_weight: {value}}}}}")
    assert problem.startswith("strategies.tried.class_weight: ")
    assert words in problem
