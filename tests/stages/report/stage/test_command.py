"""The command of the stage: what it imports, and how it ends."""

import os
from pathlib import Path
import subprocess
import sys

import pytest

from tests.stages.report.made.factory import Treatment
from tests.support.forks import call

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]
SMOTE = Treatment("smote", sampler="SMOTENC")


def run_python(program):
    """Run a program of report in the working directory, in a process of its own."""
    return subprocess.run(
        [sys.executable, *program], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def find_heavy_imports(program):
    """Return the heavy libraries that are loaded at the end of `program` or when it calls `stop`."""
    setup = (
        "import runpy, sys\n"
        "heavy = {'sklearn', 'scipy', 'pandas', 'imblearn', 'xgboost', 'skops'}\n"
        "def stop(*_):\n    print(*heavy & sys.modules.keys())\n    sys.exit()\n"
    )
    done = run_python(["-c", setup + program + "\nstop()"])
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


RUN = (
    "try:\n    runpy.run_module('stages.report', run_name='__main__')\nexcept SystemExit as end:\n    code = end.code\n"
)


@pytest.mark.parametrize("argument", ["--help", "--no-such-option"])
def test_the_command_line_imports_nothing_heavy(workspace, argument):
    workspace(SMOTE)
    check = "assert code in (0, 2)\nassert not {'jinja2', 'pyarrow'} & sys.modules.keys()\nsys.stdout = sys.__stdout__"
    quiet = f"import io\nsys.argv, sys.stdout = ['report', '{argument}'], io.StringIO()\n"
    assert find_heavy_imports(quiet + RUN + check) == set()


def test_nothing_heavy_is_imported_before_a_model_is_loaded(workspace):
    workspace()
    setup = "from stages.shared.storage import model_file\nload, sys.argv = model_file.load_model, ['report']\n"
    run = RUN.replace("SystemExit", "ValueError")
    assert find_heavy_imports(f"{setup}model_file.load_model = stop\n{run}") == set()
    load = "model_file.load_model = lambda *arguments: stop(load(*arguments))\n"
    assert {"sklearn", "skops"} <= find_heavy_imports(setup + load + run)


def test_a_wrong_select_ends_with_a_message_and_code_2(workspace):
    workspace(SMOTE, select={"strategy": "smot"})
    done = call("stages.report", cwd=Path.cwd(), environment=os.environ)
    assert done.returncode == 2
    assert done.stderr == (
        "error: params.yaml: select.strategy: no such strategy; found 'smot'; allowed: auto, baseline, smote\n"
    )
