"""The package: built, installed beside the libraries of the tests, and used in a repository with none of its files."""

from collections.abc import Callable
from dataclasses import dataclass
import json
import os
from pathlib import Path
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile

import pandas as pd
import pytest
from ruamel.yaml import YAML

import evenhand
from tests.pipeline.project import ROOT, SMALL, Repository, environment, small_table

pytestmark = pytest.mark.slow

FILES = ["dvc.yaml", "evenhand.lock", "params.schema.json", "params.yaml"]
WORKFLOW = ".github/workflows/evenhand-risk.yml"


@dataclass(frozen=True)
class Host(Repository):
    """A repository in whose environment the package is installed."""

    python: Path

    def run(self, *command: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        path = os.pathsep.join([str(self.python.parent), environment()["PATH"]])
        done = subprocess.run(
            command, cwd=self.path, env={**environment(), "PATH": path}, capture_output=True, text=True, timeout=400,
            check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        if check and done.returncode:
            pytest.fail(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def evenhand(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return self.run("evenhand", *arguments, check=check)

    def refused(self, *arguments: str, code: int = 2) -> str:
        """The only line on stderr of a command that is refused."""
        done = self.evenhand(*arguments, check=False)
        (line,) = done.stderr.splitlines()
        assert done.returncode == code
        return line.removeprefix("error: ") if line.startswith("error: ") else pytest.fail(line)


def make_package(path: Path) -> None:
    """Build a wheel and an sdist, and install the wheel in an environment that sees the libraries of this one."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", path / "dist"], cwd=ROOT, check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", path / "venv"], check=True)
    python = path / "venv/bin/python"
    (wheel,) = (path / "dist").glob("*.whl")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True)
    (site,) = (path / "venv").glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"))


BuildOnce = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def package(build_once: BuildOnce) -> Path:
    return build_once("package", make_package)


@pytest.fixture(scope="session")
def finished_host(package: Path, build_once: BuildOnce) -> Path:
    """A host with packages `stages` and `tools` of its own, and a run in its folder `risk`."""

    def make(path: Path) -> None:
        path.mkdir()
        top, host = Host(path, package / "venv/bin/python"), Host(path / "risk", package / "venv/bin/python")
        top.run("git", "init", "-q", "-b", "main")
        for name in ("stages", "tools"):
            (path / name).mkdir()
            (path / name / "__init__.py").write_text("HOST = True\n")
        (path / "features.csv").write_text(small_table())
        (path / "init.txt").write_text(top.evenhand("init", "risk").stdout)
        for name in ("stages", "tools"):
            shutil.copytree(path / name, host.path / name)

        def edit(params: dict) -> None:
            params.update(SMALL, strategies={name: SMALL["strategies"][name] for name in ("baseline", "class_weight")})
            params["data"].update(path="../features.csv", target="sick", positive="yes", key=["id"])
            params["evaluate"]["n_resamples"] = 200
            params["synthetic"]["n_samples"] = 100

        host.edit_params(edit)
        (path / "repro.txt").write_text(host.evenhand("repro", "-j", "2").stdout)
        host.run("git", "add", "-A", "..")
        host.run("git", "commit", "-qm", "First run")

    return build_once("packaged_host", make)


@pytest.fixture
def host(finished_host: Path, package: Path, tmp_path: Path) -> Host:
    shutil.copytree(finished_host, tmp_path / "host", symlinks=True)
    return Host(tmp_path / "host/risk", package / "venv/bin/python")


def test_the_sdist_gives_the_same_wheel(package: Path, tmp_path: Path) -> None:
    (sdist,) = (package / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
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
    host.evenhand("predict", "../features.csv", "-o", "reports/scored.csv")
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


USE = """
import json, sys, warnings
warnings.simplefilter("error")
import evenhand
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

model = evenhand.load("models/champion")
rows = pd.read_csv("../features.csv")
pipeline = make_pipeline(FunctionTransformer(lambda frame: frame.drop(columns="sick")), model)
refusals = []
for wrong in (rows.drop(columns=["age", "ward"]), rows.assign(age="old"), rows.to_numpy()):
    try:
        model.predict_proba(wrong)
    except ValueError as error:
        refusals.append(str(error))
for call in (evenhand.load, evenhand.leaderboard):
    try:
        call("absent")
    except ValueError as error:
        refusals.append(str(error))
frame, verdict = evenhand.leaderboard(), evenhand.verdict()
print(json.dumps({
    "probability": list(pipeline.predict_proba(rows)[:, 1]),
    "decision": [int(value) for value in pipeline.predict(rows)],
    "shape": model.predict_proba(rows).shape,
    "again": [int(value) for value in make_pipeline(model).fit(rows, rows["sick"]).predict(rows)],
    "classes": model.classes_.tolist(), "threshold": model.threshold, "target": model.contract.target,
    "refusals": refusals, "columns": list(frame.columns)[:4], "rows": len(frame), "attrs": frame.attrs,
    "verdict": str(verdict), "html": verdict._repr_html_(),
}))
"""


def test_from_python(host: Host) -> None:
    """-P leaves out the current folder, in which the host has another `stages`."""
    host.evenhand("predict", "../features.csv", "-o", "scored.csv")
    scored = pd.read_csv(host.path / "scored.csv")
    found = json.loads(host.run("python", "-P", "-c", USE).stdout)
    assert found["probability"] == list(scored["probability"])
    assert found["decision"] == found["again"] == list(scored["decision"])
    assert found["shape"] == [240, 2]
    assert found["classes"] == [0, 1]
    assert found["threshold"] == scored["threshold"][0]
    assert found["target"] == "sick"
    absent, wrong, array, folder, run = found["refusals"]
    assert folder.startswith("absent: no such folder")
    assert run.startswith("absent/metrics/leaderboard.json: no such file")
    assert "no column `age`" in absent
    assert "no column `ward`" in absent
    assert "X: column `age`" in wrong
    assert "found ndarray; expected a DataFrame with the columns age, dose, ward, smoker" in array
    assert found["columns"] == ["strategy", "classifier", "threshold", "cv_average_precision"]
    assert found["rows"] == 6
    assert found["attrs"]["champion"]["strategy"] in ("baseline", "class_weight")
    assert found["attrs"]["verdict"] == found["verdict"]
    assert found["html"].count("<p>") == len(found["verdict"].splitlines()) > 0


def test_another_package_with_the_name_is_said(host: Host) -> None:
    code = "import evenhand\ntry:\n    evenhand.load()\nexcept ImportError as error:\n    print(error)\n"
    said = host.run("python", "-c", code).stdout
    assert said.startswith("evenhand needs its own package `stages`, and Python finds another one: ")
    assert str(host.path / "stages/__init__.py") in said
