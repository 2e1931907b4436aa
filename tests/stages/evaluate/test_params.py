"""What evaluate accepts of params.yaml, and how it says what is wrong."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from stages.evaluate.params import POLICY_PARAMS, EvaluateParams
from stages.evaluate.thresholds.policies import POLICIES
from stages.shared.errors import InputError
from stages.shared.params import read_params

GOOD: dict[str, Any] = {
    "random_state": 42,
    "evaluate": {
        "threshold": {"policy": "f1"},
        "confidence": 0.95,
        "n_resamples": 2000,
        "cost": None,
        "deployment_prevalence": None,
        "rotate": None,
        "slices": [],
    }
    | {"rows": "all", "margin": "auto"},
    "strategies": {"baseline": {}},
    "cv": {"n_splits": 2, "n_repeats": 1},
    "select": {"strategy": "auto", "classifier": "auto", "metric": "average_precision"},
}


def read(tmp_path: Path, **evaluate: Any) -> EvaluateParams:
    path = tmp_path / "params.yaml"
    YAML(typ="safe").dump(GOOD | {"evaluate": GOOD["evaluate"] | evaluate}, path)
    return read_params(EvaluateParams, path)


def test_the_shipped_params_are_accepted() -> None:
    assert read_params(EvaluateParams).evaluate.threshold.policy in POLICIES


def test_whole_numbers_are_costs(tmp_path: Path) -> None:
    params = read(tmp_path, threshold={"policy": "cost"}, cost={"false_negative": 10, "false_positive": 1})
    assert params.evaluate.cost is not None
    assert params.evaluate.cost.false_negative == 10.0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"confidence": 0.5}, "evaluate.confidence: input should be greater than 0.5; found 0.5"),
        ({"confidence": 1.0}, "evaluate.confidence: input should be less than 1; found 1.0"),
        ({"n_resamples": 199}, "evaluate.n_resamples: input should be greater than or equal to 200; found 199"),
        ({"threshold": {"policy": "f2"}}, "evaluate.threshold.policy: input should be 'f1', 'f_beta'"),
        (
            {"cost": {"false_negative": 0, "false_positive": 1}},
            "evaluate.cost.false_negative: must be a number above 0, or a column",
        ),
        (
            {"threshold": {"policy": "min_recall", "recall": 1.1}},
            "evaluate.threshold.recall: input should be less than",
        ),
        ({"threshold": {"policy": "min_precision", "precision": 0}}, "evaluate.threshold.precision: input should be"),
        ({"threshold": {"policy": "top_share", "share": "2 %"}}, "evaluate.threshold.share: input should be a valid"),
        ({"threshold": {"policy": "f_beta", "beta": -1}}, "evaluate.threshold.beta: input should be greater than 0"),
        ({"threshold": {"policy": "f1", "betta": 1}}, "evaluate.threshold.betta: unknown key; did you mean `beta`?"),
        ({"rotate": 1}, "evaluate.rotate: input should be greater than or equal to 2; found 1"),
        ({"deployment_prevalence": 0}, "evaluate.deployment_prevalence: input should be greater than 0; found 0"),
        ({"deployment_prevalence": "1 %"}, "evaluate.deployment_prevalence: input should be a valid number"),
        (
            {"threshold": {"policy": "f1", "promise": 0.9}},
            "evaluate.threshold: only min_recall and min_precision can have a promise, not f1; leave it out",
        ),
        (
            {"threshold": {"policy": "min_recall", "recall": 0.9, "promise": 1}},
            "evaluate.threshold.promise: input should be less than 1; found 1",
        ),
        (
            {"threshold": {"policy": "min_recall", "recall": 1, "promise": 0.9}},
            "evaluate.threshold: a bound of 1 cannot be promised",
        ),
        ({"cost": {"false_negative": 2}}, "evaluate.cost.false_positive: missing"),
        ({"confidance": 0.9}, "evaluate.confidance: unknown key; did you mean `confidence`?"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, **wrong)
    assert message in str(error.value)


@pytest.mark.parametrize(("policy", "key", "example"), [(name, *own) for name, own in POLICY_PARAMS.items()])
def test_a_policy_needs_its_own_key_and_no_other(tmp_path: Path, policy: str, key: str, example: float) -> None:
    assert read(tmp_path, threshold={"policy": policy, key: example}).evaluate.threshold.policy_param == {key: example}
    with pytest.raises(InputError) as error:
        read(tmp_path, threshold={"policy": policy})
    needed = f"evaluate.threshold: {policy} needs the key `{key}`: {{policy: {policy}, {key}: {example}}}"
    assert needed in str(error.value)
    with pytest.raises(InputError) as error:
        read(tmp_path, threshold={"policy": "f1", key: example})
    assert f"evaluate.threshold: f1 has no key `{key}`, which belongs to {policy}" in str(error.value)


def test_a_key_missing_and_another_too_much_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, threshold={"policy": "min_recall", "precision": 0.5})
    assert "has no key `precision`" in str(error.value)
    assert "needs the key `recall`" in str(error.value)


def test_the_policies_without_a_key_have_none(tmp_path: Path) -> None:
    assert set(POLICY_PARAMS) < set(POLICIES)
    assert read(tmp_path).evaluate.threshold.policy_param == {}


def test_the_policy_cost_needs_costs(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, threshold={"policy": "cost"})
    assert "evaluate.threshold.policy" in str(error.value)
    assert "evaluate.cost" in str(error.value)
    assert "{false_negative: 10, false_positive: 1}" in str(error.value)
