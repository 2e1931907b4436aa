"""dvc.yaml as an object in its own right: what it promises about data, code and the shell."""

import ast
from pathlib import Path
import re

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[3]
PIPELINE = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text())
STAGES = PIPELINE["stages"]
PARAMS = YAML(typ="safe").load((ROOT / "params.yaml").read_text())
#: what every stage with a folder of its own must be; refit is train's code on every row, in a stage of its own
NAMES = sorted(set(STAGES) - {"refit"})


def imports(folder: Path) -> set[str]:
    """Every project module that the code in `folder` imports, wherever in a module it does so."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module}
    return found


def test_every_stage_is_a_folder_and_every_folder_a_stage():
    folders = {path.name for path in (ROOT / "stages").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders - {"shared"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_stage_says_what_it_does_and_runs_its_own_folder(name):
    stage = STAGES[name]
    assert len(stage["desc"].split()) >= 10
    assert stage["cmd"].startswith(f"python -m stages.{name}")
    assert (ROOT / "stages" / name / "__main__.py").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_the_code_a_stage_imports_is_a_dependency(name):
    ours = {module for module in imports(ROOT / "stages" / name) if module.split(".")[0] in ("stages", "tools")}
    assert {".".join(module.split(".")[:2]) for module in ours} <= {f"stages.{name}", "stages.shared"}
    assert {f"stages/{name}", "stages/shared"} <= set(STAGES[name]["deps"])


def test_nothing_from_params_reaches_a_shell():
    assert [
        stage["cmd"] for stage in STAGES.values() if not re.fullmatch(r"python -m stages\.[a-z.]+", stage["cmd"])
    ] == []


def test_train_depends_on_no_data_but_its_own_side():
    code = {"stages/train", "stages/shared", "requirements.lock"}
    assert set(STAGES["train"]["deps"]) - code == {"data/train.parquet"}


def test_only_evaluate_depends_on_the_test_side():
    assert [name for name in NAMES if "data/test.parquet" in STAGES[name]["deps"]] == ["evaluate"]
    stages = ROOT / "stages"
    readers = {path.relative_to(stages).parts[0] for path in stages.rglob("*.py") if "paths.TEST)" in path.read_text()}
    assert readers == {"evaluate"}


def test_refit_is_measured_by_nobody():
    """It fits on the test side as well, so nothing that is measured may come after it."""
    refit = STAGES["refit"]
    assert refit["cmd"] == "python -m stages.train.refit"
    assert {"stages/train", "stages/shared", "data/prepared.parquet", "models/refit_recipe.json"} < set(refit["deps"])
    for name, stage in STAGES.items():
        for dependency in stage["deps"]:
            assert name == "refit" or not dependency.startswith(("models/refit", "models/champion")), name


def test_every_tracked_param_stands_in_params_yaml():
    for name in NAMES:
        for key in STAGES[name]["params"]:
            value = PARAMS
            for part in key.replace("${item.strategy}", "baseline").split("."):
                value = value[part]


def test_every_param_is_tracked_by_some_stage():
    tracked = {key.split(".")[0] for name in NAMES for key in STAGES[name]["params"]}
    assert tracked == set(PARAMS) - {"compare"}  # a tool's: it changes no artefact


def test_metrics_are_in_git_and_models_are_not():
    outs = [out for stage in STAGES.values() for out in stage["outs"]]
    in_git = {path for out in outs if isinstance(out, dict) for path, options in out.items() if not options["cache"]}
    assert in_git == {"metrics/strategies", "metrics/leaderboard.json", "metrics/curves", "metrics/selected.json"}
    assert PIPELINE["metrics"] == ["metrics/strategies", "metrics/selected.json"]


def test_dvc_sends_no_analytics_and_verifies_what_it_pulls():
    config = (ROOT / ".dvc" / "config").read_text()
    assert "analytics = false" in config
    assert config.count("['remote ") == config.count("verify = true") == 1
