"""How well rotated test sets estimate the effects of treatments: `python -m benchmarks.verdict.rotation`.

It shows users whether they may rely on the verdicts of `python -m tools.rotate`. Worlds and models are those of
benchmarks.verdict.effects. Every row of a table is in one of four test sets. Each of the four models gets its
calibrator and threshold from out-of-fold scores of its train set. The true effect is the mean over all tables and
rotations of the effect on many fresh rows.
"""

from collections.abc import Iterator
from itertools import product
import warnings

import numpy as np
import pandas as pd

from benchmarks.shared.arguments import add_simulation_options, make_parser
from benchmarks.shared.markdown import print_table
from benchmarks.shared.simulation import CONFIDENCE
from benchmarks.verdict.effects.errors import Estimates, split_means, summarize_cells
from benchmarks.verdict.effects.worlds import (
    FRESH_ROWS,
    REFERENCE,
    TREATMENTS,
    WORLDS,
    World,
    fit_out_of_fold,
    fit_scores,
)
from stages.evaluate.effects.effects import list_comparisons
from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.thresholds.policies import Policy
from stages.evaluate.thresholds.tuning import tune_threshold
from stages.shared.calibration import calibrate
from stages.shared.metrics.decisions import is_positive
from stages.shared.metrics.registry import METRICS, list_compared
from stages.shared.storage.arrow import Bools, Floats, Ints
from stages.split.assignment import draw_parts
from stages.train.classifiers.calibration import CalibrationSpec, fit_calibrator
from tools.rotate.estimates import FAMILIES, Rotation, RotationSettings, estimate_rotations, measure_family

N_PARTS, N_SPLITS, CLASSIFIERS = 4, 3, ("logistic_regression", "xgboost")
DEFAULT_WORLDS = ("linear, 1,000 rows", "linear, 3,000 rows", "nonlinear, 3,000 rows")

Answers = dict[CandidateKey, tuple[Floats, Bools]]  # calibrated scores and decisions


def simulate(world: World, runs: int, seed: int) -> pd.DataFrame:
    """Estimate the effects on `runs` tables of a world, from all rows and from the first test set alone."""
    random, estimates = np.random.RandomState(seed), Estimates()
    fresh = world.draw(FRESH_ROWS, random)
    for run in range(runs):
        _estimate(*world.draw(world.rows, random), fresh, run, estimates)
    return estimates.compare_with_truth()


def _estimate(X: Floats, y: Ints, fresh: tuple[Floats, Ints], run: int, estimates: Estimates) -> None:
    parts, rotations = draw_parts(np.arange(len(y)), y, N_PARTS, run), []
    for part in range(1, N_PARTS + 1):
        train, test = np.flatnonzero(parts != part), np.flatnonzero(parts == part)
        on_test: Answers = {}
        on_fresh: Answers = {}
        for classifier, strategy in product(CLASSIFIERS, (REFERENCE, *TREATMENTS)):
            answers = _fit(classifier, strategy, X[train], y[train], [X[test], fresh[0]], run)
            on_test[CandidateKey(strategy, classifier)], on_fresh[CandidateKey(strategy, classifier)] = answers
        rotations.append(_make_rotation(test, y[test], on_test))
        _add_truths(_make_rotation(np.arange(FRESH_ROWS), fresh[1], on_fresh), estimates)
    settings = RotationSettings(REFERENCE, CONFIDENCE, 1000, run)
    for name, selected in (("all", rotations), ("one", rotations[:1])):
        result = estimate_rotations(selected, settings)
        estimates.add(run, name, result.effects, result.margins)


def _fit(
    classifier: str, strategy: str, X: Floats, y: Ints, scored: list[Floats], seed: int
) -> list[tuple[Floats, Bools]]:
    """Return calibrated scores and decisions for each table of `scored`; only treated models are calibrated."""
    oof = fit_out_of_fold(classifier, strategy, X, y, N_SPLITS, seed)
    calibrator = fit_calibrator(CalibrationSpec("none" if strategy == REFERENCE else "sigmoid", 0.0), oof, y)
    threshold = tune_threshold(y, calibrate(oof, calibrator), Policy("f1"))
    calibrated = [calibrate(scores, calibrator) for scores in fit_scores(classifier, strategy, X, y, scored, seed)]
    return [(scores, is_positive(scores, threshold)) for scores in calibrated]


def _make_rotation(rows: Ints, y: Ints, answers: Answers) -> Rotation:
    scores = {candidate: pair[0] for candidate, pair in answers.items()}
    return Rotation(rows, y, rows, scores, {candidate: pair[1] for candidate, pair in answers.items()})


def _add_truths(rotation: Rotation, estimates: Estimates) -> None:
    """Add every effect on the fresh rows."""
    for family in FAMILIES:
        metrics = measure_family([rotation], list(rotation.scores), family, list_compared()[family])
        for item in list_comparisons(metrics, REFERENCE):
            for metric in list_compared()[family]:
                gains = [metrics[treated][metric].value - metrics[plain][metric].value for treated, plain in item.pairs]
                estimates.add_truth(item, metric, gains)


def list_rows(name: str, judged: pd.DataFrame) -> Iterator[list[str]]:
    """Yield two rows of the table: the mean effects, and the effects with one classifier, over all metrics."""
    for label, part in split_means(judged):
        all_sets, one_set = summarize_cells(part, "all"), summarize_cells(part, "one")
        strategy, classifier, metric = all_sets["holds"].idxmin()
        false = part[part["rows"] == "all"].groupby(["metric", "run"])["false"].any().groupby("metric").mean()
        yield [
            f"{name}: {label}",
            f"{100 * all_sets['holds'].median():.0f} "
            f"({100 * all_sets['holds'].min():.0f}, {'/'.join(filter(None, (metric, strategy, classifier)))})",
            f"{all_sets['spread'].median():.2f} ({all_sets['spread'].max():.2f})",
            f"{all_sets['bias'].max():.2f}",
            f"{(all_sets['median_error'] / one_set['median_error']).median():.2f}",
            f"{100 * false.max():.0f}",
            f"{100 * all_sets['false_same'].max():.0f}",
            f"{100 * one_set['decided'].mean():.0f} → {100 * all_sets['decided'].mean():.0f}",
        ]


def main() -> None:
    warnings.filterwarnings("ignore")  # XGBoost and scikit-learn warn of hard tables
    parser = add_simulation_options(make_parser(__doc__), 50)
    parser.add_argument("--only", nargs="*", default=list(DEFAULT_WORLDS), help="names of worlds (default: three)")
    options = parser.parse_args()
    judged = {name: simulate(WORLDS[name], options.runs, options.seed) for name in options.only}
    columns = [
        "world", "coverage, % (worst cell)", "spread ÷ error (worst)", "bias ÷ error, worst",
        "width ÷ one test set", "false claim in the family, %", "wrong same, worst, %",
        "decided, %: one test set → all",
    ]  # fmt: skip
    for family in FAMILIES:
        metrics = [name for name, metric in METRICS.items() if metric.family == family]
        tables = {name: table[table["metric"].isin(metrics)] for name, table in judged.items()}
        rows = [row for name, table in tables.items() for row in list_rows(name, table)]
        print_table(f"Effects on {family}, {options.runs} tables of each world", columns, rows)


if __name__ == "__main__":
    main()
