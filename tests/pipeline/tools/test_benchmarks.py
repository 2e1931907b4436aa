"""Benchmark commands that need a finished run, or clones of the repository."""

import os
from pathlib import Path

import pandas as pd
import pytest

from tests.pipeline.project import ROOT, Repository
from tests.support.forks import call

pytestmark = pytest.mark.slow


def run(cwd: Path, *command: str) -> str:
    done = call(*command, cwd=cwd, environment={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_time_of_the_pipeline_beside_its_fits(finished: Repository, tmp_path: Path) -> None:
    pd.read_csv(finished.path / "data/raw/small.csv").drop(columns="id").to_csv(tmp_path / "small.csv", index=False)
    data = [str(tmp_path / "small.csv"), "sick", "yes"]
    arguments = [
        "--data",
        *data,
        "--strategies",
        "baseline",
        "--classifiers",
        "logistic_regression",
        "--only",
        "tools.repro",
    ]
    shown = run(ROOT, "benchmarks.speed.pipeline", *arguments)
    assert "One process: " in shown
    assert "| `python -m tools.repro -j 2` | " in shown
