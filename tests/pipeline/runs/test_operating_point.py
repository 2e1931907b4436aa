"""A metric at an operating point selects the champion: it is in every file, and nothing is trained again."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from stages.evaluate.__main__ import main as evaluate
from stages.report.__main__ import main as report
from stages.shared import paths
from stages.shared.metrics.registry import METRICS
from tests.pipeline.project import ROOT, Repository
from tools.compare.__main__ import main as compare
from tools.leaderboard.__main__ import main as print_leaderboard

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("metric", ["recall_at_precision(0.5)", "precision_in_top(12)", "net_benefit(0.2)"])
def test_the_metric_is_measured_judged_and_shown(
    metric: str, repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def edit(params: dict[str, Any]) -> None:
        params["select"]["metric"] = metric

    repository.edit_params(edit)
    monkeypatch.chdir(repository.path)
    monkeypatch.setattr("sys.argv", ["stage"])
    evaluate()
    report()
    capsys.readouterr()
    print_leaderboard()
    shown = capsys.readouterr().out

    spec = METRICS[metric]
    leaderboard = json.loads(paths.LEADERBOARD.read_text())
    jsonschema.validate(leaderboard, json.loads((ROOT / "docs/leaderboard.schema.json").read_text()))
    for row in leaderboard["candidates"]:
        low, high = row["intervals"][metric]
        assert spec.floor <= low <= row["test"][metric] <= high <= spec.limit
        assert metric in row["cv"]
    best = [row["cv"][metric]["mean"] for row in leaderboard["candidates"]]
    assert best == sorted(best, reverse=True)
    assert metric in {item["metric"] for item in leaderboard["cv_comparisons"]}
    effects = {
        item["strategy"] for item in leaderboard["effects"] if item["metric"] == metric and not item["classifier"]
    }
    assert effects == {"class_weight", "smote"}
    sentences = shown.replace("\n", " ")
    assert f"in {spec.label}: " in sentences
    assert f", {spec.label}: " in sentences
    assert f"by cross-validated {spec.label}" in Path(paths.REPORT_MD).read_text()
    assert spec.label in (paths.CHAMPION / "README.md").read_text()
    assert metric in json.loads(paths.SELECTED.read_text())
    is_benefit = metric.startswith("net_benefit")
    assert (paths.CURVES / "net_benefit.json").exists() == is_benefit
    assert ("What does acting on it gain?" in Path(paths.REPORT_MD).read_text()) == is_benefit


def test_two_revisions_are_compared_by_the_metric(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The base without the metric gives no verdict about it; a base with it does."""

    def edit(params: dict[str, Any]) -> None:
        params["select"]["metric"] = "recall_in_top(0.2)"

    repository.edit_params(edit)
    repository.repro()
    monkeypatch.chdir(repository.path)
    monkeypatch.setattr("sys.argv", ["compare", "HEAD"])
    compare()
    shown = capsys.readouterr().out
    assert "select.metric was average_precision and is recall" in shown.replace("\\", "")
    assert "the verdict is about average precision" in shown
    repository.commit("Another metric")
    repository.edit_params(lambda params: params["strategies"]["smote"].update(k_neighbors=3))
    repository.repro()
    compare()
    assert "recall in the top 20 %" in capsys.readouterr().out
