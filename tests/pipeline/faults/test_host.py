"""The pipeline as a folder of another project: the table, DVC and git are the host's."""

from collections.abc import Callable
import json
from pathlib import Path
import shutil

import pytest

from tests.pipeline.faults.test_damage import flip
from tests.pipeline.project import SMALL, Repository, make_small_project, ran
from tools.rotate.work_tree import copy_work_tree

pytestmark = pytest.mark.slow

#: a stage of the host that uses a result, and one whose result is none of the pipeline's business
HOST = """stages:
  copy:
    cmd: cp evenhand/metrics/selected.json used.json
    deps: [evenhand/metrics/selected.json]
    outs: [used.json]
  other:
    cmd: echo 1 > other.txt
    outs: [other.txt]
"""


def make_host(path: Path) -> None:
    folder = path / "evenhand"
    make_small_project(folder)
    shutil.rmtree(folder / ".git")
    host, pipeline = Repository(path), Repository(folder)
    host.run("git", "init", "-q", "-b", "main")
    host.dvc("init", "-q")
    (folder / ".dvc/plots").rename(path / ".dvc/plots")
    shutil.rmtree(folder / ".dvc")
    (folder / "data/raw/small.csv").rename(path / "features.csv")
    host.dvc("add", "features.csv")
    (path / "dvc.yaml").write_text(HOST)

    def edit(params: dict) -> None:
        params["data"].update(path="../features.csv")
        params["strategies"] = {name: SMALL["strategies"][name] for name in ("baseline", "class_weight")}

    pipeline.edit_params(edit)
    (path / "first_run.txt").write_text(pipeline.repro().stderr)
    host.commit("First run")


@pytest.fixture
def host(build_once: Callable[[str, Callable[[Path], None]], Path], tmp_path: Path) -> Repository:
    shutil.copytree(build_once("host", make_host), tmp_path / "host", symlinks=True)
    return Repository(tmp_path / "host")


@pytest.fixture
def pipeline(host: Repository) -> Repository:
    return Repository(host.path / "evenhand")


def test_a_run_from_the_folder_and_from_the_top(host: Repository, pipeline: Repository) -> None:
    assert "Running stage 'train@baseline' in a fork" in (host.path / "first_run.txt").read_text()
    assert json.loads((pipeline.path / "data/contract.json").read_text())["source"] == "../features.csv"
    assert ran(pipeline.dvc("repro")) == []
    assert ran(host.dvc("repro", "-R", ".")) == ["copy", "other"]
    assert (host.path / "used.json").read_bytes() == (pipeline.path / "metrics/selected.json").read_bytes()
    heavier = {"class_weight": {"negative": 1, "positive": 3}}
    pipeline.edit_params(lambda params: params["strategies"].update(class_weight=heavier))
    done = ran(host.dvc("repro", "copy"))
    assert done[:3] == [f"evenhand/dvc.yaml:{name}" for name in ("train@class_weight", "evaluate", "report")]
    assert not (pipeline.path / ".dvc").exists()


def test_the_tools_work_from_the_folder(host: Repository, pipeline: Repository) -> None:
    (plot,) = json.loads(pipeline.dvc("plots", "show", "--json", "roc").stdout)["data"]["roc"]
    assert "row_number" in json.dumps(plot["content"]["transform"])  # as the template says
    pipeline.call("tools.compare", "HEAD", "--json", "review.json")
    review = json.loads((pipeline.path / "review.json").read_text())
    assert (review["code"], review["metrics_diff"], review["gate"]["result"]) == ([], [], "fine")
    assert review["champion_before"] == review["champion_after"]
    pipeline.call("tools.predict", "../features.csv", "-o", "scored.csv")
    assert len((pipeline.path / "scored.csv").read_text().splitlines()) == 241
    doctor = pipeline.call("tools.doctor", check=False)
    assert [line for line in doctor.stdout.splitlines() if line.startswith("wrong")] == []
    assert "ok     plots       6 templates" in doctor.stdout.splitlines()
    (host.path / ".dvc/plots/roc.json").unlink()
    found = pipeline.call("tools.doctor", check=False).stdout
    assert "note   plots       templates that are not in ../.dvc/plots: roc; fix: copy " in found


def test_the_hosts_files_are_not_repaired(host: Repository, pipeline: Repository) -> None:
    host.dvc("repro", "other")
    host.dvc("status")
    before = (pipeline.path / "data/test.parquet").read_bytes()
    for path in (host.path / "other.txt", pipeline.path / "data/test.parquet"):
        flip(path)
    damaged = (host.path / "other.txt").read_bytes()
    assert "repaired: data/test.parquet failed its hash" in pipeline.repro().stderr
    assert (pipeline.path / "data/test.parquet").read_bytes() == before
    assert (host.path / "other.txt").read_bytes() == damaged


def test_the_copy_for_test_sets_in_turn_has_the_hosts_table_and_cache(
    pipeline: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pipeline.path)
    with copy_work_tree(Path("../features.csv")) as tree:
        assert tree.is_relative_to(pipeline.path.parent / ".dvc/tmp")
        copy = Repository(tree)
        copy.dvc("repro", "--quiet", "split")
        assert (tree / "data/test.parquet").read_bytes() == (pipeline.path / "data/test.parquet").read_bytes()
        assert (tree / copy.dvc("cache", "dir").stdout.strip()).samefile(pipeline.path.parent / ".dvc/cache")
    assert not tree.exists()


def test_a_table_outside_the_repository_is_refused(host: Repository, pipeline: Repository) -> None:
    shutil.copy(host.path / "features.csv", host.path.parent / "features.csv")
    pipeline.edit_params(lambda params: params["data"].update(path="../../features.csv"))
    done = pipeline.call("stages.prepare", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: params.yaml: data.path: ../../features.csv is outside the repository")
