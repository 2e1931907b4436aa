"""The command `python -m benchmarks.verdict.effects`."""

from collections.abc import Iterator, Sequence
from itertools import product
import warnings

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold, train_test_split

from benchmarks.shared.arguments import add_simulation_options, make_parser
from benchmarks.shared.markdown import print_table
from benchmarks.shared.simulation import CONFIDENCE
from benchmarks.verdict import effects
from benchmarks.verdict.effects.errors import Estimates, split_means, summarize_cells
from benchmarks.verdict.effects.worlds import (
    CLASSIFIERS,
    FRESH_ROWS,
    REFERENCE,
    TREATMENTS,
    WORLDS,
    World,
    fit_out_of_fold,
    fit_scores,
)  # fmt: skip
from stages.evaluate.effects.effects import EffectSettings, choose_margins, estimate_effects, list_comparisons
from stages.evaluate.effects.estimates import REFIT
from stages.evaluate.effects.row_sets import RankingValue, RowSets
from stages.evaluate.models.candidates import CandidateKey
from stages.shared.metrics.registry import list_family
from stages.shared.storage.arrow import Floats, Ints

N_SPLITS = 5


def simulate(world: World, runs: int, seed: int, classifiers: Sequence[str]) -> pd.DataFrame:
    """Estimate the effects on `runs` tables of a world, from all rows and from the test set alone."""
    random, estimates = np.random.RandomState(seed), Estimates()
    fresh = world.draw(FRESH_ROWS, random)
    for run in range(runs):
        _estimate(*world.draw(world.rows, random), fresh, run, classifiers, estimates)
    return estimates.compare_with_truth()


def _estimate(
    X: Floats, y: Ints, fresh: tuple[Floats, Ints], run: int, classifiers: Sequence[str], estimates: Estimates
) -> None:
    train, test = train_test_split(np.arange(len(y)), test_size=0.25, stratify=y, random_state=run)
    splitter = StratifiedKFold(N_SPLITS, shuffle=True, random_state=run)
    folds = [validation for _, validation in splitter.split(train, y[train])]
    by_fold = np.concatenate(folds)
    order = np.concatenate([train[by_fold], test])
    set_ids = np.repeat(np.arange(N_SPLITS + 1), [*map(len, folds), len(test)])
    row_sets = {
        "all": RowSets(y[order], set_ids, np.arange(len(order))),
        "test": RowSets(y[test], np.zeros(len(test), dtype=np.int64), np.arange(len(test))),
    }
    metrics: dict[str, dict[CandidateKey, dict[str, RankingValue]]] = {"all": {}, "test": {}}
    true_values: dict[CandidateKey, dict[str, float]] = {}
    for classifier, strategy in product(classifiers, (REFERENCE, *TREATMENTS)):
        candidate = CandidateKey(strategy, classifier)
        oof = fit_out_of_fold(classifier, strategy, X[train], y[train], N_SPLITS, run)[by_fold]
        tests = fit_scores(classifier, strategy, X[train], y[train], [X[test], fresh[0]], run)
        for name, sets in row_sets.items():
            metrics[name][candidate] = sets.measure(oof, tests[0])
        true_values[candidate] = {name: spec.score(fresh[1], tests[1]) for name, spec in list_family("ranking").items()}
    comparisons = list_comparisons(metrics["all"], REFERENCE)
    margins = choose_margins(None, metrics["all"], REFERENCE)
    for name, sets in row_sets.items():
        settings = EffectSettings("all", CONFIDENCE, margins, 1000, run, sets.n_positives)
        estimates.add(run, name, estimate_effects(metrics[name], comparisons, settings), margins)
    for comparison in comparisons:
        for metric in list_family("ranking"):
            gains = [true_values[treated][metric] - true_values[plain][metric] for treated, plain in comparison.pairs]
            estimates.add_truth(comparison, metric, gains)


def list_rows(name: str, judged: pd.DataFrame) -> Iterator[list[str]]:
    """Yield two rows of the table: the mean effects, and the effects with one classifier."""
    for label, part in split_means(judged):
        all_rows, on_test = summarize_cells(part, "all"), summarize_cells(part, "test")
        worst = all_rows["holds"].idxmin()
        family_wrong = part[part["rows"] == "all"].groupby("run")["false"].any()
        yield [
            f"{name}: {label}",
            f"{100 * all_rows['holds'].median():.0f} "
            f"({100 * all_rows['holds'].min():.0f}, {'/'.join(filter(None, worst[:2]))})",
            f"{100 * on_test['holds'].median():.0f} ({100 * on_test['holds'].min():.0f})",
            f"{REFIT * all_rows['spread'].max():.2f}",
            f"{(all_rows['median_error'] / on_test['median_error']).median():.2f}",
            f"{100 * family_wrong.mean():.0f}",
            f"{100 * all_rows['false_same'].max():.0f}",
            f"{100 * on_test['decided'].mean():.0f} → {100 * all_rows['decided'].mean():.0f}",
            f"{all_rows['minimum_detectable'].median():.3f} ({all_rows['minimum_detectable'].max():.3f})",
            f"{all_rows['said_of_true'].median():.2f}",
        ]


def main() -> None:
    warnings.filterwarnings("ignore")  # XGBoost and scikit-learn warn of hard tables
    parser = add_simulation_options(make_parser(effects.__doc__), 50)
    parser.add_argument("--only", nargs="*", default=list(WORLDS), help="names of worlds (default: all)")
    parser.add_argument("--classifiers", nargs="*", default=list(CLASSIFIERS), help="names of them (default: all)")
    options = parser.parse_args()
    judged = {name: simulate(WORLDS[name], options.runs, options.seed, options.classifiers) for name in options.only}
    columns = [
        "world", "coverage, % (worst cell)", "of test alone", "spread ÷ error of rows, worst", "width ÷ test alone",
        "false claim in the family, %", "wrong same, worst, %", "decided, %: test alone → all",
        "effect that shows (worst)", "said ÷ true",
    ]  # fmt: skip
    for metric in list_family("ranking"):
        rows = [row for name, table in judged.items() for row in list_rows(name, table[table["metric"] == metric])]
        print_table(f"Effects on {metric}, {options.runs} tables of each world", columns, rows)


if __name__ == "__main__":
    main()
