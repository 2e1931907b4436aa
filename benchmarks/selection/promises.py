"""How often thresholds keep their bound, with trained models: `python -m benchmarks.selection.promises`.

It shows whether a promise holds where models of the folds choose the threshold, and a model of all rows decides.

Tables are drawn from worlds with a known formula and fitted as they are. The threshold comes from five folds. Its true
recall and precision are those of the model of the whole table on many fresh rows.
"""

from collections.abc import Iterator

import numpy as np

from benchmarks.selection.promises_of_scores import PROMISE, format_price, get_bounded
from benchmarks.shared.arguments import add_simulation_options, make_parser
from benchmarks.shared.markdown import format_percent, print_table
from benchmarks.verdict.effects.worlds import CLASSIFIERS, World, fit_out_of_fold, fit_scores, linear, nonlinear
from stages.evaluate.thresholds.guarantee import choose_guaranteed
from stages.evaluate.thresholds.policies import Policy
from stages.evaluate.thresholds.tuning import tune_threshold
from stages.shared.schemas.candidate import Guarantee
from stages.shared.storage.arrow import Floats, Ints

FRESH_POSITIVES, FRESH_NEGATIVES = 2000, 40_000
RECALL, N_SPLITS = 0.9, 5

#: rows of a sample that shows the prevalence with a relative error of about one percent
LARGE = 1_000_000

#: the formula, for about so many positives, and the bound of precision
WORLDS = {
    "linear, 5 %": (World(0, lambda X: linear(X) - 3.85), 0.25),
    "linear, 1 %": (World(0, lambda X: 1.2 * linear(X) - 6.05), 0.05),
    "nonlinear, 5 %": (World(0, lambda X: nonlinear(X) - 4.85), 0.25),
}


def draw_fresh(world: World, random: np.random.RandomState) -> tuple[Floats, Ints, float]:
    """Return so many fresh positives and negatives, and the prevalence."""
    X, y = world.draw(LARGE, random)
    rows = [np.flatnonzero(y == label)[:size] for label, size in ((1, FRESH_POSITIVES), (0, FRESH_NEGATIVES))]
    indices = np.concatenate(rows)
    return X[indices], y[indices], float(y.mean())


def measure(y: Ints, scores: Floats, threshold: float, prevalence: float) -> dict[str, float]:
    """Return recall and precision at this prevalence."""
    recall, false_alarm_rate = (float((scores[y == label] >= threshold).mean()) for label in (1, 0))
    return get_bounded(recall, false_alarm_rate, prevalence)


def simulate(name: str, classifier: str, positives: int, runs: int, seed: int) -> Iterator[list[str]]:
    """Yield a row of the table for each policy."""
    (world, precision), random = WORLDS[name], np.random.RandomState(seed)
    fresh, fresh_y, prevalence = draw_fresh(world, random)
    results: dict[str, list[tuple[float, float, Guarantee]]] = {"min_recall": [], "min_precision": []}
    bounds = {"min_recall": RECALL, "min_precision": precision}
    for run in range(runs):
        X, y = world.draw(round(positives / prevalence), random)
        scores = fit_out_of_fold(classifier, "baseline", X, y, N_SPLITS, run)
        (new,) = fit_scores(classifier, "baseline", X, y, [fresh], run)
        for policy, values in results.items():
            bounded = Policy(policy, bounds[policy])
            point = tune_threshold(y, scores, bounded)
            threshold, guarantee = choose_guaranteed(np.arange(len(y)), y, scores, point, bounded, PROMISE)
            before, after = (measure(fresh_y, new, item, prevalence)[policy] for item in (point, threshold))
            values.append((before, after, guarantee))
    for policy, values in results.items():
        kept_before = sum(before >= bounds[policy] for before, _, _ in values)
        kept = sum(after >= bounds[policy] or not guarantee.kept for _, after, guarantee in values)
        promised = sum(guarantee.kept for _, _, guarantee in values)
        shares = [format_percent(count, runs) for count in (kept_before, kept, promised)]
        label = f"{policy} {bounds[policy]:g}: {name}, {positives} positives, {classifier}"
        yield [label, *shares, format_price([guarantee for _, _, guarantee in values])]


def main() -> None:
    parser = add_simulation_options(make_parser(__doc__), 60)
    parser.add_argument("--only", choices=WORLDS, help="a single world")
    parser.add_argument("--positives", type=int, nargs="*", default=[40, 150], help="of a table (default 40 150)")
    parser.add_argument("--classifiers", nargs="*", choices=CLASSIFIERS, default=CLASSIFIERS, help="(default all)")
    options = parser.parse_args()
    rows = (
        row
        for name in ([options.only] if options.only else WORLDS)
        for positives in options.positives
        for classifier in options.classifiers
        for row in simulate(name, classifier, positives, options.runs, options.seed)
    )
    columns = ["bound kept, %", "point estimate", "promise", "promised", "price, out of fold"]
    print_table(f"Tables whose fresh rows keep the bound, of {options.runs} each", columns, rows)


if __name__ == "__main__":
    main()
