"""Whether the reported score of a tuned candidate is honest: `python -m benchmarks.verdict.tuning_bias`.

Small tables of normal columns, most of them noise and a few with a weak signal. `fit_strategy` tunes SMOTE and logistic
regression on each, as the pipeline does. A large fresh sample tells what the tuned model is worth. Compared with that
are the best mean of the search, which chose the settings, and the nested score, which is what the pipeline reports.

Without any tuning a cross-validated score is not quite the truth either: its models learn from four fifths of the rows,
and average precision reads high where a fold has few positives. The rows "no tuning" show how much that is.
"""

from collections.abc import Sequence
import time
from typing import Any, NamedTuple

from stages.shared.runtime.threads import limit_threads

limit_threads()

import numpy as np  # noqa: E402 - after the number of threads is settled
import pyarrow as pa  # noqa: E402

from benchmarks.verdict.referee import Trained, trained  # noqa: E402
from benchmarks.verdict.tables import arguments, print_table  # noqa: E402
from stages.shared.metrics.ranking import Ranking, average_precision, roc_auc  # noqa: E402
from stages.shared.metrics.registry import SelectableMetric  # noqa: E402
from stages.shared.schemas.contract import GROUP, ROW, Contract, Feature, Step  # noqa: E402
from stages.shared.storage.model_file import scores  # noqa: E402
from stages.shared.storage.parquet import Table  # noqa: E402
from stages.train.params import TrainParams  # noqa: E402

POSITIVES = (20, 60)  # of the train side
NOISE = 20  # columns that tell nothing
SIGNAL = 3  # columns in which positives lie SHIFT higher
SHIFT = 0.5
RATIO = 9  # negatives for each positive
FRESH = 2000  # positives of the sample that tells the truth
FOLDS = 5
CLASSIFIER = "logistic_regression"
PARAMS: dict[str, Any] = {
    "cv": {"n_splits": FOLDS, "n_repeats": 1},
    "preprocess": {"impute": "median", "scale": "before_resampling", "max_categories": 30},
    "strategies": {"smote": {"sampler": "SMOTE", "sampling_strategy": 0.75, "k_neighbors": 3}},
    "classifiers": {"logistic_regression": {"max_iter": 1000, "C": 1.0}},
    "tuning": {
        "metric": "average_precision",
        "search": {"how": "exhaustive"},
        "n_splits": 3,
        "samplers": {"SMOTE": {"sampling_strategy": [0.5, 1.0]}},
        "classifiers": {"logistic_regression": {"C": [0.001, 0.01, 0.1, 1]}},
    },
    "calibration": "none",
}


class Scored(NamedTuple):
    """What is said of a model, and what it is worth on the fresh sample, in average precision."""

    reported: float
    truth: float


#: what is searched for, reported and compared
RANKINGS: dict[SelectableMetric, Any] = {"average_precision": average_precision, "roc_auc": roc_auc}

WAYS = {
    "fixed": "no tuning: the cross-validated score of the settings as given",
    "search": "tuned: the best mean of the search, which chose the settings",
    "nested": "tuned: the nested score, which is reported",
}


def sample(positives: int, random: np.random.RandomState) -> Table:
    """A train side of independent normal columns; the positives lie SHIFT higher in SIGNAL of them."""
    y = np.repeat([1, 0], [positives, positives * RATIO])
    X = random.normal(size=(len(y), SIGNAL + NOISE))
    X[:, :SIGNAL] += SHIFT * y[:, None]
    features = [Feature(name=f"x{index}", type="numeric", missing=0.0) for index in range(X.shape[1])]
    contract = Contract(
        source="simulated", rows=len(y), positives=positives, target="y", positive="1", negative="0",
        features=features, key=[], group=None, time=None, missing={},
    )  # fmt: skip
    rows = np.arange(len(y))
    columns = {feature.name: column for feature, column in zip(features, X.T.copy(), strict=True)}
    data = pa.table({ROW: rows, GROUP: rows, **columns, "y": pa.array(y, pa.int8())})
    step = Step(step="train", rows=len(y), columns=X.shape[1], negative=len(y) - positives, positive=positives)
    return Table(data, contract, [step])


def run(train: Table, fresh: Table, metric: SelectableMetric, seed: int) -> dict[str, Scored]:
    """One simulated data set, each way."""
    tuned, fixed = (trained(train, "smote", params(seed, metric, tuning)) for tuning in (True, False))
    result = tuned.outcome.tuning[CLASSIFIER].search
    best = next(trial for trial in result.trials if trial.candidate == result.best_params).mean(metric)
    truth = worth(tuned, fresh, metric)
    return {
        "fixed": Scored(reported(fixed, metric), worth(fixed, fresh, metric)),
        "search": Scored(best, truth),
        "nested": Scored(reported(tuned, metric), truth),
    }


def params(seed: int, metric: SelectableMetric, tuning: bool) -> TrainParams:
    """PARAMS with another seed, searching for `metric` or not tuned at all."""
    searched = {**PARAMS["tuning"], "metric": metric} | ({} if tuning else {"classifiers": {}})
    return TrainParams.model_validate({**PARAMS, "tuning": searched, "random_state": seed})


def reported(one: Trained, metric: SelectableMetric) -> float:
    """The cross-validated score, as metrics/cv has it."""
    return one.record.classifiers[CLASSIFIER][metric].mean


def worth(one: Trained, fresh: Table, metric: SelectableMetric) -> float:
    """The metric of the model on the fresh sample."""
    values = scores(one.outcome.models[CLASSIFIER], fresh.features())
    return float(RANKINGS[metric](Ranking(fresh.target, values).weight(np.ones((1, len(values)))))[0])


def bias(runs: Sequence[Scored]) -> tuple[float, float, float]:
    """How far what is said is off on average, the standard error of one such score, and their ratio."""
    gaps = np.array([one.reported - one.truth for one in runs])
    error = float(gaps.std(ddof=1))
    return float(gaps.mean()), error, float(gaps.mean()) / error


def row(name: str, runs: Sequence[Scored]) -> list[str]:
    """One line of the table."""
    off, error, ratio = bias(runs)
    reported, truth = (float(np.mean([one[index] for one in runs])) for index in (0, 1))
    numbers = [f"{reported:.3f}", f"{truth:.3f}", f"{off:+.4f}", f"{error / len(runs) ** 0.5:.4f}", f"{error:.3f}"]
    return [name, *numbers, f"{ratio:+.2f}"]


def main() -> None:
    """Prints the table as Markdown."""
    options = arguments(__doc__, 60)
    start, random = time.perf_counter(), np.random.RandomState(options.seed)
    fresh, rows = sample(FRESH, random), []
    for metric in RANKINGS:
        for positives in POSITIVES:
            runs = [run(sample(positives, random), fresh, metric, seed) for seed in range(options.runs)]
            rows += [
                row(f"{metric}, {positives} positives, {method}", [one[method] for one in runs]) for method in WAYS
            ]
    print(f"{options.runs} data sets of each size, seed {options.seed}.")
    print("\n".join(f"- {method}: {meaning}" for method, meaning in WAYS.items()))
    columns = ["", "said", "truth", "bias", "± of the bias", "standard error", "bias / standard error"]
    print_table("What is said of a tuned model, and what it is worth", columns, rows)
    print(f"\n{time.perf_counter() - start:.0f} seconds.")


if __name__ == "__main__":
    main()
