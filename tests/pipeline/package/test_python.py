"""The installed package in a program: the champion, the results of a run, and a comparison."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.pipeline.package.host import Host

pytestmark = pytest.mark.slow

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
    scored = pd.read_csv(host.path / "reports/scored.csv")
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


COMPARE = """
import json, sys
import evenhand
import pandas as pd
from ruamel.yaml import YAML

rows = pd.read_csv("../features.csv")
X, y = rows.drop(columns="sick"), rows["sick"]
params = YAML(typ="safe").load(open("params.yaml", encoding="utf-8"))
for key in ("path", "target", "positive"):
    del params["data"][key]
found = evenhand.compare_treatments(X, y, positive="yes", params=params, folder=sys.argv[1])
print(json.dumps([list(found.champion.predict_proba(rows)[:, 1]), str(found.verdict)]))
"""


def test_a_comparison_is_the_run_of_the_pipeline(host: Host, tmp_path: Path) -> None:
    done = host.run("python", "-P", "-c", COMPARE, str(tmp_path / "kept"))
    probability, verdict = json.loads(done.stdout)  # and nothing else
    assert probability == list(pd.read_csv(host.path / "reports/scored.csv")["probability"])
    assert "Running stage 'train@class_weight'" in done.stderr
    for name in ("metrics/leaderboard.json", "metrics/selected.json", "models/champion/model.skops"):
        of_pipeline = (host.path / name).read_bytes().replace(b"../features.csv", b"data/raw/table.parquet")
        assert (tmp_path / "kept" / name).read_bytes() == of_pipeline, name
    assert verdict.splitlines()[0] in (tmp_path / "kept/reports/report.md").read_text()
    assert host.run("git", "status", "--porcelain").stdout == ""
