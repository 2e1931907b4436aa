"""Clones of the project with changed params, and the environment in which their commands run."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

ROOT = Path(__file__).parents[2]


@contextmanager
def clone_project(folder: Path) -> Iterator[Any]:
    """Clone the checked-out commit into `folder`; yield its params, and write them as the caller leaves them."""
    from ruamel.yaml import YAML

    subprocess.run(["git", "clone", "--quiet", "--no-local", str(ROOT), str(folder)], check=True)
    path, yaml = folder / "params.yaml", YAML()
    params = yaml.load(path.read_text(encoding="utf-8"))
    yield params
    with path.open("w", encoding="utf-8") as stream:
        yaml.dump(params, stream)


def shrink_params(params: dict[str, Any]) -> None:
    """Tune nothing, and use two folds and few resamples."""
    params["tuning"].update(samplers={}, classifiers={})
    params["cv"].update(n_splits=2, n_repeats=1)
    params["evaluate"]["n_resamples"] = 200


def add_selection_options(parser: ArgumentParser) -> None:
    """Add `--strategies` and `--classifiers`, which select entries of params.yaml."""
    for key in ("strategies", "classifiers"):
        parser.add_argument(f"--{key}", default="", help="only these, separated by commas (default: all)")


def select_entries(params: dict[str, Any], options: Namespace) -> None:
    """Remove the strategies and classifiers that the options do not name."""
    for key in ("strategies", "classifiers"):
        if not getattr(options, key):
            continue
        names = getattr(options, key).split(",")
        if unknown := set(names) - set(params[key]):
            raise SystemExit(f"--{key}: not in params.yaml: {', '.join(sorted(unknown))}")
        params[key] = {name: params[key][name] for name in names}


def make_environment(site_cache: Path | None = None, **variables: str) -> dict[str, str]:
    """Return the environment variables of a command in a clone, where this Python is the first on the path.

    DVC has its site cache in the folder `site_cache`, if that is given.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    dvc = {"DVC_SITE_CACHE_DIR": str(site_cache), "DVC_NO_ANALYTICS": "1"} if site_cache else {}
    return {**os.environ, "PATH": path, **dvc, **variables}
