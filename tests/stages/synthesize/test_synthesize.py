"""The teaching set."""

import csv
import io
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

import numpy as np
from pydantic import ValidationError
import pytest
from sklearn.datasets import make_classification

from stages.synthesize.generate import make_csv
from stages.synthesize.params import SyntheticParams
from tests.support.forks import call

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
COURSE = {
    "n_samples": 3000, "n_features": 10, "n_informative": 6, "n_redundant": 2,
    "weights": [0.9, 0.1], "flip_y": 0.01, "random_state": 42,
}  # fmt: skip


def params(**other: Any) -> SyntheticParams:
    return SyntheticParams.model_validate({**COURSE, **other})


def run_stage(repository: Path, settings: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    (repository / "params.yaml").write_text(f"synthetic: {settings}")
    return call("stages.synthesize", cwd=repository, environment=os.environ)


def test_the_set_of_the_course_survives_the_text_to_the_bit() -> None:
    header, *rows = csv.reader(io.StringIO(make_csv(params())))
    assert header == [*(f"x{number}" for number in range(1, 11)), "target"]
    X, y = make_classification(**COURSE)
    cells = np.array(rows, dtype=float)
    assert cells[:, :-1].tobytes() == X.tobytes()
    assert cells[:, -1].tolist() == y.tolist()


def test_without_flipped_labels_the_shares_are_exact() -> None:
    rows = make_csv(params(n_samples=200, weights=[0.75, 0.25], flip_y=0.0)).splitlines()[1:]
    assert sum(row.endswith(",1") for row in rows) == 50


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"n_informative": 9}, "must not exceed n_features"),
        ({"weights": [0.9, 0.2]}, "must add up to 1"),
        ({"weights": [0.9]}, "at least 2 items"),
        ({"weights": [1.0, 0.0]}, "less than 1"),
        ({"n_samples": 3000.0}, "integer"),
        ({"n_informative": 1}, "greater than or equal to 2"),
        ({"random_state": -1}, "greater than or equal to 0"),
        ({"flip": 0.1}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_be(other: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        params(**other)


def test_the_command_writes_the_same_bytes_twice(tmp_path: Path) -> None:
    result = run_stage(tmp_path, COURSE)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "data/raw/synthetic.csv: 3000 rows, 10 features, 307 positives\n"
    written = (tmp_path / "data/raw/synthetic.csv").read_bytes()
    command = [sys.executable, "-m", "stages.synthesize"]
    subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=True)
    assert (tmp_path / "data/raw/synthetic.csv").read_bytes() == written


def test_bad_params_leave_no_file(tmp_path: Path) -> None:
    result = run_stage(tmp_path, {**COURSE, "n_samples": 3})
    assert result.returncode == 2
    assert result.stderr.startswith("error: params.yaml: synthetic.n_samples: ")
    assert not (tmp_path / "data").exists()
