"""Small finished runs in a git repository, made by hand: metrics, params and locks as the pipeline writes them."""

from collections.abc import Callable
import hashlib
import json
import os
from pathlib import Path
import subprocess
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from stages.evaluate.uncertainty.bootstrap import bootstrap
from stages.evaluate.uncertainty.intervals import compute_intervals
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared import paths
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.contract import GROUP, ROW
from stages.shared.storage.files import write_json
from stages.shared.storage.parquet import write_columns
from tools.compare.params import CompareParams
from tools.compare.revisions.git import Revision
from tools.compare.revisions.records import CandidateRecord, Leaderboard, Lock
from tools.compare.revisions.snapshot import Snapshot

#: 20 positives before 40 negatives
Y = np.repeat([1, 0], [20, 40]).astype(np.int64)

#: candidate -> how far its positives are lifted above its negatives
LIFTS = {"baseline/forest": 0.2, "smote/forest": 0.1}

#: of the train rows, three folds with the classes of `Y`
TRAIN_Y, FOLD = np.tile(Y, 3), np.repeat(np.arange(3), len(Y))

#: hashes in dvc.lock: of the raw table, of stages/shared
RAW, CODE = "4a" * 16, "c0" * 16

PIPELINE = {
    "stages": {
        name: {"cmd": f"python -m stages.{name}", "outs": [{path: {"cache": False}}]}
        for name, path in (("prepare", "data/prepared"), ("evaluate", "metrics/leaderboard.json"), ("report", "x"))
    },
    "metrics": ["metrics/strategies", "metrics/selected.json"],
}


def params(**changes: Any) -> dict[str, Any]:
    """What stands in params.yaml."""
    return {
        "random_state": 42,
        "data": {"path": "data/raw/t.csv", "target": "sick", "positive": "yes"},
        "strategies": {"baseline": {}, "smote": {"sampler": "SMOTE", "k_neighbors": 5}},
        "select": {"strategy": "auto", "metric": "average_precision"},
        "compare": {"tolerance": 0.0},
        **changes,
    }


def scores(lift: float, random_state: int = 0) -> np.ndarray:
    """Scores that are noise, with the positives lifted."""
    return np.clip(np.random.RandomState(random_state).uniform(0.1, 0.7, len(Y)) + lift * Y, 0, 1)


def oof_scores(lift: float) -> np.ndarray:
    """Out-of-fold scores, like `scores` in each fold."""
    return np.concatenate([scores(lift, random_state=fold + 1) for fold in range(3)])


def candidate(name: str, lift: float, threshold: float = 0.5) -> dict[str, Any]:
    """A candidate of the leaderboard, measured as evaluate measures it."""
    strategy, classifier = name.split("/")
    measured = bootstrap(Y, [MetricEvaluator(Y, scores(lift), threshold)], 2, 0)[0]
    values = {
        key: value
        for family in ("ranking", "probabilities", "decisions")
        for key, value in measured.values[family].items()
    }
    oof = oof_scores(lift)
    folds = [METRICS["average_precision"].score(Y, oof[fold == FOLD]) for fold in range(3)]
    return {
        "strategy": strategy, "classifier": classifier, "threshold": threshold,
        "cv": {"average_precision": {"mean": float(np.mean(folds))}},
        "test": {**values, **measured.counts["decisions"]},
        "intervals": {key: list(interval) for key, interval in compute_intervals(measured, 0.95).items()},
    }  # fmt: skip


def make_leaderboard(lifts: dict[str, float], **settings: Any) -> dict[str, Any]:
    """The leaderboard of candidates, one a strategy."""
    candidates = [candidate(name, lift) for name, lift in lifts.items()]
    size = {"rows": len(Y), "positives": int(Y.sum())}
    return {
        "data": {"source": "data/raw/t.csv", "target": "sick", "positive": "yes", "train": size, "test": size},
        "settings": {"metric": "average_precision", "confidence": 0.95, "n_resamples": 200, **settings},
        "candidates": candidates,
        "strategies": [{key: row[key] for key in ("strategy", "classifier")} for row in candidates],
    }


def lock(files: dict[str, str], content: dict[str, Any], code: str = CODE, raw: str = RAW) -> dict[str, Any]:
    """dvc.lock, with the hashes of `files`."""
    shared = {key: value for key, value in content.items() if key != "compare"}
    return {
        "schema": "2.0",
        "stages": {
            "prepare": {
                "cmd": "python -m stages.prepare",
                "deps": [{"path": "data/raw/t.csv", "md5": raw, "size": 9}, {"path": "stages/shared", "md5": code}],
                "params": {"params.yaml": {"data": content["data"]}},
            },
            "evaluate": {
                "cmd": "python -m stages.evaluate",
                "deps": [{"path": "stages/shared", "md5": code}],
                "params": {"params.yaml": {key: value for key, value in shared.items() if key != "data"}},
                "outs": [{"path": path, "md5": md5} for path, md5 in files.items()],
            },
            "report": {"cmd": "python -m stages.report"},
        },
    }


