"""By how much the score of a chosen champion is too high: `python -m benchmarks.selection.winners_curse`.

It shows whether users may expect the test score that the report gives for the champion.

Candidates are linear discriminants on different columns of one small normal table, nearly equally good. Because the
columns are normal, the true average precision and ROC-AUC of every fitted model are known.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.markdown import print_table
from benchmarks.shared.simulation import RANKING_METRICS, draw_table, measure_ranking
from stages.shared.storage.arrow import Floats, Ints

CANDIDATES = 20
COLUMNS_EACH = 5
SHIFTS = np.full(12, 0.6)  # of the positives
FOLDS = 5
TRAIN = 50  # positives
TESTS = (25, 50, 100, 200)  # positives; every model is tested on each
GRID = np.linspace(-8, 14, 4001)
REPORTED = {
    "any": "no choice: the first candidate, its test score",
    "test": "chosen on cross-validation, its test score (as in the report)",
    "cv": "chosen on cross-validation, its cross-validation score",
    "best_test": "chosen on test, its test score",
}

Key = tuple[str, str, int]  # metric, reported score, test positives


def fit_discriminant(X: Floats, y: Ints) -> Floats:
    """Return the weights of Fisher's linear discriminant."""
    covariance = np.cov(X[y == 1].T) + np.cov(X[y == 0].T)
    return np.asarray(np.linalg.solve(covariance, X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)))


def compute_truth(weights: Floats) -> dict[str, float]:
    """Return both metrics on infinitely many test rows, whose scores are normal in each class."""
    separation = SHIFTS[0] * weights.sum() / np.linalg.norm(weights)
    tp, fp = ndtr(separation - GRID), 9 * ndtr(-GRID)
    precision = (tp / np.maximum(tp + fp, 1e-300))[1:-1]
    return {
        "average_precision": float((tp[:-2] - tp[2:]) @ precision / 2),
        "roc_auc": float(ndtr(separation / np.sqrt(2))),
    }


def cross_validate(X: Floats, y: Ints) -> dict[str, float]:
    """Return the means of both metrics over the folds."""
    fold = np.concatenate([np.arange((y == label).sum()) % FOLDS for label in (1, 0)])
    scores = [
        measure_ranking(y[fold == k], X[fold == k] @ fit_discriminant(X[fold != k], y[fold != k]))
        for k in range(FOLDS)
    ]  # fmt: skip
    return {name: float(np.mean([of_fold[name] for of_fold in scores])) for name in RANKING_METRICS}


def choose_best(scores: Sequence[dict[str, float]], metric: str) -> int:
    """Return the index of the highest score."""
    return max(range(len(scores)), key=lambda index: scores[index][metric])


def simulate(random: np.random.RandomState) -> dict[Key, float]:
    """Return the reported score minus the true score of the same model."""
    X, y = draw_table(TRAIN, SHIFTS, random)
    columns = [random.permutation(len(SHIFTS))[:COLUMNS_EACH] for _ in range(CANDIDATES)]
    models = [fit_discriminant(X[:, indices], y) for indices in columns]
    cv = [cross_validate(X[:, indices], y) for indices in columns]
    truth = [compute_truth(model) for model in models]
    errors = {}
    for size in TESTS:
        X_test, y_test = draw_table(size, SHIFTS, random)
        scores = [X_test[:, indices] @ model for indices, model in zip(columns, models, strict=True)]
        test = [measure_ranking(y_test, of_model) for of_model in scores]
        for name in RANKING_METRICS:
            champion, best = choose_best(cv, name), choose_best(test, name)
            reports = {"any": (test, 0), "test": (test, champion), "cv": (cv, champion), "best_test": (test, best)}
            for key, (source, index) in reports.items():
                errors[name, key, size] = source[index][name] - truth[index][name]
    return errors


def main() -> None:
    options = parse_simulation_options(__doc__, 2000)
    random = np.random.RandomState(options.seed)
    errors = pd.DataFrame([simulate(random) for _ in range(options.runs)])
    errors.columns = pd.MultiIndex.from_tuples(errors.columns)
    for name in RANKING_METRICS:
        standard_errors = errors[name, "test"].std()
        rows = []
        for key, label in REPORTED.items():
            rows.append([label, *(f"{ratio:+.2f}" for ratio in errors[name, key].mean() / standard_errors)])
        rows.append(["standard error of a test score", *(f"{standard_errors[size]:.3f}" for size in TESTS)])
        title = f"{name}: mean of reported minus true score, in standard errors of a test score, {options.runs} runs"
        print_table(title, ["reported score \\ test positives", *map(str, TESTS)], rows)


if __name__ == "__main__":
    main()
