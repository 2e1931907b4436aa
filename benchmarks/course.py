"""The numbers that the course claims, beside what its own code gives: `python -m benchmarks.course`.

The code of the course's lessons is run as it stands there: its teaching set, its split, its pipelines, its seeds.
"""

import argparse
from collections.abc import Callable
from typing import Any, NamedTuple

from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline
import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    f1_score,
    precision_recall_curve,
    recall_score,
    roc_auc_score,
)
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

SEED = 42


class Data(NamedTuple):
    """The teaching set, split."""

    X_train: Any
    X_test: Any
    y_train: Any
    y_test: Any


class Row(NamedTuple):
    """What a pipeline reaches on the test side; F1 also at the threshold tuned on out-of-fold scores."""

    roc_auc: float
    average_precision: float
    brier_score: float
    recall: float
    f1: float
    f1_tuned: float
    recall_tuned: float


#: ROC-AUC and F1 on test as the lessons print them
CLAIMED = {
    "LR baseline": (0.847, 0.424),
    "LR SMOTE": (0.891, 0.648),
    "LR class_weight": (0.883, 0.624),
    "RF baseline": (0.901, 0.569),
    "RF SMOTE": (0.938, 0.743),
    "RF balanced_subsample": (0.931, 0.721),
    "XGB scale_pos_weight": (0.956, 0.771),
    "XGB SMOTE": (0.961, 0.788),
}


def teaching_set(rows: int = 3000) -> tuple[Any, Any]:
    """The course's 10:1 table, before any split."""
    return make_classification(
        n_samples=rows,
        n_features=10,
        n_informative=6,
        n_redundant=2,
        weights=[0.90, 0.10],
        flip_y=0.01,
        random_state=SEED,
    )


def split(X: Any, y: Any) -> Data:
    """The course's split."""
    return Data(*train_test_split(X, y, test_size=0.25, stratify=y, random_state=SEED))


def smote() -> SMOTE:
    """The course's SMOTE."""
    return SMOTE(k_neighbors=5, sampling_strategy=0.75, random_state=SEED)


def logistic(**settings: Any) -> LogisticRegression:
    """The course's logistic regression."""
    return LogisticRegression(max_iter=1000, **settings)


def forest(**settings: Any) -> RandomForestClassifier:
    """The course's random forest."""
    return RandomForestClassifier(n_estimators=200, random_state=SEED, **settings)


def xgboost(**settings: Any) -> XGBClassifier:
    """The course's XGBoost."""
    return XGBClassifier(n_estimators=300, learning_rate=0.05, eval_metric="aucpr", random_state=SEED, **settings)


def pipelines(data: Data) -> dict[str, Pipeline]:
    """Every pipeline of the lessons."""
    ratio = float((data.y_train == 0).sum() / (data.y_train == 1).sum())
    scaled: Callable[..., Pipeline] = lambda *steps: Pipeline([("scaler", StandardScaler()), *steps])  # noqa: E731
    return {
        "LR baseline": scaled(("clf", logistic())),
        "LR SMOTE": scaled(("smote", smote()), ("clf", logistic())),
        "LR class_weight": scaled(("clf", logistic(class_weight="balanced"))),
        "RF baseline": Pipeline([("clf", forest())]),
        "RF SMOTE": Pipeline([("smote", smote()), ("clf", forest())]),
        "RF balanced_subsample": Pipeline([("clf", forest(class_weight="balanced_subsample"))]),
        "XGB baseline": Pipeline([("clf", xgboost())]),
        "XGB scale_pos_weight": Pipeline([("clf", xgboost(scale_pos_weight=ratio))]),
        "XGB SMOTE": Pipeline([("smote", smote()), ("clf", xgboost())]),
    }


def measure(pipeline: Pipeline, data: Data) -> Row:
    """A pipeline on the test side, also with its threshold moved to the best out-of-fold F1."""
    oof = cross_val_predict(pipeline, data.X_train, data.y_train, cv=5, method="predict_proba")[:, 1]
    precision, recall, thresholds = precision_recall_curve(data.y_train, oof)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    threshold = thresholds[f1[:-1].argmax()]
    scores = pipeline.fit(data.X_train, data.y_train).predict_proba(data.X_test)[:, 1]
    at_half, tuned = scores >= 0.5, scores >= threshold
    return Row(
        roc_auc_score(data.y_test, scores),
        average_precision_score(data.y_test, scores),
        brier_score_loss(data.y_test, scores),
        recall_score(data.y_test, at_half),
        f1_score(data.y_test, at_half),
        f1_score(data.y_test, tuned),
        recall_score(data.y_test, tuned),
    )


def leaking(X: Any, y: Any) -> Data:
    """The wrong way, on purpose: SMOTE before the split, so that test rows lie between training rows."""
    return split(*SMOTE(random_state=SEED).fit_resample(X, y))


def main() -> None:
    """Print both tables as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.course", description=main.__doc__)
    parser.add_argument("--rows", type=int, default=3000, help="rows of the table (default: the course's)")
    X, y = teaching_set(parser.parse_args().rows)
    data = split(X, y)
    print("| pipeline | ROC-AUC claimed | measured | F1 claimed | measured | F1, threshold moved ", end="")
    print("| recall at 0.5 | recall, threshold moved | average precision | Brier |")
    print("|:--|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name, pipeline in pipelines(data).items():
        row = measure(pipeline, data)
        claimed = [f"{value:.3f}" for value in CLAIMED.get(name, ())] or ["–", "–"]
        numbers = [claimed[0], f"{row.roc_auc:.3f}", claimed[1]]
        rest = (row.f1, row.f1_tuned, row.recall, row.recall_tuned, row.average_precision, row.brier_score)
        print(f"| {name} | {' | '.join([*numbers, *(f'{value:.3f}' for value in rest)])} |")
    print("\n| SMOTE before the split | F1 honest | F1 leaking | average precision honest | leaking |")
    print("|:--|--:|--:|--:|--:|")
    wrong = leaking(X, y)
    for name in ("LR", "RF", "XGB"):
        honest = measure(pipelines(data)[f"{name} SMOTE"], data)
        leaky = measure(pipelines(wrong)[f"{name} baseline"], wrong)
        numbers = (honest.f1, leaky.f1, honest.average_precision, leaky.average_precision)
        print(f"| {name} | {' | '.join(f'{value:.3f}' for value in numbers)} |")


if __name__ == "__main__":
    main()
