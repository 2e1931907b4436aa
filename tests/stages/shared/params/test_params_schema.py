"""Unknown keys in any section of params.yaml, by the JSON schema that the project ships."""

from collections.abc import Callable
import json
from pathlib import Path
import shutil
from typing import Any

import pytest

from stages.prepare.params import PrepareParams
from stages.report.params import ReportParams
from stages.shared.errors import InputError
from stages.shared.params import load_yaml, read_params
from stages.shared.params.schema import list_unknown_keys
from stages.split.params import SplitStageParams

ROOT = Path(__file__).parents[4]
SCHEMA = json.loads((ROOT / "params.schema.json").read_text(encoding="utf-8"))


def change(edit: Callable[[dict[str, Any]], Any]) -> list[str]:
    content = load_yaml(ROOT / "params.yaml")
    edit(content)
    return list_unknown_keys(content, SCHEMA)


def test_the_shipped_params_are_known() -> None:
    assert change(lambda params: None) == []


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda params: params.update(splitt={}), "splitt: unknown key; did you mean `split`?"),
        (lambda params: params["cv"].update(n_split=3), "cv.n_split: unknown key; did you mean `n_splits`?"),
        (lambda params: params["data"]["read"].update(zzz=1), "data.read.zzz: unknown key; allowed: separator, "),
        (
            lambda params: params["tuning"]["search"].update(hwo=1),
            "tuning.search.hwo: unknown key; did you mean `how`?",
        ),
        (lambda params: params["evaluate"]["threshold"].update(polcy="f1"), "evaluate.threshold.polcy: unknown key"),
    ],
)
def test_an_unknown_key_is_named(edit: Callable[[dict[str, Any]], Any], problem: str) -> None:
    found = change(edit)
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_free_names_and_settings_are_known() -> None:
    def edit(params: dict[str, Any]) -> None:
        params["strategies"]["own"] = {"sampler": "SMOTE", "anything": 1}
        params["classifiers"]["xgboost"]["gamma"] = 1
        params["data"]["missing"] = {"any column": ["?"]}

    assert change(edit) == []


@pytest.mark.parametrize("model", [PrepareParams, SplitStageParams, ReportParams])
def test_a_stage_refuses_unknown_keys_of_other_sections(tmp_path: Path, model: Any) -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(text.replace("\ntuning:\n", "\ntuning:\n  metrik: x\n"), encoding="utf-8")
    read_params(model, tmp_path / "params.yaml")  # without the schema it cannot know
    shutil.copy(ROOT / "params.schema.json", tmp_path)
    with pytest.raises(InputError) as error:
        read_params(model, tmp_path / "params.yaml")
    file = tmp_path / "params.yaml"
    assert error.value.problems == [f"{file}: tuning.metrik: unknown key; did you mean `metric`?"]
