"""The comparison of treatments for a table in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from evenhand.comparison.inputs import TABLE, write_inputs
from evenhand.model import Champion
from evenhand.results import Verdict, read_results
from evenhand.source import PACKED, PIPELINE
from stages.shared import paths
from stages.shared.errors import InputError
from stages.shared.runtime.environment import PACKAGE_LOCK
from stages.shared.storage.files import atomic_folder


@dataclass(frozen=True, eq=False)
class Comparison:
    """The results of a run: the leaderboard, the verdict in sentences, and the champion as a fitted classifier."""

    leaderboard: pd.DataFrame
    verdict: Verdict
    champion: Champion

    def __str__(self) -> str:
        return str(self.verdict)

    def _repr_html_(self) -> str:
        metric = self.leaderboard.attrs["metric"]
        columns = ("strategy", "classifier", f"cv_{metric}", metric, f"{metric}_low", f"{metric}_high")
        table = self.leaderboard[[name for name in columns if name in self.leaderboard]]
        return self.verdict._repr_html_() + table.to_html(index=False, float_format="{:.3f}".format)


def compare(
    X: pd.DataFrame,
    y: Any,
    positive: Any,
    params: Mapping[str, Any] | None,
    folder: str | os.PathLike[str] | None,
) -> Comparison:
    """Run the stages on a table in a temporary folder, and keep it as `folder` if they succeed."""
    target = None if folder is None else Path(folder).absolute()
    try:
        if target:
            _check_folder(target)
        with TemporaryDirectory(prefix="evenhand-") as temporary:
            write_inputs(Path(temporary), X, y, positive, params)
            run_command([sys.executable, "-m", "evenhand", "stages"], Path(temporary))
            if target is None:
                return _read(Path(temporary), in_memory=True)
            with atomic_folder(target) as new:
                shutil.copytree(temporary, new, dirs_exist_ok=True)
        return _read(target, in_memory=False)
    except InputError as error:
        raise ValueError("\n".join(error.problems)) from None


def _check_folder(folder: Path) -> None:
    """Raise InputError for a folder with other things than what an earlier call has left."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not ((folder / TABLE).is_file() and (folder / PACKAGE_LOCK).is_file()) or (folder / "dvc.yaml").exists():
        raise InputError(f"folder: {folder} holds other things than an earlier comparison; name another folder")


def _read(folder: Path, in_memory: bool) -> Comparison:
    results = read_results(folder)
    refitted = (folder / paths.REFIT / paths.CHAMPION_MODEL).is_file()
    champion = Champion(os.fspath(folder / (paths.REFIT if refitted else paths.CHAMPION))).fit()
    if in_memory:
        champion.folder = None
    return Comparison(results.to_frame(), results.verdict, champion)


#: exit codes that mean wrong input of the caller
INPUT, DAMAGED = 2, 3

#: the line that tools.repro.workers adds to those of a stage that failed
EXITED = re.compile(r"error: \S+: exited with \d+")


def run_command(command: list[str], folder: Path) -> None:
    """Run a command in `folder`, and print its lines on stderr. All of its processes have ended on return or error.

    Raises ValueError or RuntimeError with the lines `error: …` where the command fails.
    """
    errors = []
    with subprocess.Popen(
        command, cwd=folder, env=_make_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", errors="backslashreplace",
    ) as process:  # fmt: skip
        assert process.stdout
        try:
            for line in process.stdout:
                if line.startswith("error: "):
                    errors.append(line.rstrip())
                else:
                    print(line, end="", file=sys.stderr, flush=True)  # sys.stderr of a notebook is no file
        except BaseException:
            process.terminate()
            process.stdout.read()  # it ends when the last process of the command has ended
            raise
    if process.returncode:
        raise _describe_failure(errors, process.returncode)


def _make_environment() -> dict[str, str]:
    paths = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    if not PACKED:  # the command of a wheel is found as this module was
        paths.insert(0, os.fspath(PIPELINE))
    return {**os.environ, "PYTHONIOENCODING": "utf-8", **({"PYTHONPATH": os.pathsep.join(paths)} if paths else {})}


def _describe_failure(errors: list[str], code: int) -> Exception:
    causes = [line for line in errors if not EXITED.fullmatch(line)] or errors
    # the caller gives the label as an argument, not in params.yaml
    causes = [line.removeprefix("error: ").replace("params.yaml: data.positive:", "positive:") for line in causes]
    text = "\n".join(causes)
    if code in (INPUT, DAMAGED):
        return ValueError(text)
    return RuntimeError(text or f"the stages ended with exit code {code}; the lines above say more")
