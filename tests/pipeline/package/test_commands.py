"""The package: built, installed beside the libraries of the tests, and used in a repository with none of its files."""

import json
from pathlib import Path
import subprocess
import sys
import tarfile
import zipfile

import pandas as pd
import pytest
from ruamel.yaml import YAML

import evenhand
from tests.pipeline.package.host import Host
from tests.pipeline.project import ROOT

pytestmark = pytest.mark.slow

FILES = ["dvc.yaml", "evenhand.lock", "params.schema.json", "params.yaml"]
WORKFLOW = ".github/workflows/evenhand-risk.yml"


def test_the_sdist_gives_the_same_wheel(package: Path, tmp_path: Path) -> None:
    (sdist,) = (package / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.2 has none
        archive.extractall(tmp_path)
    (source,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist"]
    subprocess.run(command, cwd=source, check=True)
    contents = []
    for wheel in (*(package / "dist").glob("*.whl"), *(tmp_path / "dist").glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            contents.append({name: archive.read(name) for name in archive.namelist()})
    assert contents[0] == contents[1]
    assert {name.split("/")[0] for name in contents[0]} == {"evenhand", f"evenhand-{evenhand.__version__}.dist-info"}
    assert not any(name.endswith(".pyc") for name in contents[0])


def test_init_writes_the_pipeline_and_its_run_needs_no_code_here(host: Host) -> None:
    top = host.path.parent
    assert "DVC: made its root" in (top / "init.txt").read_text()
    assert set(FILES) <= {path.name for path in host.path.iterdir()}
    assert {path.name for path in (top / ".dvc/plots").iterdir()} == {
        path.name for path in (ROOT / ".dvc/plots").iterdir()
    }
    stages = YAML(typ="safe").load((host.path / "dvc.yaml").read_text())["stages"]
    shipped = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text())["stages"]
    assert list(stages) == list(shipped)
    for name, stage in stages.items():
        assert stage["cmd"].startswith("python -m evenhand stage ")
        assert "evenhand.lock" in stage["deps"]
        data = [path for path in shipped[name]["deps"] if not path.startswith(("stages/", "requirements"))]
        assert [path for path in stage["deps"] if path != "evenhand.lock"] == data
    said = (top / "repro.txt").read_text()
    assert "Next: evenhand predict new.csv -o scored.csv" in said
    assert json.loads((host.path / "models/baseline/manifest.json").read_text())["inputs"].keys() == {
        "data/train.parquet", "evenhand.lock",
    }  # fmt: skip
    assert "evenhand predict" in (host.path / "models/champion/README.md").read_text()
    assert not any("metrics/cv" in path for path in host.run("git", "ls-files").stdout.split())
    assert "Data and pipelines are up to date" in host.dvc("repro").stdout
    assert host.run("git", "status", "--porcelain").stdout == ""


def test_plain_dvc_runs_the_stages_of_the_package(host: Host) -> None:
    host.edit_params(lambda params: params["select"].update(prefer="simple"))
    assert "Running stage 'report'" in host.dvc("repro").stdout


def test_the_workflow_is_sound(host: Host) -> None:
    path = host.path.parent / WORKFLOW
    job = YAML(typ="safe").load(path.read_text())["jobs"]["repro"]
    assert job["defaults"]["run"]["working-directory"] == "risk"
    done = subprocess.run(
        [Path(sys.executable).parent / "zizmor", "--offline", "--quiet", path], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_commands(host: Host) -> None:
    assert host.evenhand("--version").stdout == f"evenhand {evenhand.__version__}\n"
    assert host.evenhand("leaderboard").stdout.startswith("strategy ")
    assert host.run("git", "status", "--porcelain").stdout == ""
    assert len(pd.read_csv(host.path / "reports/scored.csv")) == 240
    assert "No metric changed" in host.evenhand("compare", "HEAD").stdout
    table = host.path.parent / "features.csv"
    table.write_text(table.read_text().replace("north", "south", 1))
    host.run("git", "commit", "-qam", "Another table")
    for revision in ("HEAD", "HEAD^"):
        stale = "../features.csv in HEAD (" in host.evenhand("compare", revision).stdout
        assert stale == (revision == "HEAD")
    assert "usage: evenhand audit" in host.evenhand("audit", "--help").stdout
    host.evenhand("inspect", "../features.csv", "--write")
    assert YAML(typ="safe").load((host.path / "params.yaml").read_text())["data"]["path"] == "../features.csv"
    host.run("git", "checkout", "-q", "params.yaml")
    doctor = host.evenhand("doctor", check=False).stdout.splitlines()
    assert [line for line in doctor if line.startswith("wrong")] == []
    assert any(line.startswith("ok     versions") for line in doctor)


def test_what_is_wrong_is_one_line(host: Host) -> None:
    assert host.refused("reproo") == "evenhand reproo: no such command; did you mean `repro`?"
    assert "is there already, and nothing is overwritten" in host.evenhand("init", check=False).stderr
    assert "no such file" in host.refused("predict", "absent.csv", "-o", "scored.csv")
    assert host.refused("predict").startswith("evenhand predict: the following arguments are required: rows")
    model = host.path / "models/champion/model.skops"
    model.unlink()
    model.write_bytes(b"")
    assert "its SHA-256 is" in host.refused("predict", "../features.csv", "-o", "scored.csv", code=3)


def test_init_writes_all_or_nothing(package: Path, tmp_path: Path) -> None:
    host = Host(tmp_path, package / "venv/bin/python")
    assert "run `git init` first" in host.refused("init", "new/folder")
    host.run("git", "init", "-q")
    (tmp_path / "params.yaml").write_text("mine: 1\n")
    assert host.refused("init").startswith("params.yaml: is there already")
    (tmp_path / ".dvcignore").mkdir()  # DVC cannot make its root
    assert host.refused("init", "new/folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".dvcignore", ".git", "params.yaml"]
    (tmp_path / ".dvcignore").rmdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other/reports").write_text("a file in the place of a folder, met when most is written")
    assert host.refused("init", "other")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "other", "params.yaml"]
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["reports"]
    host.evenhand("init", "new/folder")
    made = Host(tmp_path / "new/folder", host.python)
    for stage in ("synthesize", "prepare"):  # it runs before anything is set
        made.evenhand("stage", stage)
    assert json.loads((made.path / "data/contract.json").read_text())["rows"] == 3000


def test_another_version_is_refused_until_the_upgrade(host: Host) -> None:
    assert host.evenhand("upgrade").stdout == "The files are those of the installed version.\n"
    lock, pipeline = host.path / "evenhand.lock", host.path / "dvc.yaml"
    whole = lock.read_text()
    lock.write_text(whole.replace("numpy==", "numpy==0."))
    for command in (["repro"], ["stage", "split"]):
        line = host.refused(*command)
        assert line.startswith("evenhand.lock: numpy ")
        assert "`evenhand upgrade`" in line
    lock.write_text(whole.replace("# code: ", "# code: 0"))
    assert host.refused("repro").startswith("evenhand.lock: the installed code is another one; ")
    pipeline.write_text(pipeline.read_text().replace("evenhand stage report", "evenhand stage old"))
    shown = host.evenhand("upgrade").stdout
    assert "\n-    cmd: python -m evenhand stage old\n+    cmd: python -m evenhand stage report\n" in shown
    assert "Nothing is changed" in shown
    assert host.evenhand("upgrade").stdout == shown
    host.evenhand("upgrade", "--write")
    assert lock.read_text() == whole
    assert host.run("git", "status", "--porcelain").stdout == ""
