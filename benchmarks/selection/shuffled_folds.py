"""How much shuffled folds flatter where the data drift: `python -m benchmarks.selection.shuffled_folds`.

It shows why the folds of train follow time where the split does (split.time).

Tables of 3,000 rows in 60 periods are drawn. In a drifting table the effects of the columns are a random walk over the
periods, and each period has another share of positives. In a steady one both are constant. One column has the same
value in all rows of a period, and is a random walk, like a price. The last quarter is the test set. Each score is the
mean over tables: over shuffled folds of train, over folds by time, and on the test set.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.in_memory import train_strategy
from benchmarks.shared.intervals import compute_mean_interval
from benchmarks.shared.made_tables import make_params, make_train_table
from benchmarks.shared.markdown import print_table
from benchmarks.shared.simulation import RANKING_METRICS, measure_ranking
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.model_file import scores

PERIODS, ROWS_OF_PERIOD, COLUMNS = 60, 50, 5
TEST_SHARE = 0.25
#: standard deviation of the steps of a walk; 0 is no drift
WORLDS = {"steady": 0.0, "drifting": 0.3}
CLASSIFIERS = {"logistic_regression": {"max_iter": 1000}, "random_forest": {"n_estimators": 50, "min_samples_leaf": 2}}


def draw(step: float, random: np.random.RandomState) -> tuple[Floats, Ints, Ints]:
    """Return features, labels and the period of each row, in the order of time."""
    effects = 1 + np.cumsum(step * random.normal(size=(PERIODS, COLUMNS)), axis=0)
    effects *= (COLUMNS**0.5) / np.linalg.norm(effects, axis=1)[:, None]  # no period is easier than another
    level = -2.5 + 3 * step * random.normal(size=PERIODS)
    rate = np.cumsum(random.normal(size=PERIODS))
    period = np.repeat(np.arange(PERIODS), ROWS_OF_PERIOD)
    X = random.normal(size=(len(period), COLUMNS))
    odds = level[period] + (X * effects[period]).sum(axis=1)
    y = (random.random_sample(len(period)) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    return np.column_stack([X, rate[period]]), y, period


def simulate(step: float, seed: int, random: np.random.RandomState) -> dict[tuple[str, str], list[float]]:
    """Return for each classifier and metric the score over shuffled folds, over folds by time, and on test."""
    X, y, period = draw(step, random)
    late = period >= (1 - TEST_SHARE) * PERIODS
    shuffled, new = make_train_table(X[~late], y[~late]), make_train_table(X[late], y[late])
    by_time = replace(
        shuffled,
        data=shuffled.data.append_column("period", pa.array(period[~late])),
        contract=shuffled.contract.model_copy(update={"time": "period"}),
    )
    params = make_params({"baseline": {}}, CLASSIFIERS, 5, random_state=seed, calibration="none")
    trained = [train_strategy(table, "baseline", params) for table in (shuffled, by_time)]
    means = {}
    for classifier in CLASSIFIERS:
        on_test = measure_ranking(new.target, scores(trained[0].result.models[classifier], new.features()))
        for metric in RANKING_METRICS:
            on_folds = [strategy.record.classifiers[classifier][metric].mean for strategy in trained]
            means[classifier, metric] = [*on_folds, on_test[metric]]
    return means


def format_row(name: str, values: Sequence[Sequence[float]]) -> list[str]:
    """Return a row of the table: the three means, and by how much each kind of folds exceeds the test score."""
    shuffled, by_time, test = np.array(values).T
    gaps = [
        "{:+.3f} ({:+.3f} to {:+.3f})".format(*compute_mean_interval(folds - test)) for folds in (shuffled, by_time)
    ]
    return [name, *(f"{scored.mean():.3f}" for scored in (shuffled, by_time, test)), *gaps]


def main() -> None:
    options = parse_simulation_options(__doc__, 20)
    random, rows = np.random.RandomState(options.seed), []
    for world, step in WORLDS.items():
        runs = [simulate(step, seed, random) for seed in range(options.runs)]
        rows += [format_row(f"{world}, {' '.join(key)}", [run[key] for run in runs]) for key in runs[0]]
    columns = ["", "shuffled folds", "folds by time", "test", "shuffled − test", "by time − test"]
    print_table(
        f"Score over folds of train and on the later test set, {options.runs} tables of each kind", columns, rows
    )


if __name__ == "__main__":
    main()
