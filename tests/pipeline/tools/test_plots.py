"""DVC's plots and the list of experiments, in a real repository."""

import json
import re

import pytest

from tests.pipeline.project import ROOT

pytestmark = pytest.mark.slow


def points(shown: str, name: str) -> list[dict]:
    (plot,) = json.loads(shown)["data"][name]
    return plot["content"]["data"]["values"]


def test_plots_of_two_revisions_are_numbers_under_the_names_of_both(repository):
    repository.edit_params(lambda params: params["strategies"]["smote"].update(k_neighbors=3))
    repository.edit_params(lambda params: params["classifiers"].update(mlp={"hidden_layer_sizes": [4], "max_iter": 3}))
    repository.repro()
    shown = repository.dvc("plots", "diff", "HEAD", "workspace", "--json").stdout
    assert "errors" not in json.loads(shown)
    for name, x, y in (
        ("roc", "false_positive_rate", "recall"),
        ("precision_recall", "recall", "precision"),
        ("calibration", "mean_score", "positive_share"),
    ):
        found = points(shown, name)
        assert {point["rev"] for point in found} == {"HEAD", "workspace"}
        assert {point["strategy"] for point in found} == {"baseline", "class_weight", "smote"}
        assert all(type(point[field]) in (int, float) for point in found for field in (x, y))
    assert all(type(point["rows"]) is int for point in points(shown, "confusion"))
    # HEAD knows no perceptron: it has no such curve, and that is no error
    assert {(point["rev"], point["classifier"]) for point in points(shown, "training_loss")} == {
        ("HEAD", "xgboost"), ("workspace", "xgboost"), ("workspace", "mlp"),
    }  # fmt: skip
    epochs = {point["epoch"] for point in points(shown, "training_accuracy") if point["classifier"] == "mlp"}
    assert epochs == {1, 2, 3}


def test_experiments_are_listed_with_what_they_changed(repository):
    """As `make experiments` calls DVC."""
    repository.dvc("exp", "run", "-n", "weights", "-S", "select.strategy=class_weight", "report")
    repository.run("git", "checkout", "-q", ".")
    repository.dvc("exp", "run", "--queue", "-n", "waiting", "-S", "random_state=7")
    hidden = re.search(r"^HIDDEN := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert hidden is not None
    pattern = hidden[1].replace("$$", "$")
    shown = repository.dvc("exp", "show", "--md", "--only-changed", "--hide-workspace", "--drop", pattern).stdout
    header, _, *lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in shown.strip().splitlines()]
    metrics = ("average_precision", "roc_auc", "brier_score", "f1")
    assert set(header) <= {
        "Experiment", "State", "Executor", "strategy", "classifier", "select.strategy", "random_state",
        "metrics/selected.json:classifier",
        *(f"metrics/selected.json:{metric}" for metric in metrics),
    }  # fmt: skip
    found = {line[0]: dict(zip(header, line, strict=True)) for line in lines}
    (weights,) = (cells for name, cells in found.items() if "[weights]" in name)
    assert weights["select.strategy"] == weights["strategy"] == "class_weight"
    assert any("[waiting]" in name and cells["random_state"] == "7" for name, cells in found.items())
