"""Every message that a wrong `strategies`, `classifiers` or `cv` can provoke."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stages.shared.params import read_params
from stages.train.params import TrainParams

ROOT = Path(__file__).parents[4]

Read = Callable[..., TrainParams]
Problems = Callable[..., list[str]]


def test_the_shipped_params_are_fine() -> None:
    params = read_params(TrainParams, ROOT / "params.yaml")
    assert {"baseline", "class_weight", "smote", "balanced_ensemble"} <= set(params.strategies)
    assert params.strategies["smote"].settings == {"sampling_strategy": 0.75, "k_neighbors": 5}
    assert params.strategies["baseline"].settings == {}


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        ("{sampler: SMOT}", "no such sampler as SMOT; did you mean `SMOTE`?"),
        ("{sampler: smote}", "no such sampler as smote; did you mean `SMOTE`?"),
        ("{sampler: Magic}", "no such sampler as Magic; allowed: ADASYN, AllKNN,"),
        ("{sampler: none}", "no such sampler as none; allowed: ADASYN,"),
        ("{sampler: FunctionSampler}", "no such sampler as FunctionSampler; "),
        (
            "{sampler: SMOTE, k_neighbours: 5}",
            "k_neighbours is no setting of SMOTE; did you mean `k_neighbors`?",
        ),
        ("{sampler: SMOTE, K_neighbors: 5}", "K_neighbors is no setting of SMOTE; did you mean `k_neighbors`?"),
        ("{sampler: ADASYN, k: 5}", "k is no setting of ADASYN; allowed: sampling_strategy, n_neighbors"),
        ("{sampler: SMOTE, random_state: 1}", "random_state is no setting of SMOTE; "),
        ("{sampler: SMOTE, scale_pos_weight: 9}", "give it as class_weight of a strategy"),
        (
            "{k_neighbors: 5}",
            "k_neighbors is no setting of a strategy without a sampler; allowed: sampler, class_weight, classifiers",
        ),
        ("{samplr: SMOTE}", "samplr is no setting of a strategy without a sampler; did you mean `sampler`?"),
        ("{classifiers: {xgbost: {}}}", "no such classifier as xgbost; did you mean `xgboost`?"),
        ("{classifiers: {xgboost: {eta: 1}}}", "eta is no setting of xgboost; "),
        ("{classifiers: {random_forest: {class_weight: balanced}}}", "give it as class_weight of a strategy"),
        (
            "{sampler: SMOTE, classifiers: {easy_ensemble: {n_estimators: 2}}}",
            "easy_ensemble balances by itself: leave sampler and class_weight out",
        ),
        (
            "{class_weight: balanced, classifiers: {rus_boost: {n_estimators: 2}}}",
            "rus_boost balances by itself: leave sampler and class_weight out",
        ),
    ],
)
def test_a_wrong_strategy(problems: Problems, strategy: str, words: str) -> None:
    (problem,) = problems(strategies=f"{{tried: {strategy}}}")
    assert problem.startswith("strategies.tried: ")
    assert words in problem


def test_all_problems_of_a_strategy_are_said_at_once(problems: Problems) -> None:
    (problem,) = problems(
        strategies="{tried: {sampler: SMOTE, k: 1, m: 2, sampling_strategy: 2, classifiers: {mlq: {}}}}"
    )
    for words in ("k is no", "m is no", "sampling_strategy is minority", "did you mean `mlp`?"):
        assert words in problem


@pytest.mark.parametrize("name", ["smote", "s", "smote_2", "a_b_c"])
def test_names_of_strategies(read: Read, name: str) -> None:
    assert list(read(strategies=f"{{{name}: {{}}}}").strategies) == [name]


@pytest.mark.parametrize(
    "name",
    ["none", "no", "off", "champion", "Champion", "a-b", "'a; rm'", "'$(rm)'", "'a b'", "a.b", "_a", "2", "1.5", "true",
     "null", "'a\\n'", "''", "ä", '"smote\\n"'],
)  # fmt: skip
def test_names_that_may_not_reach_a_shell_or_a_folder(problems: Problems, name: str) -> None:
    (problem,) = problems(strategies=f"{{{name}: {{}}}}")
    assert problem.startswith("strategies: ")
    assert "cannot name a strategy; allowed: lower-case letters, digits and underscores" in problem


@pytest.mark.parametrize(
    ("sections", "keys"),
    [
        ({"strategies": "{}"}, ["strategies"]),
        ({"strategies": "null"}, ["strategies"]),
        ({"strategies": "5"}, ["strategies"]),
        ({"strategies": "[smote]"}, ["strategies"]),
        ({"strategies": "{smote: null}"}, ["strategies.smote"]),
        ({"strategies": "{smote: {sampler: 5}}"}, ["strategies.smote.sampler"]),
        ({"strategies": "{a: {classifiers: {mlp: null}}}"}, ["strategies.a.classifiers.mlp"]),
        ({"classifiers": "{}"}, ["classifiers"]),
        ({"classifiers": "null"}, ["classifiers"]),
        ({"classifiers": "[mlp]"}, ["classifiers"]),
        ({"classifiers": "{1: {}}"}, ["classifiers.1"]),
        ({"classifiers": "{mlp: null}"}, ["classifiers.mlp"]),
        ({"classifiers": "{mlp: {hidden_layer_sizes: 32}}"}, ["classifiers"]),
        ({"classifiers": "{mlp: {hidden_layer_sizes: [0]}}"}, ["classifiers"]),
        ({"classifiers": "{mlp: {max_iter: 0}}"}, ["classifiers"]),
        ({"classifiers": "{mlp: {max_iter: '60'}}"}, ["classifiers"]),
        ({"classifiers": "{mlp: {max_iter: true}}"}, ["classifiers"]),
        ({"classifiers": "{xgboost: {objective: 'reg:squarederror'}}"}, ["classifiers"]),
        ({"cv": "{n_splits: 1, n_repeats: 0}"}, ["cv.n_splits", "cv.n_repeats"]),
        ({"cv": "{n_splits: 5}"}, ["cv.n_repeats"]),
        ({"preprocess": "{impute: mode, scale: never, max_categories: 1}"},
         ["preprocess.impute", "preprocess.scale", "preprocess.max_categories"]),
        ({"random_state": "-1"}, ["random_state"]),
        ({"random_state": "4294967296"}, ["random_state"]),
    ],
)  # fmt: skip
def test_wrong_sections_are_named_and_never_crash(
    problems: Problems, sections: dict[str, str], keys: list[str]
) -> None:
    assert [problem.split(":")[0] for problem in problems(**sections)] == keys


def test_problems_of_two_strategies_and_a_classifier_are_said_at_once(problems: Problems) -> None:
    found = problems(strategies="{a: {sampler: X}, b: {class_weight: 1}}", classifiers="{mlq: {}}", cv="{n_splits: 2}")
    assert [problem.split(":")[0] for problem in found] == [
        "cv.n_repeats", "strategies.a", "strategies.b.class_weight", "classifiers",
    ]  # fmt: skip


def test_a_balanced_ensemble_cannot_serve_every_strategy(problems: Callable[..., list[str]]) -> None:
    found = problems(classifiers={"easy_ensemble": {}})
    assert "easy_ensemble balances by itself: it cannot serve every strategy" in found[0]