def write_run(
    folder: Path,
    lifts: dict[str, float] = LIFTS,
    champion: str = "baseline/forest",
    *,
    raw: str = RAW,
    code: str = CODE,
    cached: bool = True,
    oof: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    edit: Callable[[dict[str, Any]], None] = lambda leaderboard: None,
    **changes: Any,
) -> None:
    """Everything that a run leaves in git, with its scores in the DVC cache where they are `cached`.

    With `oof` the effects are of all rows; it may edit the columns of oof.parquet, which are cached as well.
    """
    settings = {"rows": "all", "margins": {"average_precision": 0.02}} if oof else {}
    leaderboard, content = make_leaderboard(lifts, **settings), params(**changes)
    edit(leaderboard)
    write_json(folder / paths.LEADERBOARD, leaderboard)
    for row in leaderboard["candidates"]:
        flat = {"classifier": row["classifier"], "threshold": row["threshold"], **row["test"]}
        flat["cv_average_precision"] = row["cv"]["average_precision"]["mean"]
        write_json(folder / paths.STRATEGY_METRICS / f"{row['strategy']}.json", flat)
        if f"{row['strategy']}/{row['classifier']}" == champion:
            write_json(folder / paths.SELECTED, {"strategy": row["strategy"], **flat})
    write_columns(
        folder / paths.TEST_SCORES,
        {"row": np.arange(len(Y)), "y": Y, **{name: scores(lift) for name, lift in lifts.items()}},
    )
    hashes = {str(path): md5(folder / path) for path in (paths.LEADERBOARD, paths.SELECTED)}
    hashes[str(paths.TEST_SCORES)] = to_cache(folder, folder / paths.TEST_SCORES, cached)
    if oof:
        hashes |= write_oof(folder, lifts, oof)
    for name, written in (
        ("params.yaml", content),
        ("dvc.yaml", PIPELINE),
        ("dvc.lock", lock(hashes, content, code, raw)),
    ):
        with (folder / name).open("w") as stream:
            YAML().dump(written, stream)


def write_oof(
    folder: Path, lifts: dict[str, float], edit: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, str]:
    """The out-of-fold scores and the test rows in the cache; returns their hashes in dvc.lock."""
    write_columns(folder / paths.TEST, {ROW: np.arange(len(Y)), GROUP: np.arange(len(Y))})
    hashes = {str(paths.TEST): to_cache(folder, folder / paths.TEST)}
    for name, lift in lifts.items():
        strategy, classifier = name.split("/")
        row = np.arange(len(TRAIN_Y)) + len(Y)
        columns = {"row": row, "group": row, "fold": FOLD, "y": TRAIN_Y, classifier: oof_scores(lift)}
        path = folder / paths.MODELS / strategy / paths.OOF
        write_columns(path, edit(columns))
        listing = path.with_name("listing")
        listing.write_text(json.dumps([{"md5": to_cache(folder, path), "relpath": paths.OOF}]))
        hashes[str(paths.MODELS / strategy)] = to_cache(folder, listing, ending=".dir")
    return hashes


def to_cache(folder: Path, path: Path, kept: bool = True, ending: str = "") -> str:
    """Move a file into the DVC cache, or delete it; returns its hash."""
    name = md5(path) + ending
    cache = folder / ".dvc/cache/files/md5" / name[:2] / name[2:]
    cache.parent.mkdir(parents=True, exist_ok=True)
    path.replace(cache)
    if not kept:
        cache.unlink()
    return name


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def git(folder: Path, *command: str) -> str:
    """A git command in the folder."""
    who = {f"GIT_{role}_{what}": "tester" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    own = {**os.environ, **who, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(["git", *command], cwd=folder, env=own, check=True, capture_output=True, text=True).stdout


def commit(folder: Path, message: str = "A run") -> None:
    """Everything but the cache, committed."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
        (folder / ".gitignore").write_text("/.dvc/cache\n/.dvc/tmp\n/data\n/models\n")
        (folder / ".dvc").mkdir(exist_ok=True)
        (folder / ".dvc/config").write_text("[core]\n    analytics = false\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)


def snapshot(lifts: dict[str, float] = LIFTS, champion: str = "baseline/forest", **changes: Any) -> Snapshot:
    """A snapshot that was never in any repository."""
    leaderboard = json.loads(json.dumps(make_leaderboard(lifts)))
    content = params(**changes.pop("params", {}))
    parsed = Leaderboard.model_validate_json(json.dumps({**leaderboard, **changes.pop("leaderboard", {})}))
    selected = parsed.candidate(*champion.split("/"))
    assert selected
    return Snapshot(
        Revision("some", "0" * 40), content, CompareParams.model_validate(content),
        Lock.model_validate(changes.pop("lock", lock({}, content))), parsed, selected,
        changes.pop("doubts", []),
    )  # fmt: skip


def as_candidate(name: str, lift: float, threshold: float = 0.5) -> CandidateRecord:
    """A candidate as the review reads it."""
    return CandidateRecord.model_validate_json(json.dumps(candidate(name, lift, threshold)))
