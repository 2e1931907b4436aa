"""Whether the reported score of a tuned candidate is too high: `python -m benchmarks.selection.tuning_bias`.

It shows whether tuned and untuned candidates may be ranked together.

`fit_strategy` tunes SMOTE and logistic regression on small tables of normal columns, most of them noise. The scores are
compared with the value of the model on a large new sample. A cross-validated score without tuning is biased as well.
Its models learn from four fifths of the rows, and average precision is too high in folds with few positives.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.in_memory import TrainedStrategy, train_strategy
from benchmarks.shared.made_tables import make_params, make_train_table
from benchmarks.shared.markdown import print_table
from benchmarks.shared.simulation import RANKING_METRICS, draw_table, measure_ranking
from stages.shared.metrics.registry import SelectableMetric
from stages.shared.storage.model_file import scores
from stages.shared.storage.parquet import Table
from stages.train.params import TrainParams

POSITIVES = (20, 60)  # of the training set
SHIFTS = np.array([0.5] * 3 + [0.0] * 20)  # of the positives: three columns have a signal
NEW_POSITIVES = 2000  # of the sample that gives the true value
CLASSIFIER = "logistic_regression"
STRATEGIES = {"smote": {"sampler": "SMOTE", "sampling_strategy": 0.75, "k_neighbors": 3}}
SAMPLER_GRID = {"SMOTE": {"sampling_strategy": [0.5, 1.0]}}
CLASSIFIER_GRID = {CLASSIFIER: {"C": [0.001, 0.01, 0.1, 1]}}
SCORES = {
    "fixed": "no tuning: the cross-validated score of the settings as given",
    "search": "tuned: the best mean of the search, which chose the settings",
    "nested": "tuned: the nested score, which is reported",
}


class Score(NamedTuple):
    """The reported score of a model, and its value on the new sample."""

    reported: float
    truth: float


def draw_train_table(positives: int, random: np.random.RandomState) -> Table:
    """Draw a training set in which only the first columns have a signal."""
    return make_train_table(*draw_table(positives, SHIFTS, random))


def make_search_params(seed: int, metric: SelectableMetric, tuning: bool) -> TrainParams:
    """Return params that search for `metric`, or do not tune the classifier."""
    search = {"metric": metric, "samplers": SAMPLER_GRID, "classifiers": CLASSIFIER_GRID if tuning else {}}
    classifiers = {CLASSIFIER: {"max_iter": 1000, "C": 1.0}}
    return make_params(STRATEGIES, classifiers, 5, search, random_state=seed, calibration="none")


def simulate(train: Table, new: Table, metric: SelectableMetric, seed: int) -> dict[str, Score]:
    """Return the three scores of one simulated data set."""
    with_tuning, without_tuning = (
        train_strategy(train, "smote", make_search_params(seed, metric, tuning)) for tuning in (True, False)
    )
    search = with_tuning.result.tuning[CLASSIFIER].search
    best = next(trial for trial in search.trials if trial.candidate == search.best_params).mean(metric)
    truth = measure_model(with_tuning, new, metric)
    return {
        "fixed": Score(
            without_tuning.record.classifiers[CLASSIFIER][metric].mean, measure_model(without_tuning, new, metric)
        ),
        "search": Score(best, truth),
        "nested": Score(with_tuning.record.classifiers[CLASSIFIER][metric].mean, truth),
    }


def measure_model(strategy: TrainedStrategy, new: Table, metric: SelectableMetric) -> float:
    """Return the metric of the final model on the new sample."""
    return measure_ranking(new.target, scores(strategy.result.models[CLASSIFIER], new.features()))[metric]


def compute_bias(runs: Sequence[Score]) -> tuple[float, float]:
    """Return the mean of reported minus true score, and the standard error of one such difference."""
    differences = np.array([score.reported - score.truth for score in runs])
    return float(differences.mean()), float(differences.std(ddof=1))


def format_row(name: str, runs: Sequence[Score]) -> list[str]:
    """Return a row of the table."""
    bias, error = compute_bias(runs)
    means = [f"{mean:.3f}" for mean in np.mean(runs, axis=0)]
    return [name, *means, f"{bias:+.4f}", f"{error / len(runs) ** 0.5:.4f}", f"{error:.3f}", f"{bias / error:+.2f}"]


def main() -> None:
    options = parse_simulation_options(__doc__, 60)
    random = np.random.RandomState(options.seed)
    new, rows = draw_train_table(NEW_POSITIVES, random), []
    for metric in RANKING_METRICS:
        for positives in POSITIVES:
            runs = [simulate(draw_train_table(positives, random), new, metric, seed) for seed in range(options.runs)]
            rows += [
                format_row(f"{metric}, {positives} positives, {key}", [run[key] for run in runs]) for key in SCORES
            ]
    print("\n".join(f"- {key}: {meaning}" for key, meaning in SCORES.items()))
    columns = ["", "reported", "true", "bias", "± of the bias", "standard error", "bias / standard error"]
    print_table(f"Reported and true score of a tuned model, {options.runs} data sets of each size", columns, rows)


if __name__ == "__main__":
    main()
