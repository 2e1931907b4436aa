"""Report reads, checks and chooses on numpy and pyarrow; scikit-learn comes with the one model that it traces."""

from collections.abc import Callable
import os
from pathlib import Path
import subprocess
import sys

ROOT = Path(__file__).parents[2]

#: seconds of import each; pandas comes with scikit-learn
HEAVY = {"sklearn", "scipy", "pandas", "imblearn", "xgboost", "skops"}


def imported(program: str) -> set[str]:
    """The heavy libraries that are there when `program`, which runs report, says so."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = (
        "import sys, runpy\nfrom stages.shared.storage import model_file as models\n"
        f"say = lambda: print(*{HEAVY!r} & sys.modules.keys())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + program], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_nothing_heavy_is_imported_before_a_model_is_loaded(workspace: Callable[..., Path]) -> None:
    workspace()
    stop = "def stop(path):\n    say()\n    sys.exit(0)\nmodels.load_model, sys.argv = stop, ['report']\n"
    assert imported(stop + "runpy.run_module('stages.report', run_name='__main__')\n") == set()


def test_the_model_brings_scikit_learn(workspace: Callable[..., Path]) -> None:
    """Otherwise the test above would prove nothing."""
    workspace()
    whole = "sys.argv = ['report']\nfrom stages.report.__main__ import main\nmain()\nsay()\n"
    assert {"sklearn", "skops"} <= imported(whole)
