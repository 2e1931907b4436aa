"""`dvc exp run` and the queue, in real repositories."""

import json
import time

import pytest

from tests.pipeline.project import ran

pytestmark = pytest.mark.slow


def test_another_table_and_one_more_strategy_by_flags_alone(repository):
    def shrink(params: dict) -> None:
        params.update(strategies={"baseline": {}})

    repository.edit_params(shrink)
    flags = ["data.path=data/raw/synthetic.csv", "data.target=target", "data.positive=1", "data.key=[]"]
    flags += ["synthetic.n_samples=300", "+strategies.near_miss={sampler: NearMiss, version: 1}"]
    done = repository.run("dvc", "exp", "run", *(part for flag in flags for part in ("-S", flag)), forks=True)
    assert ran(done)[:3] == ["synthesize", "prepare", "split"]
    assert "train@near_miss" in ran(done)
    contract = json.loads((repository.path / "data/contract.json").read_text())
    assert (contract["rows"], contract["positive"]) == (300, "1")
    leaderboard = json.loads((repository.path / "metrics/leaderboard.json").read_text())
    assert "near_miss" in {row["strategy"] for row in leaderboard["strategies"]}


def test_a_grid_runs_from_the_queue_and_compares_under_equal_keys(repository):
    repository.dvc("exp", "run", "--queue", "-S", "select.strategy=class_weight,smote")
    repository.run("dvc", "queue", "start", "-j", "1", forks=True)
    try:
        for _ in range(120):
            status = repository.dvc("queue", "status").stdout
            if status.count("Success") == 2 or "Failed" in status:
                break
            time.sleep(2)
    finally:
        repository.dvc("queue", "stop", "--kill", check=False)
    assert status.count("Success") == 2, status
    shown = json.loads(repository.dvc("exp", "show", "--json").stdout)
    revisions = [item["revs"][0] for revision in shown for item in revision.get("experiments") or []]
    used = {
        revision["data"]["params"]["params.yaml"]["data"]["select"]["strategy"]: revision["rev"]
        for revision in revisions
    }
    assert set(used) == {"class_weight", "smote"}
    revisions = (used["class_weight"], used["smote"])
    shown = repository.dvc("metrics", "diff", "--json", "--targets", "metrics/selected.json", "--", *revisions)
    changes = json.loads(shown.stdout)["metrics/selected.json"]
    assert changes["strategy"] == {"old": "class_weight", "new": "smote"}
    assert {"old", "new", "diff"} <= set(changes["brier_score"])
