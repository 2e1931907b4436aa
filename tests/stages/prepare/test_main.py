"""The command line of prepare, run as a subprocess."""

import hashlib
import json
import os
from pathlib import Path
import subprocess
import sys

import pytest

from stages.shared.schemas.contract import Contract
from stages.shared.storage.parquet import read_table
from tests.stages.prepare.tables import GOOD, SOURCE, changed, csv, index, params_of
from tests.support.forks import call

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
OUTPUTS = ["data/prepared.parquet", "data/contract.json"]
PROBE = "import runpy, sys; runpy.run_module('stages.prepare', run_name='__main__', alter_sys=True)"


def run_stage(*arguments: str) -> subprocess.CompletedProcess[str]:
    return call("stages.prepare", *arguments, cwd=Path.cwd(), environment={**os.environ, "PYTHONWARNINGS": "error"})


def hypothyroid(repository: Path) -> None:
    params = params_of("data/raw/hypothyroid.csv", target="diagnosis", positive="hypothyroid")
    (repository / "params.yaml").write_text(json.dumps(params))
    (repository / "data/raw/hypothyroid.csv").write_bytes((ROOT / "data/raw/hypothyroid.csv").read_bytes())


def test_the_default_data_set(repository: Path) -> None:
    hypothyroid(repository)
    result = run_stage()
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "data/raw/hypothyroid.csv: 3163 rows, 25 features (18 categorical), 151 positives (4.8%), 5329 missing cells\n"
    )
    table = read_table(repository / OUTPUTS[0])
    assert table.contract.rows == table.data.num_rows == 3163
    written = Contract.model_validate_json((repository / OUTPUTS[1]).read_text())
    assert [feature.name for feature in written.features] == [feature.name for feature in table.contract.features]
    first = [hashlib.sha256((repository / path).read_bytes()).hexdigest() for path in OUTPUTS]
    subprocess.run([sys.executable, "-W", "error", "-m", "stages.prepare"], env={"PYTHONPATH": str(ROOT)}, check=True)
    assert [hashlib.sha256((repository / path).read_bytes()).hexdigest() for path in OUTPUTS] == first


def test_warnings_are_printed(repository: Path) -> None:
    index(csv(x=["7"] * 40))
    (repository / "params.yaml").write_text(json.dumps(params_of()))
    assert f"warning: {SOURCE}: column `x`: holds only the value 7" in run_stage().stdout


@pytest.mark.parametrize(
    ("content", "params", "expected"),
    [
        (None, {}, f"error: {SOURCE}: no such file"),
        ("age,sick\n1,2,3\n", {}, f"error: {SOURCE}: data row 1 has 3 cells"),
        (csv(), {"target": "sik"}, "error: params.yaml: data.target: no column `sik`"),
        (csv(), {"path": "/etc/passwd"}, "error: params.yaml: data.path: /etc/passwd"),
        (csv(age=changed(GOOD["age"], row3="inf")), {}, f"error: {SOURCE}: column `age`, data row 3: 'inf'"),
    ],
)
def test_bad_input_ends_with_exit_code_2_and_no_file(
    repository: Path, content: str | None, params: dict[str, str], expected: str
) -> None:
    index(content)
    (repository / "params.yaml").write_text(json.dumps(params_of(**params)))
    result = run_stage()
    assert result.returncode == 2
    assert result.stderr.startswith(expected)
    assert "Traceback" not in result.stderr
    assert [item.name for item in (repository / "data").iterdir()] == ["raw"]


def test_an_unwritten_output_stays_what_it_was(repository: Path) -> None:
    index(csv(sick=["yes"] * 40))
    (repository / "params.yaml").write_text(json.dumps(params_of()))
    (repository / OUTPUTS[0]).write_text("old")
    assert run_stage().returncode == 2
    assert (repository / OUTPUTS[0]).read_text() == "old"


def imported(*arguments: str) -> set[str]:
    """The modules that a run has loaded when it ends."""
    code = f"import sys, atexit; atexit.register(lambda: print(*sys.modules)); sys.argv[0] = 'prepare'; {PROBE}"
    command = [sys.executable, "-c", code, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}, check=False)
    return set(result.stdout.split())


def test_neither_pandas_nor_scikit_learn_is_imported(repository: Path) -> None:
    hypothyroid(repository)
    modules = imported()
    assert "pyarrow" in modules
    assert not modules & {"pandas", "sklearn", "scipy"}


def test_help_and_bad_params_come_before_any_heavy_import(repository: Path) -> None:
    (repository / "params.yaml").write_text("data: 3")
    assert not imported() & {"numpy", "pyarrow"}
    assert not imported("--help") & {"numpy", "pyarrow"}
    assert run_stage("--help").returncode == 0
