"""What evaluate accepts of params.yaml, and how it says what is wrong."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from stages.evaluate.params import EvaluateParams
from stages.shared.errors import InputError
from stages.shared.params import read_params

GOOD: dict[str, Any] = {
    "random_state": 42,
    "evaluate": {"threshold": {"policy": "f1"}, "confidence": 0.95, "n_resamples": 2000, "cost": None},
    "strategies": {"baseline": {}},
    "select": {"strategy": "auto", "classifier": "auto", "metric": "average_precision"},
}


def read(tmp_path: Path, **evaluate: Any) -> EvaluateParams:
    path = tmp_path / "params.yaml"
    YAML(typ="safe").dump(GOOD | {"evaluate": GOOD["evaluate"] | evaluate}, path)
    return read_params(EvaluateParams, path)


def test_the_shipped_params_are_accepted() -> None:
    assert read_params(EvaluateParams).evaluate.threshold.policy in ("f1", "g_mean", "balanced_accuracy", "cost")


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
        ({"threshold": {"policy": "f2"}}, "evaluate.threshold.policy: input should be 'f1', 'g_mean'"),
        ({"cost": {"false_negative": 0, "false_positive": 1}}, "evaluate.cost.false_negative: input should be greater"),
        ({"cost": {"false_negative": 2}}, "evaluate.cost.false_positive: missing"),
        ({"confidance": 0.9}, "evaluate.confidance: unknown key; did you mean `confidence`?"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, **wrong)
    assert message in str(error.value)


def test_the_policy_cost_needs_costs(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, threshold={"policy": "cost"})
    assert "evaluate.threshold.policy" in str(error.value)
    assert "evaluate.cost" in str(error.value)
    assert "{false_negative: 10, false_positive: 1}" in str(error.value)
