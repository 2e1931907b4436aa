"""What the score of a chosen champion is worth: `python -m benchmarks.verdict.winners_curse`.

Candidates are linear discriminants on different columns of the same small normal table: nearly equally good, each a
little luckier in one place or another. Because the columns are normal, the true average precision and ROC-AUC of every
fitted model are known, and so is by how much each way of reporting the winner's score is off on average.
"""

from collections import defaultdict
import time

import numpy as np
from scipy.special import ndtr

from benchmarks.verdict.tables import arguments, print_table
from stages.shared.metrics.ranking import Ranking, average_precision, roc_auc
from stages.shared.storage.arrow import Floats, Ints

CANDIDATES = 20
COLUMNS = 12
COLUMNS_EACH = 5
SHIFT = 0.6  # of the positives, in every column
FOLDS = 5
RATIO = 9  # negatives for each positive
TRAIN = 50  # positives
TESTS = (25, 50, 100, 200)  # positives; the same models are tested on each
METRICS = {"average_precision": average_precision, "roc_auc": roc_auc}
GRID = np.linspace(-8, 14, 4001)
WAYS = {
    "any": "no choice: the first candidate, its test score",
    "test": "chosen on cross-validation, its test score (what the referee reports)",
    "cv": "chosen on cross-validation, its cross-validation score",
    "best_test": "chosen on test, its test score",
}

Key = tuple[str, str, int]  # metric, way, test positives


def table(positives: int, random: np.random.RandomState) -> tuple[Floats, Ints]:
    """Rows of independent normal columns; the positives lie SHIFT higher in each."""
    y = np.repeat([1, 0], [positives, positives * RATIO])
    return random.normal(size=(len(y), COLUMNS)) + SHIFT * y[:, None], y


def direction(X: Floats, y: Ints) -> Floats:
    """Fisher's linear discriminant."""
    spread = np.cov(X[y == 1].T) + np.cov(X[y == 0].T)
    return np.asarray(np.linalg.solve(spread, X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)))


def measured(y: Ints, scores: Floats) -> dict[str, float]:
    """Both metrics of one ranking."""
    steps = Ranking(y, scores).weight(np.ones((1, len(y))))
    return {name: float(metric(steps)[0]) for name, metric in METRICS.items()}


def truth(weights: Floats) -> dict[str, float]:
    """Both metrics on infinitely many test rows: the score is normal in each class."""
    separation = SHIFT * weights.sum() / np.linalg.norm(weights)
    above = {1: ndtr(separation - GRID), 0: ndtr(-GRID)}
    tp, fp = above[1], RATIO * above[0]
    precision = (tp / np.maximum(tp + fp, 1e-300))[1:-1]
    return {
        "average_precision": float((above[1][:-2] - above[1][2:]) @ precision / 2),
        "roc_auc": float(ndtr(separation / np.sqrt(2))),
    }


def cross_validated(X: Floats, y: Ints) -> dict[str, float]:
    """The mean over the folds, as train computes it."""
    fold = np.concatenate([np.arange(size) % FOLDS for size in (TRAIN, TRAIN * RATIO)])
    folds = [measured(y[fold == k], X[fold == k] @ direction(X[fold != k], y[fold != k])) for k in range(FOLDS)]
    return {name: float(np.mean([one[name] for one in folds])) for name in METRICS}


def one_run(random: np.random.RandomState) -> dict[Key, float]:
    """The reported score minus the true score of the same model."""
    X, y = table(TRAIN, random)
    columns = [random.permutation(COLUMNS)[:COLUMNS_EACH] for _ in range(CANDIDATES)]
    models = [direction(X[:, chosen], y) for chosen in columns]
    cv = [cross_validated(X[:, chosen], y) for chosen in columns]
    true = [truth(model) for model in models]
    errors = {}
    for size in TESTS:
        X_test, y_test = table(size, random)
        test = [measured(y_test, X_test[:, chosen] @ model) for chosen, model in zip(columns, models, strict=True)]
        for name in METRICS:
            champion, lucky = (
                max(range(CANDIDATES), key=lambda index: leaderboard[index][name]) for leaderboard in (cv, test)
            )
            errors[name, "any", size] = test[0][name] - true[0][name]
            errors[name, "test", size] = test[champion][name] - true[champion][name]
            errors[name, "cv", size] = cv[champion][name] - true[champion][name]
            errors[name, "best_test", size] = test[lucky][name] - true[lucky][name]
    return errors


def main() -> None:
    """Prints the tables as Markdown."""
    options = arguments(__doc__, 2000)
    start, random = time.perf_counter(), np.random.RandomState(options.seed)
    errors: dict[Key, list[float]] = defaultdict(list)
    for _ in range(options.runs):
        for key, error in one_run(random).items():
            errors[key].append(error)
    print(f"Runs: {options.runs}, {CANDIDATES} candidates, {TRAIN} train positives. Seed {options.seed}.")
    for name in METRICS:
        noise = {size: np.std(errors[name, "test", size], ddof=1) for size in TESTS}
        rows = [
            [words, *(f"{np.mean(errors[name, method, size]) / noise[size]:+.2f}" for size in TESTS)]
            for method, words in WAYS.items()
        ]
        rows.append(["standard error of a test score", *(f"{noise[size]:.3f}" for size in TESTS)])
        title = f"{name}: mean of reported minus true score, in standard errors of a test score"
        print_table(title, ["reported score \\ test positives", *map(str, TESTS)], rows)
    doubt = 1 / np.sqrt(options.runs)
    print(f"\nEach mean is known to ± {2 * doubt:.2f} standard errors. {time.perf_counter() - start:.0f} seconds.")


if __name__ == "__main__":
    main()
