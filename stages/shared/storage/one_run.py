"""The check that metrics/ and models/champion come from one run.

A run that was killed, restored in part or merged by hand can leave new files beside old ones.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stages.shared import paths
from stages.shared.errors import IntegrityError
from stages.shared.messages import command
from stages.shared.schemas.base import parse
from stages.shared.storage.files import read_json

#: what models/champion/champion.json and metrics/selected.json have in common
FACTS = ("strategy", "classifier", "threshold")


def check_one_run(leaderboard: Mapping[str, Any], selected: bool = True) -> dict[str, Any]:
    """Return metrics/selected.json. Raises IntegrityError if a file does not agree with `leaderboard`.

    `leaderboard` is the content of metrics/leaderboard.json. Each file of a strategy must agree with the candidate
    there. So must metrics/selected.json, and models/champion if present (a clone has it after `dvc pull`). Without
    `selected` the last two are not read, because report is about to write them.
    """
    candidates = {(item["strategy"], item["classifier"]): _flatten(item) for item in leaderboard["candidates"]}
    rows = [candidates.get((row["strategy"], row["classifier"])) for row in leaderboard["strategies"]]
    names = [row["strategy"] for row in leaderboard["strategies"]]
    files = [paths.STRATEGY_METRICS / f"{name}.json" for name in names]
    mismatched = [
        path for path, name, row in zip(files, names, rows, strict=True) if {"strategy": name, **_read(path)} != row
    ]
    content = _read(paths.SELECTED) if selected else {}
    if selected and content != candidates.get((content.get("strategy"), content.get("classifier"))):
        mismatched.append(paths.SELECTED)
    champion = paths.CHAMPION / paths.CHAMPION_FACTS
    if selected and champion.is_file():
        facts = _read(champion)
        if any(facts.get(key) != content.get(key) for key in FACTS):
            mismatched.append(champion)
    if mismatched:
        fix = command("python -m tools.repro")
        raise IntegrityError(
            f"{', '.join(map(str, mismatched))}: not of the run of {paths.LEADERBOARD}; run `{fix}`, or "
            "restore one run with `git checkout HEAD metrics dvc.lock` and `dvc checkout`"
        )
    return content


def _flatten(candidate: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "strategy": candidate["strategy"],
        "classifier": candidate["classifier"],
        "threshold": candidate["threshold"],
        **candidate["test"],
        "cv_average_precision": candidate.get("cv", {}).get("average_precision", {}).get("mean"),
    }


def _read(path: Path) -> dict[str, Any]:
    return parse(dict[str, Any], path, read_json(path))
