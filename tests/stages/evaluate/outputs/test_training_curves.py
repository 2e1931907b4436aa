"""Training curves, by hand."""

from itertools import pairwise

from stages.evaluate.outputs.training_curves import MAX_EPOCHS, list_training_points
from stages.shared.schemas.trace import Epoch, Trace
from tests.stages.evaluate.made.records import trace


def epoch(fold: int, number: int, loss: float) -> Epoch:
    return Epoch(
        fold=fold, epoch=number, train_loss=loss, train_accuracy=1.0, validation_loss=loss + 1, validation_accuracy=0.5
    )


def traced(epochs: dict[str, list[Epoch]]) -> Trace:
    return trace("smote", epochs=epochs)


def test_means_over_the_folds() -> None:
    epochs = [epoch(0, 1, 0.5), epoch(0, 2, 0.25), epoch(1, 1, 1.5), epoch(1, 2, 0.75)]
    made = {"strategy": "smote", "classifier": "mlp"}
    assert list_training_points({"smote": traced({"mlp": epochs})}) == [
        {**made, "epoch": 1, "part": "train", "loss": 1.0, "accuracy": 1.0},
        {**made, "epoch": 2, "part": "train", "loss": 0.5, "accuracy": 1.0},
        {**made, "epoch": 1, "part": "validation", "loss": 2.0, "accuracy": 0.5},
        {**made, "epoch": 2, "part": "validation", "loss": 1.5, "accuracy": 0.5},
    ]


def test_long_curves_keep_their_ends_and_few_points_between() -> None:
    found = list_training_points({"baseline": traced({"xgboost": [epoch(0, number, 1.0) for number in range(1, 301)]})})
    train = [point["epoch"] for point in found if point["part"] == "train"]
    assert len(train) == len(set(train)) == MAX_EPOCHS
    assert (train[0], train[-1]) == (1, 300)
    gaps = {after - before for before, after in pairwise(train)}
    assert gaps <= {10, 11}  # 299 / 29


def test_every_strategy_and_classifier_with_epochs_and_no_other() -> None:
    traces = {
        "baseline": traced({"mlp": [epoch(0, 1, 1.0)], "xgboost": [epoch(0, 1, 1.0)]}),
        "smote": traced({}),
    }
    found = [(point["strategy"], point["classifier"]) for point in list_training_points(traces)]
    assert found == [("baseline", "mlp")] * 2 + [("baseline", "xgboost")] * 2
