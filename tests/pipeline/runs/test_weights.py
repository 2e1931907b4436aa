"""The stages on a table whose rows have weights, and whose costs differ by row."""

import csv
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from stages.evaluate.__main__ import main as evaluate
from stages.prepare.__main__ import main as prepare
from stages.report.__main__ import main as report
from stages.shared import paths
from stages.split.__main__ import main as split
from stages.train.__main__ import main as train
from tests.pipeline.project import Repository
from tools.compare.__main__ import main as compare

pytestmark = pytest.mark.slow

STRATEGIES = ("baseline", "smote")


def add_columns(repository: Repository, scale: float) -> None:
    """Give each row of the raw table a weight, times `scale`, and an amount."""
    path, random = repository.path / "data/raw/small.csv", np.random.RandomState(0)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    for row in rows:
        weight, amount = random.choice([0.5, 1, 4]), round(random.exponential(100), 2)
        row.update(weight=f"{scale * weight:g}", amount=f"{amount:.2f}")
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def run(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run every stage in this process; return the leaderboard."""

    def edit(params: dict[str, Any]) -> None:
        params["strategies"] = {"baseline": {}, "smote": {"sampler": "SMOTE", "k_neighbors": 3}}
        params["tuning"].update(samplers={})
        params["data"].update(weight="weight", drop=["amount"])
        params["evaluate"]["threshold"] = {"policy": "cost"}
        params["evaluate"]["cost"] = {"false_negative": {"column": "amount"}, "false_positive": 5}

    repository.edit_params(edit)
    monkeypatch.chdir(repository.path)
    monkeypatch.setattr("sys.argv", ["stage"])
    prepare()
    split()
    for strategy in STRATEGIES:
        monkeypatch.setattr("sys.argv", ["train", "--strategy", strategy])
        train()
    monkeypatch.setattr("sys.argv", ["stage"])
    evaluate()
    report()
    content: dict[str, Any] = json.loads(paths.LEADERBOARD.read_text())
    return content


@pytest.fixture
def leaderboard(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    add_columns(repository, 1.0)
    return run(repository, monkeypatch)


def test_weights_and_costs_reach_every_result(leaderboard: dict[str, Any]) -> None:
    scores, test = pd.read_parquet(paths.TEST_SCORES), pd.read_parquet(paths.TEST)
    y, weights = scores["y"].to_numpy(), scores["weight"].to_numpy()
    assert weights == pytest.approx(test["weight"] / test["weight"].mean())
    assert leaderboard["data"]["test"]["weighted_positives"] == pytest.approx(weights @ y, abs=1e-6)
    for row in leaderboard["candidates"]:
        probability = scores[f"{row['strategy']}/{row['classifier']}"].to_numpy()
        predicted = probability >= row["threshold"]
        expected = sk.average_precision_score(y, probability, sample_weight=weights)
        assert row["test"]["average_precision"] == pytest.approx(expected, abs=1e-6)
        assert row["test"]["tp"] == pytest.approx(weights @ (predicted & (y == 1)), abs=1e-6)
        costs = np.where(y == 1, test["amount"], 5) * (predicted != (y == 1))
        assert row["cost_per_1000"] == pytest.approx(1000 * (weights @ costs) / len(y), abs=1e-3)
    oof = pd.read_parquet(paths.MODELS / "smote" / paths.OOF)
    fold = oof[oof["fold"] == 0]
    of_fold = sk.average_precision_score(fold["y"], fold["xgboost"], sample_weight=fold["weight"])
    cv = json.loads((paths.CV_METRICS / "smote.json").read_text())["classifiers"]["xgboost"]["average_precision"]
    assert cv["folds"][0] == pytest.approx(of_fold, abs=1e-6)
    assert any(note.startswith("Rows are weighted by `weight`") for note in leaderboard["notes"])
    page = paths.REPORT_MD.read_text()
    assert "Rows are weighted by" in page
    assert "per 1,000 rows" in page


def test_only_the_ratio_of_weights_matters(
    leaderboard: dict[str, Any], finished: Repository, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository.path / "data/raw/small.csv").write_bytes((finished.path / "data/raw/small.csv").read_bytes())
    add_columns(repository, 8.0)
    assert run(repository, monkeypatch) == leaderboard


def test_compare_weighs_the_rows(
    leaderboard: dict[str, Any],
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    repository.commit("weighted")
    monkeypatch.setattr("sys.argv", ["compare", "HEAD"])
    capsys.readouterr()
    compare()
    assert "No metric changed" in capsys.readouterr().out
