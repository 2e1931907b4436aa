"""The results that the course claims, beside those of its own code: `python -m benchmarks.course`.

It shows readers of the course which claims hold. Data, split, pipelines and seeds are those of the lessons.
"""

from functools import partial
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

from benchmarks.shared.arguments import make_parser
from benchmarks.shared.markdown import print_table

SEED = 42

#: the estimators of the lessons
make_smote = partial(SMOTE, k_neighbors=5, sampling_strategy=0.75, random_state=SEED)
make_logistic = partial(LogisticRegression, max_iter=1000)
make_forest = partial(RandomForestClassifier, n_estimators=200, random_state=SEED)
make_xgboost = partial(XGBClassifier, n_estimators=300, learning_rate=0.05, eval_metric="aucpr", random_state=SEED)


class Data(NamedTuple):
    """A training set and a test set."""

    X_train: Any
    X_test: Any
    y_train: Any
    y_test: Any


class Row(NamedTuple):
    """The metrics of a pipeline on the test set, decisions also at the threshold tuned on out-of-fold scores."""

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


def make_teaching_set(rows: int = 3000) -> tuple[Any, Any]:
    """Make the course's 10:1 table."""
    settings = {"n_features": 10, "n_informative": 6, "n_redundant": 2, "weights": [0.90, 0.10], "flip_y": 0.01}
    return make_classification(rows, **settings, random_state=SEED)


def split(X: Any, y: Any) -> Data:
    """Split as the course does."""
    return Data(*train_test_split(X, y, test_size=0.25, stratify=y, random_state=SEED))


def split_after_smote(X: Any, y: Any) -> Data:
    """Make the mistake that the course warns of: SMOTE before the split."""
    return split(*SMOTE(random_state=SEED).fit_resample(X, y))


def make_pipelines(data: Data, **trees: int) -> dict[str, Pipeline]:
    """Make every pipeline of the lessons; `n_estimators` replaces their number of trees."""
    ratio = float((data.y_train == 0).sum() / (data.y_train == 1).sum())
    scale = ("scaler", StandardScaler())
    steps: dict[str, list[tuple[str, Any]]] = {
        "LR baseline": [scale, ("clf", make_logistic())],
        "LR SMOTE": [scale, ("smote", make_smote()), ("clf", make_logistic())],
        "LR class_weight": [scale, ("clf", make_logistic(class_weight="balanced"))],
        "RF baseline": [("clf", make_forest(**trees))],
        "RF SMOTE": [("smote", make_smote()), ("clf", make_forest(**trees))],
        "RF balanced_subsample": [("clf", make_forest(class_weight="balanced_subsample", **trees))],
        "XGB baseline": [("clf", make_xgboost(**trees))],
        "XGB scale_pos_weight": [("clf", make_xgboost(scale_pos_weight=ratio, **trees))],
        "XGB SMOTE": [("smote", make_smote()), ("clf", make_xgboost(**trees))],
    }
    return {name: Pipeline(of_pipeline) for name, of_pipeline in steps.items()}


def measure(pipeline: Pipeline, data: Data) -> Row:
    """Fit a pipeline, tune its threshold for F1 on out-of-fold scores, and measure it on the test set."""
    oof = cross_val_predict(pipeline, data.X_train, data.y_train, cv=5, method="predict_proba")[:, 1]
    precision, recall, thresholds = precision_recall_curve(data.y_train, oof)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    threshold = thresholds[f1[:-1].argmax()]
    scores = pipeline.fit(data.X_train, data.y_train).predict_proba(data.X_test)[:, 1]
    at_half, at_tuned = scores >= 0.5, scores >= threshold
    return Row(
        roc_auc_score(data.y_test, scores),
        average_precision_score(data.y_test, scores),
        brier_score_loss(data.y_test, scores),
        recall_score(data.y_test, at_half),
        f1_score(data.y_test, at_half),
        f1_score(data.y_test, at_tuned),
        recall_score(data.y_test, at_tuned),
    )


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--rows", type=int, default=3000, help="rows of the table (default: the course's)")
    parser.add_argument("--trees", type=int, help="trees of each model (default: the course's)")
    options = parser.parse_args()
    trees = {"n_estimators": options.trees} if options.trees else {}
    X, y = make_teaching_set(options.rows)
    honest, leaking = split(X, y), split_after_smote(X, y)
    honest_rows = {name: measure(pipeline, honest) for name, pipeline in make_pipelines(honest, **trees).items()}
    rows = []
    for name, row in honest_rows.items():
        roc_auc, f1 = [f"{value:.3f}" for value in CLAIMED.get(name, ())] or ["–", "–"]
        others = (row.f1, row.f1_tuned, row.recall, row.recall_tuned, row.average_precision, row.brier_score)
        rows.append([name, roc_auc, f"{row.roc_auc:.3f}", f1, *(f"{value:.3f}" for value in others)])
    columns = ["pipeline", "ROC-AUC claimed", "measured", "F1 claimed", "measured", "F1, tuned threshold"]
    columns += ["recall at 0.5", "recall, tuned threshold", "average precision", "Brier"]
    print_table("Claims and results", columns, rows)
    rows = []
    pipelines = make_pipelines(leaking, **trees)
    for name in ("LR", "RF", "XGB"):
        row, leaking_row = honest_rows[f"{name} SMOTE"], measure(pipelines[f"{name} baseline"], leaking)
        values = (row.f1, leaking_row.f1, row.average_precision, leaking_row.average_precision)
        rows.append([name, *(f"{value:.3f}" for value in values)])
    columns = ["classifier", "F1 honest", "F1 leaking", "average precision honest", "leaking"]
    print_table("SMOTE before the split", columns, rows)


if __name__ == "__main__":
    main()
