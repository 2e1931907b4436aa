"""A small copy of the project for attacks: few rows, two strategies, one classifier."""

from pathlib import Path
import shutil
import subprocess

import psutil

from benchmarks.shared.clone import clone_project, shrink_params
from stages.shared.storage.files import sha256

#: the files and folders that a run makes
OUTPUTS = (
    "dvc.lock", "data/prepared.parquet", "data/contract.json", "data/train.parquet", "data/test.parquet",
    "data/test_scores.parquet", "data/raw/synthetic.csv", "models", "metrics", "reports", ".dvc/cache", ".dvc/tmp",
)  # fmt: skip


def make_project(folder: Path) -> None:
    """Clone the checked-out commit into `folder`, and make it small; nothing has run there."""
    with clone_project(folder) as params:
        params["strategies"] = {"baseline": {}, "under": {"sampler": "RandomUnderSampler", "sampling_strategy": 0.5}}
        params["classifiers"] = {"logistic_regression": {"max_iter": 1000}}
        shrink_params(params)
        params["synthetic"]["n_samples"] = 100
    table = folder / params["data"]["path"]
    table.write_text("".join(table.read_text(encoding="utf-8").splitlines(True)[:601]), encoding="utf-8")
    reset(folder)
    commit(folder, "Small, and nothing has run")


def commit(folder: Path, message: str) -> None:
    """Commit every file."""
    identity = ("-c", "user.name=attack", "-c", "user.email=attack@localhost")
    for command in (["add", "--all"], [*identity, "commit", "--quiet", "--message", message]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def reset(folder: Path) -> None:
    """Remove the outputs of all runs."""
    for name in OUTPUTS:
        remove(folder / name)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def hash_artefacts(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file that a run makes, but DVC's own."""
    tops = [folder / name for name in OUTPUTS if not name.startswith(".dvc")]
    files = [path.relative_to(folder) for top in tops for path in (top, *top.rglob("*")) if path.is_file()]
    whole = [path for path in files if ".tmp" not in {Path(part).suffix for part in path.parts}]
    return {str(path): sha256(folder / path) for path in whole}


def find_processes(folder: Path) -> list[psutil.Process]:
    """Return the processes whose working directory is `folder`."""
    return [
        process
        for process in psutil.process_iter(["cwd", "status"])
        if process.info["cwd"] == str(folder) and process.info["status"] != psutil.STATUS_ZOMBIE
    ]
