"""What made the score of one row, in the form that each kind of classifier has exactly."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from stages.shared.calibration import expit
from stages.shared.storage.arrow import Floats

#: parts that are named; the others are summed, so that a picture stays readable
SHOWN = 12

Kind = Literal["hidden", "contributions", "none"]
Part = tuple[str, float]


@dataclass(frozen=True)
class Explanation:
    """What stands between an encoded row and its score."""

    kind: Kind
    parts: list[Part]  # largest magnitude first; for contributions the sum of the rest comes last, as "others"
    base: float | None  # what the parts are added to, where they are contributions to a sum
    note: str


def explain(classifier: Any, encoded: Floats, columns: list[str]) -> Explanation:
    """The parts of the score that `classifier` gives to one `encoded` row, shape (columns,).

    Kind `none` for ensembles whose score is no sum over columns.
    """
    explanation = EXPLANATIONS.get(type(classifier).__name__, _nothing)(classifier, encoded[np.newaxis], columns)
    return Explanation(explanation.kind, _largest(explanation), explanation.base, explanation.note)


def _logistic_regression(classifier: Any, row: Floats, columns: list[str]) -> Explanation:
    parts = _named(columns, classifier.coef_[0] * row[0])
    note = (
        "Each part is coefficient × encoded value, in log odds; with the base, the intercept, the parts sum to the "
        "log odds of the score."
    )
    return Explanation("contributions", parts, float(classifier.intercept_[0]), note)


def _xgboost(classifier: Any, row: Floats, columns: list[str]) -> Explanation:
    """XGBoost's own exact TreeSHAP (Lundberg et al. 2020)."""
    from xgboost import DMatrix

    found = classifier.get_booster().predict(DMatrix(row), pred_contribs=True)[0].astype(np.float64)
    note = (
        "Each part is the column's exact SHAP value (TreeSHAP), in log odds; with the base, the mean over its training "
        "rows, the parts sum to the log odds of the score."
    )
    return Explanation("contributions", _named(columns, found[:-1]), float(found[-1]), note)


def _forest(classifier: Any, row: Floats, columns: list[str]) -> Explanation:
    """The change of the positive share at every split of the row's path, averaged over the trees (Saabas 2014)."""
    positive = list(classifier.classes_).index(1)
    parts, base = np.zeros(len(columns)), 0.0
    for tree in (estimator.tree_ for estimator in classifier.estimators_):
        path = tree.decision_path(row.astype(np.float32)).indices  # node numbers rise from root to leaf
        counts = tree.value[path, 0]
        shares = counts[:, positive] / counts.sum(axis=1)
        np.add.at(parts, tree.feature[path[:-1]], np.diff(shares))
        base += float(shares[0])
    trees = len(classifier.estimators_)
    note = (
        "Each part is how far the splits on that column move the probability along the row's path, averaged over the "
        "trees; with the base, the positive share at their roots, the parts sum to the score, a probability."
    )
    return Explanation("contributions", _named(columns, parts / trees), base / trees, note)


def _mlp(classifier: Any, row: Floats, columns: list[str]) -> Explanation:
    """The last hidden layer, whose activations the output unit weighs and adds."""
    layer = row
    for weights, bias in zip(classifier.coefs_[:-1], classifier.intercepts_[:-1], strict=True):
        layer = ACTIVATIONS[classifier.activation](layer @ weights + bias)
    if classifier.out_activation_ != "logistic" or len(classifier.coefs_) == 1:
        return _nothing(classifier, row, columns)
    units = layer.shape[1]
    shown = f"; the {SHOWN} most active of {units} are shown" if units > SHOWN else ""
    note = (
        "Each part is the activation of a unit of the last hidden layer; the output unit weighs them all and adds its "
        f"bias, which gives the log odds of the score{shown}."
    )
    parts = _named([f"unit {number + 1}" for number in range(units)], layer[0])
    return Explanation("hidden", parts, None, note)


def make_voting(classifier: Any, row: Any, columns: list[str]) -> Explanation:
    """What each member adds to the score of a soft vote; `row` is a table of one row as the members take it."""
    names = [name for name, member in classifier.estimators if member != "drop"]
    weights = np.ones(len(names)) if classifier.weights is None else np.asarray(classifier.weights, dtype=np.float64)
    positive = list(classifier.classes_).index(1)
    scores = np.array([member.predict_proba(row)[0, positive] for member in classifier.estimators_])
    note = "Each part is a member's score times its share of the weight, in probability; the parts sum to the score."
    return Explanation("contributions", _named(names, scores * weights / weights.sum()), None, note)


def _nothing(classifier: Any, row: Floats, columns: list[str]) -> Explanation:
    return Explanation("none", [], None, "The score of this classifier is no sum over columns, so no parts are shown.")


#: by the class name of a fitted classifier, so that no library is imported for the others
EXPLANATIONS: dict[str, Callable[[Any, Floats, list[str]], Explanation]] = {
    "LogisticRegression": _logistic_regression,
    "XGBClassifier": _xgboost,
    "RandomForestClassifier": _forest,
    "ExtraTreesClassifier": _forest,
    "BalancedRandomForestClassifier": _forest,
    "MLPClassifier": _mlp,
    "VotingClassifier": make_voting,
}

#: scikit-learn's names of what a hidden unit does with its sum
ACTIVATIONS: dict[str, Callable[[Floats], Floats]] = {
    "identity": lambda values: values,
    "logistic": expit,
    "tanh": np.tanh,
    "relu": lambda values: np.maximum(values, 0),
}


def _named(names: list[str], values: Floats) -> list[Part]:
    return [(name, float(value)) for name, value in zip(names, values, strict=True)]


def _largest(explanation: Explanation) -> list[Part]:
    parts = sorted(explanation.parts, key=lambda part: -abs(part[1]))
    if len(parts) <= SHOWN or explanation.kind == "hidden":  # a sum of activations would mean nothing
        return parts[:SHOWN]
    return [*parts[:SHOWN], ("others", sum(value for _, value in parts[SHOWN:]))]
