"""Row weights reach the fit of every classifier."""

from typing import Any

import numpy as np
import pytest

from stages.shared.classifiers import BLEND, CLASSIFIERS
from stages.train.classifiers.calibration import CalibrationSpec, fit_calibrator
from stages.train.classifiers.class_weights import compute_class_weights
from tests.stages.train.classifiers.helpers import fit_classifier

SETTINGS: dict[str, dict[str, Any]] = {
    "mlp": {"hidden_layer_sizes": [4], "max_iter": 50, "learning_rate_init": 0.02},
    "xgboost": {"n_estimators": 10},
    # the leaves of full trees hold rows of one class, whatever these weigh
    **{name: {"min_samples_leaf": 20} for name in ("random_forest", "extra_trees", "balanced_random_forest")},
}
NAMES = [name for name in CLASSIFIERS if name != BLEND]


def draw() -> tuple[Any, Any, Any]:
    """Rows in which the weight decides how common the positives of a part of the rows are."""
    random = np.random.RandomState(0)
    X = random.normal(size=(400, 2))
    y = (random.uniform(size=400) < 0.3).astype(int)
    return X, y, np.where((X[:, 0] > 0) == (y == 1), 1.9, 0.1)


@pytest.mark.slow
@pytest.mark.parametrize("class_weight", [None, "balanced"])
@pytest.mark.parametrize("name", NAMES)
def test_a_fit_learns_from_weights(name: str, class_weight: Any) -> None:
    X, y, weights = draw()
    if name == "easy_ensemble":
        with pytest.raises(ValueError, match="cannot use the weights of"):
            fit_classifier(name, {}, X, y, sample_weight=weights)
        return
    given = class_weight if not CLASSIFIERS[name].balances_itself else None
    fitted = fit_classifier(name, SETTINGS.get(name, {}), X, y, given, sample_weight=weights)
    plain = fit_classifier(name, SETTINGS.get(name, {}), X, y, given)
    new = np.random.RandomState(1).normal(size=(400, 2))  # trees know the rows that they have seen
    high, low = new[:, 0] > 0.5, new[:, 0] < -0.5
    with_weights, without = (one.scores(new)[high].mean() - one.scores(new)[low].mean() for one in (fitted, plain))
    assert with_weights > without + 0.15


def test_balanced_classes_weigh_the_same() -> None:
    _, y, weights = draw()
    found = compute_class_weights("balanced", y, sample_weight=weights)
    by_class = [weights[y == label].sum() * weight for label, weight in enumerate(found)]
    assert by_class == pytest.approx([weights.sum() / 2] * 2)


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_a_calibrator_gives_a_whole_weight_as_so_many_rows(method: str) -> None:
    random = np.random.RandomState(1)
    scores = random.uniform(0.05, 0.95, size=200)
    y, whole = (random.uniform(size=200) < scores**2).astype(int), random.randint(1, 4, size=200)
    repeated, spec = np.repeat(np.arange(200), whole), CalibrationSpec(method, 0.0)
    weighted = fit_calibrator(spec, scores, y, whole.astype(float)).model_dump()
    rows = fit_calibrator(spec, scores[repeated], y[repeated]).model_dump()
    assert weighted.keys() == rows.keys()
    for key, value in weighted.items():
        assert value == (value if key == "method" else pytest.approx(rows[key], abs=1e-5))
