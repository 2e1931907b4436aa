"""The libraries of all commands, which the process of tests.forks imports once for each worker of pytest."""

from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from importlib import import_module
import os
from pathlib import Path
from typing import Any

import dask
from dvc.utils import serialize, strictyaml
import vl_convert

DVC = (
    *(
        "cachemgr",
        "cli.parser",
        "data_cloud",
        "repo.experiments.queue.celery",
        "repo.experiments.serialize",
        "repo.index",
    ),
    *("repo.metrics.show", "repo.params.show", "repo.plots", "repo.reproduce", "scm"),
)
DASK = ("distributed.cli.dask_scheduler", "distributed.cli.dask_worker", "distributed.nanny")
LIBRARIES = (*(f"dvc.{name}" for name in DVC), *DASK, "dvc_render.vega", "dulwich.porcelain", "networkx", "pygit2")
for module in (*LIBRARIES, "stages.prepare.prepare", "stages.report.build", "tools.repro.preload"):
    import_module(module)
dask.config.set({"distributed.worker.multiprocessing-method": "fork"})  # a spawned process would import again


def remember_yaml() -> None:
    """Have DVC parse each text once: it reads params.yaml some forty times in a run, which is half of its work."""
    parsed: dict[tuple[str, str], Any] = {}
    parse = serialize.parse_yaml

    def give(text: str, path: str, typ: str = "safe") -> Any:
        if (text, typ) not in parsed:
            parsed[text, typ] = parse(text, path, typ)
        return deepcopy(parsed[text, typ])

    for module in (serialize, serialize._yaml, strictyaml):
        module.parse_yaml = give  # type: ignore[attr-defined]
    for typ in ("safe", "rt"):
        give(Path("dvc.yaml").read_text(encoding="utf-8"), "dvc.yaml", typ)


def remember_pictures(folder: Path) -> None:
    """Keep in files of `folder` what vl_convert gives: its bundle takes it three seconds, and is always the same."""

    def remember(function: Callable[..., str]) -> Callable[..., str]:
        def give(*arguments: Any, **settings: Any) -> str:
            key = sha256(repr((function.__name__, arguments, settings)).encode()).hexdigest()
            path, half = folder / key, folder / f"{key}.{os.getpid()}"
            if not path.exists():
                half.write_text(function(*arguments, **settings), encoding="utf-8", newline="")
                half.rename(path)
            return path.read_text(encoding="utf-8")

        return give

    for name in ("javascript_bundle", "vegalite_to_svg"):
        setattr(vl_convert, name, remember(getattr(vl_convert, name)))
