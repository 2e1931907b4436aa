"""`--help` and wrong params answer at once: before numpy, pyarrow or scikit-learn is imported."""

import os
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]

#: the numerical libraries, none of which may be imported before params are known to be right
HEAVY = {"numpy", "pandas", "pyarrow", "sklearn", "imblearn", "xgboost", "skops", "scipy"}


def imported(folder: Path, *arguments: str) -> tuple[int, list[str], str]:
    """Exit code of the command, the heavy modules that it imported, and what it said."""
    code = (
        "import atexit, runpy, sys\n"
        f"atexit.register(lambda: print('\\n', *({HEAVY!r} & sys.modules.keys())))\n"
        f"sys.argv = ['stages.train', *{arguments!r}]\n"
        "runpy.run_module('stages.train', run_name='__main__')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return process.returncode, process.stdout.splitlines()[-1].split(), process.stdout + process.stderr


def test_help_answers_before_any_heavy_import(tmp_path: Path) -> None:
    code, heavy, said = imported(tmp_path, "--help")
    assert (code, heavy) == (0, [])
    assert "Train one strategy on data/train.parquet" in said
    assert "--strategy" in said


def test_wrong_params_answer_before_any_heavy_import(tmp_path: Path) -> None:
    shipped = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(shipped.replace("sampler: ADASYN,", "sampler: ADASIN,"), encoding="utf-8")
    code, heavy, said = imported(tmp_path, "--strategy", "smote")
    assert (code, heavy) == (2, [])
    assert "error: params.yaml: strategies.adasyn: no such sampler as ADASIN; did you mean `ADASYN`?" in said
    assert said.count("error: ") == 1
    assert "Traceback" not in said


def test_the_spy_sees_heavy_imports(tmp_path: Path) -> None:
    """Otherwise the two tests above would prove nothing. There is no table, so it ends after the imports."""
    shutil.copy(ROOT / "params.yaml", tmp_path)
    code, heavy, _ = imported(tmp_path, "--strategy", "smote")
    assert code == 2
    assert {"numpy", "pyarrow", "sklearn"} <= set(heavy)
