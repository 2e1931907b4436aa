"""Metrics of plain rows are scikit-learn's, and the functions load only when they are used."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from stages.shared.metrics.registry import METRICS, list_compared, list_selectable

SKLEARN = {
    "average_precision": average_precision_score,
    "roc_auc": roc_auc_score,
    "brier_score": brier_score_loss,
    "log_loss": log_loss,
}


@pytest.mark.parametrize("metric", list_selectable())
@pytest.mark.parametrize("digits", [1, 2, 8])
def test_the_metrics_are_scikit_learns(metric: str, digits: int) -> None:
    """With one digit most scores are tied, some of them at 0 and 1."""
    rng = np.random.RandomState(digits)
    for _ in range(50):
        y, scores = rng.randint(2, size=40), rng.uniform(size=40).round(digits)
        y[:2] = 0, 1
        expected = SKLEARN[metric](y, scores)
        if metric == "average_precision":
            assert METRICS[metric].score(y, scores) == expected
        else:
            assert METRICS[metric].score(y, scores) == pytest.approx(expected, rel=1e-13)


def test_the_functions_of_every_metric_load() -> None:
    for metric in METRICS.values():
        assert callable(metric.load())
        assert metric.jackknife is None or callable(metric.load_jackknife())
    assert {name for names in list_compared().values() for name in names} <= set(METRICS)


def test_the_registry_imports_nothing_heavy() -> None:
    script = "import sys, stages.shared.metrics.registry; print({'numpy', 'scipy', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
