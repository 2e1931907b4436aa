"""Every benchmark command that the documentation names runs, with tiny sizes."""

import os
from pathlib import Path
import re
import shlex
import shutil
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from tests.stages.report.browser.conftest import TREATMENTS, make_report
from tests.support.forks import call

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

#: arguments that make a command take seconds; FOLDER has two small data sets, RESULTS is a new file
TINY = {
    "benchmarks.course": "--rows 300 --trees 5",
    "benchmarks.explanation": "--runs 2 --fresh 2000",
    "benchmarks.gallery": "--datasets FOLDER --only visits --strategies baseline --classifiers logistic_regression",
    "benchmarks.reliability.flips": "--count 6",
    "benchmarks.reliability.hostile": "--params 1 --tables 1 --scored 1 --faults 2",
    "benchmarks.reliability.kills": "--kills 1",
    "benchmarks.speed.engine": "--rows 8000 --columns 3 --splits 2 --cores 1 2",
    "benchmarks.speed.grid": "--pairs 1 --only '3,000 × 10, against n_jobs=1'",
    "benchmarks.speed.intake": "RESULTS --rows 2000 --columns 4",
    "benchmarks.speed.parts": "RESULTS --rows 20000 --columns 4 --keep 0.2 --trees 5 --strategies baseline smote",
    "benchmarks.speed.predict": "--rows 10 --kinds csv --pairs 1 --columns 4 --trees 5",
    "benchmarks.speed.samplers": "--pairs 1 --only '2,000'",
    "benchmarks.speed.size": "--rows 20000 --columns 4 --trees 5 --strategies smote under_20",
    "benchmarks.suites.champions": "--datasets FOLDER --results RESULTS --only small",
    "benchmarks.suites.verdicts": "--datasets FOLDER --results RESULTS --only phoneme",
    "benchmarks.suites.choice": "--datasets FOLDER --results RESULTS --draws 1 --only phoneme",
    "benchmarks.selection.promises": "--runs 2 --only 'linear, 5 %' --positives 40 --classifiers logistic_regression",
    "benchmarks.selection.promises_of_scores": "--runs 2",
    "benchmarks.verdict.coverage": "--runs 2",
    "benchmarks.suites.negatives": "--rows 20000 --columns 4 --keep 0.2 --draws 2 --strategies baseline random_under",
    "benchmarks.suites.directions": "--datasets FOLDER --only small",
    "benchmarks.verdict.effects": "--runs 2 --only 'linear, 1,000 rows' --classifiers logistic_regression",
    "benchmarks.verdict.rotation": "--runs 2 --only 'linear, 1,000 rows'",
    "benchmarks.verdict.false_claims": "--runs 2",
    "benchmarks.verdict.gate": "--runs 2 --classifiers logistic_regression",
    "benchmarks.verdict.groups": "--runs 2",
    "benchmarks.verdict.weights": "--runs 2",
    "benchmarks.verdict.operating_points": "--runs 1",
    "benchmarks.selection.shuffled_folds": "--runs 1",
    "benchmarks.selection.tuning_bias": "--runs 1",
    "benchmarks.selection.winners_curse": "--runs 2",
}

#: commands that need a report, or clones of the repository; the last runs in tests/pipeline
OTHERS = {"benchmarks.page", "benchmarks.speed.pipeline"}


def test_every_documented_command_is_run_here() -> None:
    texts = [path.read_text() for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))]
    documented = {name for text in texts for name in re.findall(r"python -m (benchmarks\.[a-z_.]*[a-z_])", text)}
    assert documented == set(TINY) | OTHERS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite of two data sets, a tenth of their rows positive; of the rows of `phoneme` 1,000 are used."""
    path, random = tmp_path_factory.mktemp("suite"), np.random.RandomState(0)
    for name, rows in (("small", 240), ("phoneme", 5404)):
        (path / name).mkdir()
        lines = ["a,b,c,target"]
        for row in range(rows):
            y = int(row % 10 == 0)
            lines.append(f"{random.normal(y):.4f},{random.normal(-y):.4f},{random.choice(['u', 'v'])},{y}")
        (path / name / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return path


def run(name: str, *arguments: str, cwd: Path = ROOT) -> str:
    done = call(name, *arguments, cwd=cwd, environment={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def small_params(tmp_path_factory: pytest.TempPathFactory, small_classifiers: dict[str, dict[str, Any]]) -> Path:
    """A working folder for the commands that train what params.yaml names: fewer strategies, small classifiers."""
    path = tmp_path_factory.mktemp("small_params")
    params = YAML(typ="safe").load(ROOT / "params.yaml")
    for name in set(params["strategies"]) - {"baseline", "class_weight", "random_under", "random_over", "smote"}:
        del params["strategies"][name]
    params["classifiers"] = {name: small_classifiers[name] for name in params["classifiers"]}
    params["tuning"].update(samplers={}, classifiers={"logistic_regression": {"C": [0.1, 1.0]}})
    YAML(typ="safe").dump(params, path / "params.yaml")
    shutil.copy(ROOT / "requirements.lock", path)
    return path


@pytest.mark.parametrize("name", TINY)
def test_a_command_prints_a_table(name: str, folder: Path, small_params: Path, tmp_path: Path) -> None:
    places = {"FOLDER": str(folder), "RESULTS": str(tmp_path / "results")}
    cwd = small_params if "FOLDER" in TINY[name] else ROOT
    shown = run(name, *(places.get(word, word) for word in shlex.split(TINY[name])), cwd=cwd)
    assert re.search(r"^\|(:?-+:?\|)+", shown.replace(" ", ""), re.MULTILINE), shown
    assert shown.count("\n|") >= 2


def test_the_page_is_measured_in_a_browser(tmp_path: Path) -> None:
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("NO BROWSER: the benchmark of the page was NOT run")
    make_report(tmp_path, *TREATMENTS)
    assert "| requests besides the file itself | 0 | 0 |" in run("benchmarks.page", "--openings", "1", cwd=tmp_path)
    assert (tmp_path / "docs/images/report-light.png").is_file()
