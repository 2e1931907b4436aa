"""The stages in one process: with a new sampler, classifier and metric, and with a strategy that cannot run."""

import json
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from stages.evaluate.__main__ import main as evaluate
from stages.report.__main__ import main as report
from stages.shared import paths
from stages.shared.classifiers import CLASSIFIERS, ClassifierSpec
from stages.shared.errors import InputError
from stages.shared.metrics.ranking import RankedPositives
from stages.shared.metrics.registry import METRICS, Metric
from stages.shared.storage import model_file
from stages.train.__main__ import main as train
from stages.train.samplers.registry import SAMPLERS, SamplerSpec
from tests.pipeline.project import Repository
from tools.audit.__main__ import main as audit
from tools.leaderboard.__main__ import main as print_leaderboard

pytestmark = pytest.mark.slow


class Doubler(BaseEstimator):  # type: ignore[misc]
    """Repeats every positive once."""

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        positive = y == 1
        return np.concatenate([X, X[positive]]), np.concatenate([y, y[positive]])


def positives_at_the_top(ranked: RankedPositives) -> Any:
    """Return the share of positives above the highest negative."""
    return (ranked.hits * (ranked.fp == 0)).sum(axis=1) / ranked.hits.sum(axis=1)


def test_one_entry_is_enough(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ClassifierSpec(
        "sklearn.tree:DecisionTreeClassifier", ("max_depth",), trusted_types=("sklearn.tree._tree.Tree",)
    )
    monkeypatch.setitem(CLASSIFIERS, "tree", tree)
    monkeypatch.setattr(model_file, "TRUSTED", ("numpy.dtype", *tree.trusted_types))
    monkeypatch.setitem(SAMPLERS, "Doubler", SamplerSpec(f"{__name__}:Doubler", ()))
    metric = Metric("positives_at_the_top", "positives at the top", "ranking", f"{__name__}:positives_at_the_top")
    monkeypatch.setitem(METRICS, metric.name, metric)

    def edit(params: dict[str, Any]) -> None:
        params["strategies"] = {"baseline": {}, "doubled": {"sampler": "Doubler"}}
        params["classifiers"] = {"tree": {"max_depth": 3}}
        params["tuning"].update(samplers={}, classifiers={"tree": {"max_depth": [2, 4]}})

    repository.edit_params(edit)
    monkeypatch.chdir(repository.path)
    for strategy in ("baseline", "doubled"):
        monkeypatch.setattr("sys.argv", ["train", "--strategy", strategy])
        train()
    monkeypatch.setattr("sys.argv", ["stage"])
    evaluate()
    report()
    leaderboard = json.loads(paths.LEADERBOARD.read_text())
    rows = {row["strategy"]: row for row in leaderboard["candidates"]}
    assert json.loads((paths.MODELS / "doubled" / paths.TRACE).read_text())["sampler"]["ran"] == "Doubler"
    assert 0 <= rows["doubled"]["test"][metric.name] <= 1
    champion = json.loads((paths.CHAMPION / paths.CHAMPION_FACTS).read_text())
    assert champion["classifier"] == "tree"
    assert metric.name in {item["metric"] for item in leaderboard["comparisons"]}


def test_a_strategy_that_cannot_run_is_said_and_the_others_go_on(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An earlier run measured the strategy; nothing of that run is left."""

    def edit(params: dict[str, Any]) -> None:
        params["strategies"]["smote"]["k_neighbors"] = 500
        params["tuning"].update(samplers={})

    repository.edit_params(edit)
    monkeypatch.chdir(repository.path)
    monkeypatch.setattr("sys.argv", ["train", "--strategy", "smote"])
    train()
    monkeypatch.setattr("sys.argv", ["stage"])
    evaluate()
    report()
    print_leaderboard()
    leaderboard = json.loads(paths.LEADERBOARD.read_text())
    (entry,) = leaderboard["not_applicable"]
    assert (entry["strategy"], entry["classifier"]) == ("smote", None)
    assert entry["why"].startswith("params.yaml: strategies.smote: SMOTENC: k_neighbors is 500 on a training fold")
    for part in ("candidates", "strategies", "comparisons", "effects"):
        assert {row["strategy"] for row in leaderboard[part]} <= {"baseline", "class_weight"}
    assert json.loads((paths.STRATEGY_METRICS / "smote.json").read_text()) == {"not_applicable": entry["why"]}
    assert entry["why"] in paths.REPORT_MD.read_text()
    assert "Not applicable: smote: params.yaml: strategies.smote" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["audit", "--skip-mistakes"])
    audit()

    def select(params: dict[str, Any]) -> None:
        params["select"]["strategy"] = "smote"

    repository.edit_params(select)
    monkeypatch.setattr("sys.argv", ["stage"])
    with pytest.raises(InputError, match=r"params\.yaml: select: smote is not applicable to this table"):
        report()

    def leave_nothing(params: dict[str, Any]) -> None:
        params["strategies"] = {"smote": params["strategies"]["smote"]}
        params["select"]["strategy"] = "auto"

    repository.edit_params(leave_nothing)
    with pytest.raises(InputError, match=r"params\.yaml: strategies\.smote: SMOTENC: k_neighbors"):
        evaluate()
