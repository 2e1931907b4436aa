"""DVC's plots and the list of experiments, in a real repository."""

import json

import pytest

pytestmark = pytest.mark.slow


def points(shown: str, name: str) -> list[dict]:
    (plot,) = json.loads(shown)["data"][name]
    return plot["content"]["data"]["values"]


def test_plots_of_two_revisions_are_numbers_under_the_names_of_both(repository):
    repository.edit_params(lambda params: params["strategies"]["smote"].update(k_neighbors=3))
    repository.edit_params(lambda params: params["classifiers"].update(mlp={"hidden_layer_sizes": [4], "max_iter": 3}))
    repository.dvc("repro", "evaluate")
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
    assert {point["epoch"] for point in points(shown, "training_accuracy")} == {1, 2, 3}

    page = repository.path / "reports/plots.html"
    repository.run("python", "-m", "tools.plots", "HEAD", "workspace")
    assert page.read_text().count("var spec = {") == 6
    assert not repository.run("git", "status", "--porcelain", "reports", ".dvc").stdout


def test_experiments_are_listed_one_a_line(repository):
    repository.dvc("exp", "run", "-n", "weights", "-S", "select.strategy=class_weight")
    repository.run("git", "checkout", "-q", ".")
    repository.dvc("exp", "run", "-n", "near", "-S", "+strategies.near_miss={sampler: NearMiss, version: 1}")
    repository.run("git", "checkout", "-q", ".")
    repository.dvc("exp", "run", "--queue", "-n", "waiting", "-S", "random_state=7")
    lines = repository.run("python", "-m", "tools.experiments").stdout.splitlines()
    assert lines[0].split() == [
        "experiment",
        "champion",
        "average_precision",
        "roc_auc",
        "brier_score",
        "f1",
        "changed",
        "params",
    ]
    assert lines[1].startswith("main ")
    found = {line.split()[0]: line for line in lines[2:]}
    assert set(found) == {"weights", "near", "waiting"}
    selected = json.loads(repository.run("dvc", "metrics", "show", "--json", "metrics/selected.json").stdout)
    assert f"{selected['']['data']['metrics/selected.json']['data']['f1']:.4f}" in lines[1]
    assert found["weights"].endswith("  select.strategy=class_weight")
    assert "class_weight × " in found["weights"]
    assert found["near"].endswith("  '+strategies.near_miss={sampler: NearMiss, version: 1}'")
    assert found["waiting"].split() == ["waiting", "queued", "random_state=7"]
