"""The door of plots outside a project."""

from pathlib import Path
import subprocess
import sys

ROOT = Path(__file__).parents[3]


def test_outside_a_project_it_ends_in_a_message(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.plots"],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("error: dvc plots show: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "reports").exists()
