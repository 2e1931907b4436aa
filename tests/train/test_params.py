"""Every message that a wrong `strategies`, `classifiers` or `cv` can provoke."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stages.shared.errors import InputError
from stages.shared.params import read_params
from stages.train.params import TrainParams

ROOT = Path(__file__).parents[2]

SECTIONS = {
    "random_state": "42",
    "cv": "{n_splits: 5, n_repeats: 1}",
    "preprocess": "{impute: median, scale: before_resampling, max_categories: 30}",
    "strategies": "{baseline: {}}",
    "classifiers": "{logistic_regression: {C: 1.0}}",
}

Read = Callable[..., TrainParams]
Problems = Callable[..., list[str]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(**sections: str) -> TrainParams:
        path = tmp_path / "params.yaml"
        path.write_text("".join(f"{key}: {value}\n" for key, value in {**SECTIONS, **sections}.items()))
        return read_params(TrainParams, path)

    return read


@pytest.fixture
def problems(read: Read, tmp_path: Path) -> Problems:
    """The problems of a params.yaml with these sections, without the file's name."""

    def problems(**sections: str) -> list[str]:
        with pytest.raises(InputError) as caught:
            read(**sections)
        return [problem.removeprefix(f"{tmp_path / 'params.yaml'}: ") for problem in caught.value.problems]

    return problems


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
            "k_neighbors is no setting of a strategy without a sampler; "
            "allowed: sampler, class_weight, classifiers",
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


@pytest.mark.parametrize("value", ["0.1", "1", "1.0", "auto", "minority", "{negative: 5}", "{negative: 5, positive: 9}"])
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
        ("balance", "allowed: balanced, balanced_subsample, or {negative: 1, positive: 10}; found 'balance'"),
        ("10", "allowed: balanced"),
        ("true", "allowed: balanced"),
        ("[1, 10]", "allowed: balanced"),
    ],
)
def test_a_wrong_class_weight(problems: Problems, value: str, words: str) -> None:
    (problem,) = problems(strategies=f"{{tried: {{class_weight: {value}}}}}")
    assert problem.startswith("strategies.tried.class_weight: ")
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
def test_wrong_sections_are_named_and_never_crash(problems: Problems, sections: dict[str, str], keys: list[str]) -> None:
    assert [problem.split(":")[0] for problem in problems(**sections)] == keys


def test_problems_of_two_strategies_and_a_classifier_are_said_at_once(problems: Problems) -> None:
    found = problems(strategies="{a: {sampler: X}, b: {class_weight: 1}}", classifiers="{mlq: {}}", cv="{n_splits: 2}")
    assert [problem.split(":")[0] for problem in found] == [
        "cv.n_repeats", "strategies.a", "strategies.b.class_weight", "classifiers",
    ]  # fmt: skip
