"""The package, built and installed once for all workers, and a repository that has used it."""

from pathlib import Path
import shutil

import pytest

from tests.pipeline.conftest import BuildOnce
from tests.pipeline.package.host import Host, make_package
from tests.pipeline.project import SMALL, small_table


@pytest.fixture(scope="session")
def package(build_once: BuildOnce) -> Path:
    return build_once("package", make_package)


@pytest.fixture(scope="session")
def finished_host(package: Path, build_once: BuildOnce) -> Path:
    """A host with packages `stages` and `tools` of its own, and a run and its scores in the folder `risk`."""

    def make(path: Path) -> None:
        path.mkdir()
        top, host = Host(path, package / "venv/bin/python"), Host(path / "risk", package / "venv/bin/python")
        top.run("git", "init", "-q", "-b", "main")
        for name in ("stages", "tools"):
            (path / name).mkdir()
            (path / name / "__init__.py").write_text("HOST = True\n")
        (path / "features.csv").write_text(small_table())
        (path / "init.txt").write_text(top.run("evenhand", "init", "risk").stdout)
        for name in ("stages", "tools"):
            shutil.copytree(path / name, host.path / name)

        def edit(params: dict) -> None:
            params.update(SMALL, strategies={name: SMALL["strategies"][name] for name in ("baseline", "class_weight")})
            params["data"].update(path="../features.csv", target="sick", positive="yes", key=["id"])
            params["evaluate"]["n_resamples"] = 200
            params["synthetic"]["n_samples"] = 100

        host.edit_params(edit)
        (path / "repro.txt").write_text(host.run("evenhand", "repro", "-j", "2").stdout)
        host.run("git", "add", "-A", "..")
        host.run("git", "commit", "-qm", "First run")
        host.run("evenhand", "predict", "../features.csv", "-o", "reports/scored.csv")

    return build_once("packaged_host", make)


@pytest.fixture
def host(finished_host: Path, package: Path, tmp_path: Path) -> Host:
    shutil.copytree(finished_host, tmp_path / "host", symlinks=True)
    return Host(tmp_path / "host/risk", package / "venv/bin/python")
