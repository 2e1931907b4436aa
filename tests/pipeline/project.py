"""A small copy of the project in a git repository of its own, and the ways to drive it."""

from collections.abc import Callable
from dataclasses import dataclass
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from ruamel.yaml import YAML

from tests.support.forks import call, start_server

ROOT = Path(__file__).parents[2]

SMALL = {
    "cv": {"n_splits": 2, "n_repeats": 1},
    "strategies": {
        "baseline": {},
        "class_weight": {"class_weight": "balanced"},
        "smote": {"sampler": "SMOTE", "sampling_strategy": 0.75, "k_neighbors": 5},
    },
    "classifiers": {
        "logistic_regression": {"max_iter": 1000},
        "xgboost": {"n_estimators": 10},
        "blend": {"n_rounds": 5},
    },
    "tuning": {
        "metric": "average_precision",
        "search": {"how": "exhaustive"},
        "n_splits": 2,
        "samplers": {"SMOTE": {"sampling_strategy": [0.5, 0.75]}},
        "classifiers": {"logistic_regression": {"C": [0.1, 1.0]}},
    },
}


@dataclass(frozen=True)
class Repository:
    """A git repository with the pipeline in it, and the ways to drive it."""

    path: Path

    def run(self, *command: str, check: bool = True, forks: bool = False) -> subprocess.CompletedProcess[str]:
        """A command in the repository, its output as text; a failure shows that output."""
        variables = environment(forks=forks)
        done = subprocess.run(command, cwd=self.path, env=variables, capture_output=True, text=True, timeout=400)
        if check and done.returncode:
            pytest.fail(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def call(
        self, module: str, *arguments: str, check: bool = True, warn: str = "default"
    ) -> subprocess.CompletedProcess[str]:
        """`python -m <module>` in a fork, and so the stages that it starts, with the code of this repository."""
        variables = {**environment(forks=True), "PYTHONWARNINGS": warn}
        done = call(module, *arguments, cwd=self.path, environment=variables)
        if check and done.returncode:
            pytest.fail(f"{module} {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def dvc(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A DVC command in a fork; the fixture `finished` has it and its stages as users do, in processes."""
        return self.call("dvc", *arguments, check=check)

    def repro(self, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the pipeline with tools.repro in a fork; test_repro_forks.py has it as its users do."""
        return self.call("tools.repro", "-j", "2", check=check)

    def commit(self, message: str) -> None:
        """Everything that git does not ignore, committed."""
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", message)

    def edit_params(self, edit: Callable[[dict], None]) -> None:
        """params.yaml changed in place."""
        path = self.path / "params.yaml"
        content = YAML(typ="safe").load(path.read_text())
        edit(content)
        with path.open("w") as stream:
            YAML().dump(content, stream)


def environment(*, forks: bool = False) -> dict[str, str]:
    """The variables that a stage needs; nothing of the user's git or DVC settings. DVC can run stages in forks."""
    folders = [str(start_server())] if forks and sys.platform == "linux" else []
    who = {f"GIT_{role}_{what}": "tester" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    own = {
        "PATH": os.pathsep.join([*folders, str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": os.environ["EVENHAND_TEST_HOME"],
        "DVC_SITE_CACHE_DIR": f"{os.environ['EVENHAND_TEST_HOME']}/site",
        "DVC_NO_ANALYTICS": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONWARNINGS": "default",
        "SHELL": "/bin/bash",  # DVC calls it; dash, which it takes without SHELL, hides the exit code after Ctrl-C
    }
    return {**os.environ, **who, **own}


def ran(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The stages whose command a DVC call ran, in order."""
    return re.findall(r"Running stage '([^']+)'", done.stdout)


def make_small_project(path: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if not name.startswith(("metrics/", "tests/", "docs/", "benchmarks/", "data/raw/", "dvc.lock")):
            target = path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    (path / "data" / "raw").mkdir(parents=True)
    (path / "data" / "raw" / "small.csv").write_text(small_table())
    repository = Repository(path)

    def edit(params: dict) -> None:
        params.update(SMALL)
        params["data"].update(path="data/raw/small.csv", target="sick", positive="yes", key=["id"])
        params["evaluate"]["n_resamples"] = 200
        params["synthetic"]["n_samples"] = 100

    repository.edit_params(edit)
    repository.run("git", "init", "-q", "-b", "main")
    repository.commit("The project")


def small_table(rows: int = 240) -> str:
    """A table with numbers, categories, gaps and an id; the positives are shifted, so there is something to learn."""
    random = np.random.RandomState(7)
    lines = ["id,age,dose,ward,smoker,sick"]
    for row in range(rows):
        sick = row % 6 == 0
        age, dose = random.normal(50 + 8 * sick, 10), random.normal(1.5 * sick, 1)
        ward = random.choice(["north", "south", "west"], p=[0.6, 0.3, 0.1] if sick else [0.2, 0.4, 0.4])
        smoker = "" if random.rand() < 0.1 else random.choice(["t", "f"])
        lines.append(f"p{row:03d},{age:.2f},{dose:.3f},{ward},{smoker},{'yes' if sick else 'no'}")
    return "\n".join(lines) + "\n"
