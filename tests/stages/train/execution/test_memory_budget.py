"""How much memory training takes: reckoned by hand, and what follows for the number of folds at a time."""

from collections.abc import Callable
from typing import Any

import pytest

from stages.shared.errors import InputError
from stages.shared.storage.parquet import Table
from stages.train.execution.memory_budget import (
    FIXED_BYTES,
    MemoryNeed,
    count_resampled_rows,
    estimate_memory,
    plan_workers,
)
from stages.train.params import TrainParams

GIB = 1 << 30


def rows_after(make_params: Callable[..., TrainParams], table: Table, strategy: dict[str, Any], **tuning: Any) -> int:
    params = make_params(strategy, ["logistic_regression"], tuning=tuning)
    return count_resampled_rows(table, params.strategies["tried"], params)


def test_rows_after_the_sampler(make_table: Callable[..., Table], make_params: Callable[..., TrainParams]) -> None:
    """60 negatives and 20 positives: at a ratio of 0.75 there are 45 positives."""
    table = make_table("numeric")
    assert rows_after(make_params, table, {}) == 80
    assert rows_after(make_params, table, {"sampler": "SMOTE"}) == 120
    assert rows_after(make_params, table, {"sampler": "SMOTE", "sampling_strategy": 0.75}) == 105
    assert rows_after(make_params, table, {"sampler": "SMOTE", "sampling_strategy": {"positive": 30}}) == 90
    assert rows_after(make_params, table, {"sampler": "RandomUnderSampler", "sampling_strategy": 0.1}) == 80
    grid = {"SMOTE": {"sampling_strategy": [0.5, 0.9]}}
    assert rows_after(make_params, table, {"sampler": "SMOTE", "sampling_strategy": 0.5}, samplers=grid) == 114


def test_more_rows_columns_levels_and_searches_need_more(
    make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    def each(kind: str, strategy: dict[str, Any], **size: int) -> int:
        params = make_params(strategy, ["logistic_regression"])
        return estimate_memory(make_table(kind, **size), params.strategies["tried"], params).per_fold

    plain = each("numeric", {})
    assert plain < each("numeric", {}, negatives=120) < each("numeric", {}, negatives=240)
    assert plain < each("mixed", {}) < each("text", {})
    assert plain < each("numeric", {"sampler": "SMOTE"}) < each("numeric", {"sampler": "SMOTEENN"})


def test_as_many_folds_as_fit() -> None:
    needed = MemoryNeed(shared=2 * GIB, per_fold=3 * GIB)
    assert plan_workers("here", needed, 4, None) == (4, 1)
    assert plan_workers("here", needed, 4, FIXED_BYTES + 14 * GIB) == (4, 1)
    assert plan_workers("here", needed, 4, FIXED_BYTES + 13 * GIB) == (3, 1)
    assert plan_workers("here", needed, 4, FIXED_BYTES + 8 * GIB) == (2, 2)
    assert plan_workers("here", needed, 4, FIXED_BYTES + 5 * GIB) == (1, 4)


def test_what_cannot_fit_is_refused_with_what_would() -> None:
    with pytest.raises(InputError) as caught:
        plan_workers("params.yaml: strategies.smote", MemoryNeed(2 * GIB, 3 * GIB), 4, FIXED_BYTES + 5 * GIB - 1)
    (problem,) = caught.value.problems
    assert problem.startswith("params.yaml: strategies.smote: needs about 5.68 GiB of memory, 5.68 GiB are available")
    assert "RandomUnderSampler with class_weight: prevalence" in problem
