"""A table in which only a column of free text tells the target, from the raw file to scored rows."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.pipeline.conftest import BuildOnce
from tests.pipeline.project import Repository, make_small_project

pytestmark = pytest.mark.slow

WORDS = (
    "the",
    "a",
    "of",
    "engine",
    "door",
    "report",
    "customer",
    "said",
    "again",
    "very",
    "old",
    "noise",
    "light",
    "road",
)


def make_notes(rows: int) -> pd.DataFrame:
    """Notes of which the positive ones, one in six, hold a word of a fault. The other columns say nothing."""
    random = np.random.RandomState(3)
    sick = np.arange(rows) % 6 == 0
    notes = []
    for row in range(rows):
        words = [str(word) for word in random.choice(WORDS, size=random.randint(4, 9))]
        if sick[row]:
            words.insert(2, str(random.choice(["leaking", "Leaks,", "leaked"])))
        notes.append("" if row % 29 == 1 else " ".join(words))
    ward = np.where(random.rand(rows) < 0.5, "north", "south")
    dose = random.normal(size=rows).round(3)
    return pd.DataFrame({"dose": dose, "note": notes, "ward": ward, "sick": np.where(sick, "yes", "no")})


@pytest.fixture(scope="module")
def project(build_once: BuildOnce) -> Repository:
    """The small project after a run on that table, with two classifiers, without treatment and with SMOTE."""

    def edit(params: dict) -> None:
        params["data"].update(path="data/raw/notes.csv", text=["note"], key=[])
        params["strategies"].pop("class_weight")
        params["classifiers"].pop("blend")
        params["tuning"]["classifiers"] = {}

    def make(path: Path) -> None:
        make_small_project(path)
        repository = Repository(path)
        make_notes(600).to_csv(path / "data/raw/notes.csv", index=False)
        repository.edit_params(edit)
        stages = ["prepare", "split", "train --strategy baseline", "train --strategy smote", "evaluate", "report"]
        for stage in stages:
            repository.call(*f"stages.{stage}".split())
        repository.call("tools.audit", "--repeats", "3", "--rows", "200")
        repository.call("tools.predict", "data/raw/notes.csv", "-o", "scored.csv")

    return Repository(build_once("text", make))


def read(project: Repository, path: str) -> dict:
    return json.loads((project.path / path).read_text())


def test_every_candidate_learns_from_the_text(project: Repository) -> None:
    """The prevalence is 1 in 6, and a score without the text could not exceed it by much."""
    candidates = read(project, "metrics/leaderboard.json")["candidates"]
    assert len(candidates) == 4
    assert min(candidate["test"]["average_precision"] for candidate in candidates) > 0.5


def test_the_raw_rows_get_exactly_the_stored_test_scores(project: Repository) -> None:
    facts = read(project, "models/champion/champion.json")
    stored = pd.read_parquet(project.path / "data/test_scores.parquet").set_index("row")
    scored = pd.read_csv(project.path / "scored.csv").set_index("row")
    expected = stored[f"{facts['strategy']}/{facts['classifier']}"]
    assert len(expected) == 150
    assert list(scored["probability"][expected.index]) == list(expected)


def test_what_the_artefacts_say_of_the_text(project: Repository) -> None:
    features = {feature["name"]: feature["type"] for feature in read(project, "data/contract.json")["features"]}
    assert features == {"dose": "numeric", "note": "text", "ward": "categorical"}
    flow = read(project, "models/smote/trace.json")["flow"]
    assert [(step["step"], step["columns"]) for step in flow[4:]] == [
        ("imputed", 130), ("scaled", 130), ("resampled", 130), ("encoded", 131),
    ]  # fmt: skip
    report = Path(project.path / "reports/report.md").read_text()
    assert "1 numeric, 1 categorical, 1 text" in report
    assert "each of 1 text columns as 128 numbers" in report
    audit = read(project, "reports/audit.json")
    assert {item["check"] for item in audit["findings"] if item["severity"] == "wrong"} == set()
    assert not [note for note in audit["notes"] if "not measured" in note]
