"""`make PYTHON=…` uses that Python or refuses; CI and the classifiers name the same Pythons."""

import os
from pathlib import Path
import re
import shutil
import subprocess
import tomllib

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project whose .venv has Python 3.11.7, and two other Pythons."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name, version in {".venv/bin/python": "3.11.7", "same": "3.11.7", "other": "3.13.0"}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\necho Python {version}\n")
        file.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("target", "refused"),
    [
        (["setup"], ""),
        (["setup", "PYTHON=./same"], ""),
        (["setup", "PYTHON=./other"], ".venv has Python 3.11.7, and ./other is Python 3.13.0; run `make clean-venv`"),
    ],
)
def test_an_environment_of_another_python_is_not_taken_for_the_one_that_is_asked_for(
    folder: Path, target: list[str], refused: str
) -> None:
    # a make that runs this test passes its own PYTHON on
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--dry-run", "--assume-old=.venv/.runtime", *target],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == (2 if refused else 0)
    assert refused in done.stderr


def test_ci_runs_every_python_that_is_promised() -> None:
    jobs = YAML(typ="safe").load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    (reference,) = (step["with"]["python-version"] for step in jobs["test"]["steps"] if "python-version" in str(step))
    promised = re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["classifiers"]))
    assert [reference, *jobs["pythons"]["strategy"]["matrix"]["python"]] == promised
    assert PROJECT["requires-python"] == f">={promised[0]}"
