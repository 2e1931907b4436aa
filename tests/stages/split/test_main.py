"""The command line of split, run as a subprocess."""

import hashlib
import json
import os
from pathlib import Path
import subprocess
import sys

import pytest

from stages.shared.paths import PREPARED
from stages.shared.storage.parquet import read_table, write_table
from tests.stages.split.tables import table_of
from tests.support.forks import call

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
OUTPUTS = ["data/train.parquet", "data/test.parquet"]


def run(repository: Path, *program: str, **split: object) -> subprocess.CompletedProcess[str]:
    """Run the stage with these settings in a fork, or a program in a process of its own."""
    section = {
        "test_size": 0.25,
        "group": None,
        "time": None,
        "duplicates": "auto",
        "rotation": None,
        "gap": None,
        "negatives": None,
        **split,
    }
    (repository / "params.yaml").write_text(json.dumps({"random_state": 42, "split": section, "cv": {"n_splits": 5}}))
    if not program:
        return call("stages.split", cwd=repository, environment={**os.environ, "PYTHONWARNINGS": "error"})
    return subprocess.run(
        [sys.executable, "-W", "error", *program],
        capture_output=True, text=True, cwd=repository, env={"PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip


def test_the_shape_of_the_default_data_set(tmp_path: Path) -> None:
    write_table(tmp_path / PREPARED, table_of([1] * 151 + [0] * 3012))
    result = run(tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "data/train.parquet: 2372 rows, 113 positives (4.8%); stratified",
        "data/test.parquet: 791 rows, 38 positives (4.8%); stratified",
    ]
    assert read_table(tmp_path / OUTPUTS[1]).data.num_rows == 791
    first = [hashlib.sha256((tmp_path / path).read_bytes()).hexdigest() for path in OUTPUTS]
    run(tmp_path, "-m", "stages.split")
    assert [hashlib.sha256((tmp_path / path).read_bytes()).hexdigest() for path in OUTPUTS] == first


def test_errors_have_exit_code_2_and_write_nothing(tmp_path: Path) -> None:
    assert run(tmp_path).stderr.startswith("error: data/prepared.parquet: no such file")
    assert run(tmp_path, test_size=1.0).stderr.startswith("error: params.yaml: split.test_size: ")
    write_table(tmp_path / PREPARED, table_of([1] * 20 + [0] * 80))
    result = run(tmp_path, test_size=0.01)
    assert result.returncode == 2
    assert result.stderr.startswith("error: params.yaml: split.test_size: the test set would have no positive row")
    assert "Traceback" not in result.stderr
    assert [item.name for item in (tmp_path / "data").iterdir()] == ["prepared.parquet"]


def test_neither_pandas_nor_scikit_learn_is_imported(tmp_path: Path) -> None:
    write_table(tmp_path / PREPARED, table_of([1] * 20 + [0] * 80))
    code = (
        "import atexit, runpy, sys; atexit.register(lambda: print(*sys.modules)); sys.argv[0] = 'split'; "
        "runpy.run_module('stages.split', run_name='__main__', alter_sys=True)"
    )
    modules = set(run(tmp_path, "-c", code).stdout.split())
    assert "pyarrow" in modules
    assert not modules & {"pandas", "sklearn", "scipy"}
