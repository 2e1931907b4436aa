"""The comparison of treatments for a table in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
import os
from pathlib import Path
import shutil
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from evenhand.comparison.inputs import TABLE, write_inputs
from evenhand.comparison.running import run_every_stage
from evenhand.model import Champion
from evenhand.results import Verdict, read_results
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
        wanted = ("strategy", "classifier", f"cv_{metric}", metric, f"{metric}_low", f"{metric}_high")
        shown = self.leaderboard[[name for name in wanted if name in self.leaderboard]]
        return self.verdict._repr_html_() + shown.to_html(index=False, float_format="{:.3f}".format)


def compare(
    X: pd.DataFrame,
    y: Any,
    positive: Any,
    params: Mapping[str, Any] | None,
    folder: str | os.PathLike[str] | None,
) -> Comparison:
    """Run the stages on a table in a temporary folder, and keep it as `folder` if they succeed."""
    kept = None if folder is None else Path(folder).absolute()
    try:
        if kept:
            _check_folder(kept)
        with TemporaryDirectory(prefix="evenhand-") as temporary:
            write_inputs(Path(temporary), X, y, positive, params)
            run_every_stage(Path(temporary))
            if kept is None:
                return _read(Path(temporary), in_memory=True)
            with atomic_folder(kept) as new:
                shutil.copytree(temporary, new, dirs_exist_ok=True)
        return _read(kept, in_memory=False)
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
