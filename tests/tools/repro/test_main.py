"""The command line of tools.repro: its answers before it imports DVC, and what it leaves to DVC."""

import os
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from stages.shared.errors import InputError
from stages.shared.runtime.threads import usable_cores
from tools.repro import __main__ as command
from tools.repro import workers
from tools.repro.workers import run_stages

ROOT = Path(__file__).parents[3]


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["repro", *arguments])
    for name in ("PATH", command.QUIET):  # restored afterwards
        monkeypatch.setenv(name, os.environ.get(name, ""))
    command.main()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[object, ...]]:
    """What the command calls in an empty project: ("dvc", arguments) or ("forks", jobs, last stage)."""
    calls: list[tuple[object, ...]] = []
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "dvc.yaml").touch()
    shutil.copy(ROOT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tools.repro.dvc_repo.run_dvc", lambda *arguments: calls.append(("dvc", *arguments)) or 7)
    monkeypatch.setattr("tools.repro.dvc_repo.repro", lambda *given: calls.append(("forks", *given)) or 5)
    return calls


FORKS = "Forks are safe on Linux alone, so this is plain `dvc repro`, and a stage is one process.\n"
LOCKS = "Windows has no lock between stages: start nothing else in this folder until it ends.\n"


@pytest.mark.parametrize(("platform", "said"), [("darwin", FORKS), ("win32", FORKS + LOCKS)])
def test_without_safe_forks_it_is_plain_dvc_repro_and_says_so(
    calls: list, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], platform: str, said: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setitem(sys.modules, "fcntl", None)  # as on Windows: it cannot be imported
    with pytest.raises(SystemExit) as end:
        call(monkeypatch, "-j", "3")
    assert (calls, end.value.code) == ([("dvc", "repro")], 7)
    assert capsys.readouterr().out == said


@pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")
@pytest.mark.parametrize(
    ("arguments", "given"), [(["-j", "3"], (3, None)), ([], (None, None)), (["--no-report"], (None, "evaluate"))]
)
def test_jobs_and_the_end_are_those_of_the_user(
    calls: list, monkeypatch: pytest.MonkeyPatch, arguments: list[str], given: tuple
) -> None:
    with pytest.raises(SystemExit) as end:
        call(monkeypatch, *arguments)
    assert (calls, end.value.code) == ([("forks", *given)], 5)
    assert os.environ["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)  # DVC runs this python


@pytest.mark.parametrize(
    ("module", "variables", "jobs", "expected"),
    [
        ("stages.train", {}, None, usable_cores()),
        ("stages.train", {}, 3, 3),
        ("stages.train", {"EVENHAND_ENGINE": "dask"}, None, 9),  # all of them
        ("stages.train", {"EVENHAND_LAUNCH": "srun"}, 3, 3),
        ("stages.evaluate", {"EVENHAND_ENGINE": "dask"}, None, usable_cores()),
    ],
)
def test_one_stage_per_core_runs_at_a_time_or_all_of_them_elsewhere(
    monkeypatch: pytest.MonkeyPatch, module: str, variables: dict[str, str], jobs: int | None, expected: int
) -> None:
    for name in ("EVENHAND_ENGINE", "EVENHAND_LAUNCH"):
        monkeypatch.setenv(name, variables.get(name, ""))
    monkeypatch.setattr(workers, "run_processes", lambda target, names, at_once: (names, at_once))
    assert run_stages(module, [f"{number}" for number in range(9)], jobs)[1] == expected


def test_wrong_numbers_and_other_folders_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="--jobs 0: at least 1 is needed"):
        call(monkeypatch, "-j", "0")
    with pytest.raises(InputError, match="run this from the repository root"):
        call(monkeypatch)


def test_help_answers_before_any_heavy_import() -> None:
    code = (
        "import runpy, sys\nsys.argv = ['repro', '--help']\n"
        "try:\n    runpy.run_module('tools.repro', run_name='__main__')\nexcept SystemExit:\n    pass\n"
        "print('heavy:', *{'dvc', 'numpy', 'pyarrow', 'sklearn', 'pandas'} & sys.modules.keys())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--jobs" in done.stdout
    assert done.stdout.endswith("heavy:\n")
