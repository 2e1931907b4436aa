"""`dvc repro` as its users know it, in real repositories."""

import json

import pandas as pd
import pytest

from tests.pipeline.project import ran

pytestmark = pytest.mark.slow

TRAINED = ["train@baseline", "train@class_weight", "train@smote"]
FLAT = [
    *("classifier", "average_precision", "roc_auc", "brier_score", "log_loss", "threshold", "precision", "recall"),
    *("specificity", "f1", "g_mean", "balanced_accuracy", "accuracy", "tp", "fp", "fn", "tn", "cv_average_precision"),
]


def test_the_first_run_runs_every_stage_and_leaves_everything_committed(finished):
    first = (finished.path.parent / "first_run.txt").read_text()
    for stage in ["synthesize", "prepare", "split", *TRAINED, "evaluate", "report"]:
        assert f"Running stage '{stage}'" in first
    assert finished.run("git", "status", "--porcelain").stdout == ""


def test_a_changed_and_a_removed_strategy(repository):
    def edit(params):
        params["strategies"]["smote"].update(k_neighbors=3)
        params["strategies"].pop("class_weight")

    repository.edit_params(edit)
    assert ran(repository.dvc("repro")) == ["train@smote", "evaluate", "report"]
    changed = repository.run("git", "diff", "--name-only").stdout.split()
    assert "metrics/strategies/smote.json" in changed
    assert "metrics/strategies/baseline.json" not in changed
    leaderboard = json.loads((repository.path / "metrics/leaderboard.json").read_text())
    assert {row["strategy"] for row in leaderboard["candidates"]} == {"baseline", "smote"}
    assert not (repository.path / "metrics/strategies/class_weight.json").exists()
    assert not (repository.path / "metrics/cv/class_weight.json").exists()
    assert "class_weight.json" not in repository.dvc("metrics", "show").stdout
    assert ran(repository.dvc("repro")) == []


def test_metrics_files_are_flat_with_equal_keys_and_finite_numbers(finished):
    for name in ("baseline", "class_weight", "smote"):
        content = json.loads((finished.path / f"metrics/strategies/{name}.json").read_text())
        assert list(content) == FLAT
        assert all(isinstance(value, str | int | float) for value in content.values())
    selected = json.loads((finished.path / "metrics/selected.json").read_text())
    assert list(selected) == ["strategy", *FLAT]


def test_metrics_show_lists_the_strategies_side_by_side(repository):
    shown = json.loads(repository.dvc("metrics", "show", "--json").stdout)[""]["data"]
    assert set(shown) == {
        "metrics/selected.json",
        *(f"metrics/strategies/{name}.json" for name in ("baseline", "class_weight", "smote")),
    }


def test_no_file_of_the_run_holds_a_synthetic_row(finished):
    """Every row in every table is a raw row, and each raw row is in train or in test, once."""
    prepared = pd.read_parquet(finished.path / "data/prepared.parquet")
    train = pd.read_parquet(finished.path / "data/train.parquet")
    test = pd.read_parquet(finished.path / "data/test.parquet")
    assert sorted([*train["__row__"], *test["__row__"]]) == list(range(240)) == list(prepared["__row__"])
    tables = {path.relative_to(finished.path) for path in finished.path.rglob("*.parquet") if ".dvc" not in path.parts}
    oof = {path for path in tables if path.name == "oof.parquet"}
    named = {f"data/{name}.parquet" for name in ("prepared", "train", "test", "test_scores")}
    assert {str(path) for path in tables - oof} == named
    for path in oof:
        assert sorted(pd.read_parquet(finished.path / path)["row"]) == sorted(train["__row__"])
    assert list(pd.read_parquet(finished.path / "data/test_scores.parquet")["row"]) == list(test["__row__"])


def test_there_is_no_pickle(finished):
    kinds = {path.suffix for path in finished.path.glob("models/*/*")}
    assert kinds == {".skops", ".parquet", ".json", ".md"}


def test_a_wrong_param_ends_in_one_clear_line(repository):
    repository.edit_params(lambda params: params["strategies"]["smote"].update(k_neighbours=3))
    done = repository.dvc("repro", check=False)
    assert done.returncode == 255
    assert "error: params.yaml: strategies.smote: k_neighbours is no setting of SMOTE; did you mean" in done.stderr
    assert "Traceback" not in done.stderr
