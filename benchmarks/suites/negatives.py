"""Models of a share of the negatives against models of all of them: `python -m benchmarks.suites.negatives`.

It shows users the cost of `split.negatives`. Each strategy trains on all rows of train, and on all positives with
several draws of the negatives. The test set is the same. Compare the difference in average precision with its standard
error on test. The mean score divided by the prevalence is 1 where the probabilities are right on average.
"""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from benchmarks.shared.arguments import add_strategies_option, add_table_options, make_parser
from benchmarks.shared.made_tables import STRATEGIES, make_params, make_rare_table, make_train_table
from benchmarks.shared.markdown import print_table
from stages.evaluate.effects.row_sets import RowSets
from stages.shared.calibration import calibrate
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import from_bools
from stages.shared.storage.model_file import scores
from stages.shared.storage.parquet import Table
from stages.split.negatives import keep_negatives
from stages.train.classifiers.calibration import fit_calibrator
from stages.train.strategy.artifacts import oof_columns
from stages.train.strategy.cross_validation import fit_strategy

COLUMNS = (
    "strategy", "classifier", "keep", "AP on test", "difference", "± over draws", "standard error of AP",
    "AP out of fold", "± over draws", "mean score ÷ prevalence", "log loss ÷ that of all",
)  # fmt: skip

ENSEMBLE: dict[str, Any] = {"classifiers": {"balanced_random_forest": {"n_estimators": 100}}}
COMPARED = {**STRATEGIES, "balanced_ensemble": ENSEMBLE}

CLASSIFIERS = {
    "logistic_regression": {"max_iter": 1000},
    "xgboost": {"n_estimators": 100, "learning_rate": 0.1, "subsample": 0.8, "colsample_bytree": 0.6},
}


class Metrics(NamedTuple):
    """The metrics of a trained candidate; all but average precision are of calibrated scores."""

    ap: float
    error: float  # standard error of `ap`
    oof_ap: float
    ratio: float  # mean score ÷ prevalence
    log_loss: float


def measure(train: Table, test: Table, name: str, options: Namespace) -> dict[str, Metrics]:
    """Train a strategy, and measure each of its classifiers."""
    params = make_params(COMPARED, CLASSIFIERS, options.splits)
    result = fit_strategy(train, name, params, lambda _: None)
    oof, y, features = oof_columns(result, train), test.target, test.features()
    row_sets, weights, metrics = RowSets.make(y, test.groups, None), oof.get("weight"), {}
    for classifier, model in result.models.items():
        calibrator = fit_calibrator(result.calibration_specs[classifier], oof[classifier], oof["y"], weights)
        raw = scores(model, features)
        value, probabilities = row_sets.measure_one("average_precision", raw[:0], raw), calibrate(raw, calibrator)
        folds = [
            METRICS["average_precision"].score(
                oof["y"][inside], oof[classifier][inside], None if weights is None else weights[inside]
            )
            for inside in (oof["fold"] == fold for fold in range(options.splits))
        ]
        metrics[classifier] = Metrics(
            value.value,
            float(np.sqrt((value.influence**2).sum())),
            float(np.mean(folds)),
            float(probabilities.mean() / y.mean()),
            METRICS["log_loss"].score(y, probabilities, None),
        )
    return metrics


def thin(train: Table, test: Table, keep: float, seed: int) -> Table:
    """Return `train` with a share of its negatives, as the stage split writes it."""
    kept = keep_negatives(train.target, np.ones(train.data.num_rows, dtype=np.bool_), None, keep, seed)
    rows = Table(train.data.filter(from_bools(kept.rows)), train.contract, train.flow)
    return kept.describe(rows, test)[0]


def compare(train: Table, test: Table, options: Namespace) -> Iterator[list[str]]:
    """Yield a row for each strategy, classifier and share."""
    for name in options.strategies:
        all_rows = measure(train, test, name, options)
        for classifier, whole in all_rows.items():
            yield [name, classifier, "all", f"{whole.ap:.4f}", "", "", f"{whole.error:.4f}", f"{whole.oof_ap:.4f}", "",
                   f"{whole.ratio:.3f}", "1"]  # fmt: skip
        for keep in options.keep:
            draws = [measure(thin(train, test, keep, seed), test, name, options) for seed in range(options.draws)]
            for classifier, whole in all_rows.items():
                values = np.array([draw[classifier] for draw in draws])
                mean, sd = values.mean(axis=0), values.std(axis=0, ddof=1)
                yield [
                    name, classifier, f"{keep:g}", f"{mean[0]:.4f}", f"{mean[0] - whole.ap:+.4f}", f"{sd[0]:.4f}",
                    f"{whole.error:.4f}", f"{mean[2]:.4f}", f"{sd[2]:.4f}", f"{mean[3]:.3f}",
                    f"{mean[4] / whole.log_loss:.3f}",
                ]  # fmt: skip


def main() -> None:
    parser = make_parser(__doc__)
    add_table_options(parser, 1_000_000)
    parser.add_argument("--keep", type=float, nargs="+", default=[0.2, 0.05])
    parser.add_argument("--draws", type=int, default=3, help="draws of the negatives")
    parser.add_argument("--splits", type=int, default=2, help="folds")
    add_strategies_option(parser, COMPARED)
    options = parser.parse_args()
    X, y = make_rare_table(options.rows, options.columns)
    test_rows = options.rows // 4
    train, test = make_train_table(X[test_rows:], y[test_rows:]), make_train_table(X[:test_rows], y[:test_rows])
    print_table(f"{options.rows:,} × {options.columns}, {options.draws} draws", COLUMNS, compare(train, test, options))


if __name__ == "__main__":
    main()
