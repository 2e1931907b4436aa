"""Worlds with a known formula, from which tables are drawn, and the models that are fitted on the tables."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import RandomUnderSampler
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from stages.shared.storage.arrow import Floats, Ints

N_COLUMNS, FRESH_ROWS = 8, 20_000
REFERENCE, TREATMENTS = "baseline", ("class_weight", "smote", "random_under")
CLASSIFIERS = ("logistic_regression", "random_forest", "xgboost")


@dataclass(frozen=True)
class World:
    """A formula of the log odds, and the size of its tables."""

    rows: int
    log_odds: Callable[[Floats], Floats]
    flip: float = 0.0  # share of the labels that are wrong
    degrees: float = np.inf  # of freedom of the columns, Student's t; with few, the tails are heavy

    def draw(self, rows: int, random: np.random.RandomState) -> tuple[Floats, Ints]:
        """Return the columns and the target of new rows."""
        X = random.normal(size=(rows, N_COLUMNS))
        if np.isfinite(self.degrees):
            X /= np.sqrt(random.chisquare(self.degrees, size=(rows, 1)) / self.degrees)
        positive = random.random_sample(rows) < 1 / (1 + np.exp(-self.log_odds(X)))
        wrong = random.random_sample(rows) < self.flip
        return X, (positive ^ wrong).astype(np.int64)


def linear(X: Floats) -> Floats:
    """Return log odds that are linear in the columns."""
    return np.asarray(1.1 * X[:, 0] + 0.8 * X[:, 1] - 0.6 * X[:, 2])


def nonlinear(X: Floats) -> Floats:
    """Return log odds with a product, a fold and a square of columns."""
    return np.asarray(1.3 * X[:, 0] * X[:, 1] + 1.4 * np.abs(X[:, 2]) - 0.3 * X[:, 3] ** 2 + 0.6 * X[:, 4])


#: about 5 % positives, or 1 % where the name says so
WORLDS = {
    "linear, 3,000 rows": World(3000, lambda X: linear(X) - 3.9),
    "linear, 1,000 rows": World(1000, lambda X: linear(X) - 3.9),
    "linear, 1 %, 10,000 rows": World(10_000, lambda X: 1.2 * linear(X) - 6.2),
    "nonlinear, 3,000 rows": World(3000, lambda X: nonlinear(X) - 4.6),
    "heavy tails, 3,000 rows": World(3000, lambda X: np.clip(linear(X), -8, 8) - 3.9, degrees=2.5),
    "label noise, 3,000 rows": World(3000, lambda X: linear(X) - 3.9, flip=0.02),
}


def fit_scores(classifier: str, strategy: str, X: Floats, y: Ints, scored: list[Floats], seed: int) -> list[Floats]:
    """Return the scores of each table in `scored` by a classifier that was fitted under a strategy."""
    scaler, weight = StandardScaler().fit(X), "balanced" if strategy == "class_weight" else None
    X, weighted = scaler.transform(X), (len(y) - y.sum()) / y.sum() if weight else 1.0
    if strategy == "smote":
        neighbors = min(5, int(y.sum()) - 1)
        X, y = SMOTE(sampling_strategy=0.75, k_neighbors=neighbors, random_state=seed).fit_resample(X, y)
    elif strategy == "random_under":
        X, y = RandomUnderSampler(sampling_strategy=0.5, random_state=seed).fit_resample(X, y)
    models: dict[str, Any] = {
        "logistic_regression": LogisticRegression(max_iter=300, class_weight=weight),
        "random_forest": RandomForestClassifier(50, min_samples_leaf=2, class_weight=weight, random_state=seed),
        "xgboost": XGBClassifier(
            n_estimators=60, learning_rate=0.1, max_depth=4, subsample=0.8, colsample_bytree=0.6, n_jobs=1,
            random_state=seed, scale_pos_weight=weighted,
        ),
    }  # fmt: skip
    model = models[classifier].fit(X, y)
    return [model.predict_proba(scaler.transform(rows))[:, 1].astype(np.float64) for rows in scored]


def fit_out_of_fold(classifier: str, strategy: str, X: Floats, y: Ints, n_splits: int, seed: int) -> Floats:
    """Return the score of each row by the model of the folds that it is not in."""
    out_of_fold = np.empty(len(y))
    for train, validation in StratifiedKFold(n_splits, shuffle=True, random_state=seed).split(X, y):
        (out_of_fold[validation],) = fit_scores(classifier, strategy, X[train], y[train], [X[validation]], seed)
    return out_of_fold
