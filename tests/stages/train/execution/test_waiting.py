"""Small resampled tables are learned from side by side, large ones one at a time: to the same scores."""

from collections.abc import Callable
from typing import Any

import pytest

from stages.shared.storage.parquet import Table
from stages.train.folds.splitter import make_folds
from stages.train.strategy.context import StrategyContext
from stages.train.tuning import search as module
from stages.train.tuning.search import search

TUNING = {
    "samplers": {"SMOTE": {"k_neighbors": [1, 3], "sampling_strategy": [0.5, 0.75]}},
    "classifiers": {"logistic_regression": {"C": [0.01, 1.0]}},
}


def test_small_tables_wait_for_each_other_and_large_ones_do_not(
    make_table: Callable[..., Table], make_params: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scores agree as far as the last step to an optimum reaches."""
    table = make_table("numeric", negatives=90, positives=30)
    settings = {"logistic_regression": {"solver": "converged", "max_iter": 200}}
    params = make_params({"sampler": "SMOTE"}, ["logistic_regression"], tuning=TUNING, settings=settings, n_splits=3)
    context = StrategyContext(table, "tried", params)
    folds = make_folds(table.target, table.groups, params.cv, 42)
    seen: list[int] = []
    measure = module._score_pending

    def spying(*arguments: Any) -> None:
        seen.append(len(arguments[3]))
        measure(*arguments)

    monkeypatch.setattr(module, "_score_pending", spying)
    together = search(context, folds)["logistic_regression"].trials
    assert max(seen) == 4
    seen.clear()
    monkeypatch.setattr(module, "MAX_PENDING_BYTES", 0)
    apart = search(context, folds)["logistic_regression"].trials
    assert max(seen) == 1
    for one, other in zip(together, apart, strict=True):
        assert one.candidate == other.candidate
        assert one.mean("average_precision") == pytest.approx(other.mean("average_precision"), abs=1e-9)
