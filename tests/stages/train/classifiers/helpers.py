"""One classifier fitted on arrays, as a strategy fits it."""

from typing import Any

from stages.shared.classifiers import CLASSIFIERS
from stages.train.classifiers.class_weights import ClassWeights, compute_class_weights
from stages.train.classifiers.fitting import FitRequest, Fitted, fit

EQUAL = ClassWeights(1.0, 1.0)


def fit_classifier(
    name: str, settings: dict[str, Any], X: Any, y: Any, class_weight: Any = None, random_state: int = 0, **request: Any
) -> Fitted:
    """Fit classifier `name`; `request` are further fields of a FitRequest."""
    weights = request.pop("weights", None) or compute_class_weights(class_weight, y)
    return fit(FitRequest(CLASSIFIERS[name], settings, class_weight, weights, random_state, X, y, **request))
