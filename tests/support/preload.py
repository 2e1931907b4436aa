"""The libraries of all commands, which the process of tests.support.forks imports once for all workers of pytest."""

from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

from distributed.config import config
from dvc.utils import serialize, strictyaml

from stages.shared.runtime import child_process

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
for module in (*LIBRARIES, "stages.prepare.prepare", "stages.report.build"):
    import_module(module)
with patch.object(child_process, "exit_with_starter"):  # the process that imports outlives its starter
    import_module("tools.repro.preload")
config["distributed"]["worker"]["multiprocessing-method"] = "fork"  # a spawned process would import again


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
