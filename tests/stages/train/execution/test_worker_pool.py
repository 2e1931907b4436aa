"""The worker pool: the same result as in one process, and errors that reach the caller."""

from collections.abc import Callable
import os
import signal
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from stages.shared.errors import InputError
from stages.shared.storage.files import round_floats
from stages.shared.storage.model_file import dump_model
from stages.shared.storage.parquet import Table
from stages.train.execution.worker_pool import WorkerPool, get_result
from stages.train.folds.resampling import ResamplingError
from stages.train.strategy.artifacts import make_tuning
from stages.train.strategy.context import StrategyContext
from stages.train.strategy.cross_validation import Workers, fit_strategy
from stages.train.strategy.results import StrategyResult

pytestmark = pytest.mark.slow

TUNED = {
    "samplers": {"SMOTE": {"k_neighbors": [1, 3]}},
    "classifiers": {"logistic_regression": {"C": [0.1, 1.0]}, "xgboost": {"n_estimators": [2, 5]}},
}


def add(context: int, other: int) -> tuple[int, int]:
    return context + other, os.getpid()


def fail(context: int) -> None:
    raise ResamplingError(["first", "second"])


def send(context: Any, number: int) -> None:
    context.begin(f"{number} begins")
    context.finish(f"{number} ends")


def die(context: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("workers", [1, 2])
def test_calls_get_the_context(workers: int) -> None:
    with WorkerPool(40, workers) as pool:
        results = [get_result(call) for call in [pool.submit(add, other) for other in range(4)]]
    assert [total for total, _ in results] == [40, 41, 42, 43]
    assert (os.getpid() in {process for _, process in results}) == (workers == 1)


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_without_safe_forks_calls_run_here(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    with WorkerPool(40, 2) as pool:
        assert pool.get_result(pool.submit(add, 2)) == (42, os.getpid())


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_call_is_raised_here(workers: int) -> None:
    with pytest.raises(ResamplingError, match="first\nsecond"), WorkerPool(1, workers) as pool:
        get_result(pool.submit(fail))


def test_a_killed_worker_is_an_input_error() -> None:
    with (
        pytest.raises(InputError, match=r"a worker process was killed.*EVENHAND_WORKERS=1"),
        WorkerPool(1, 2) as pool,
    ):
        get_result(pool.submit(die))


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_send_text_to_functions_of_this_process(workers: int) -> None:
    context, one, other = SimpleNamespace(), list[str](), list[str]()
    with WorkerPool(context, workers) as pool:
        context.begin, context.finish = pool.relay(one.append, other.append)
        for call in [pool.submit(send, number) for number in range(3)]:
            pool.get_result(call)
    assert (sorted(one), sorted(other)) == (["0 begins", "1 begins", "2 begins"], ["0 ends", "1 ends", "2 ends"])


def test_a_fit_is_named_when_it_ends(
    make_table: Callable[..., Table], make_params: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each fit finds all earlier ones named, and none is named before its time."""
    told, found, fit = list[str](), list[int](), StrategyContext.fit

    def spying(context: StrategyContext, *arguments: Any) -> Any:
        found.append(len(told))
        return fit(context, *arguments)

    monkeypatch.setattr(StrategyContext, "fit", spying)
    params = make_params({"sampler": "SMOTE"}, ["logistic_regression", "xgboost"])
    fit_strategy(make_table(), "tried", params, told.append)
    assert found == list(range(2 * (2 + 1)))
    names = ["logistic_regression", "xgboost"]
    assert told == [f"{name}, {rows}" for rows in ("fold 1", "fold 2", "train set") for name in names]


@pytest.mark.parametrize("how", [{"how": "exhaustive"}, {"how": "halving", "factor": 2}])
def test_a_result_does_not_depend_on_workers_or_threads(
    how: dict[str, Any], make_table: Callable[..., Table], make_params: Callable[..., Any], tmp_path: Any
) -> None:
    classifiers = ["logistic_regression", "random_forest", "xgboost", "mlp", "blend"]
    params = make_params({"sampler": "SMOTE"}, classifiers, tuning={**TUNED, "search": how})
    table = make_table(negatives=90, positives=30)

    def found(**cores: int) -> tuple[StrategyResult, dict[str, bytes]]:
        told: list[str] = []
        result = fit_strategy(table, "tried", params, told.append, Workers(**cores))
        assert len(told) == 4 * (2 + 1)
        models = {}
        for name, model in result.models.items():
            dump_model(model, tmp_path / "model.skops")
            models[name] = (tmp_path / "model.skops").read_bytes()
        return result, models

    expected, models = found()
    for cores in ({"n_processes": 2}, {"n_threads": 2}):
        result, files = found(**cores)
        assert files == models
        searches = [
            {name: round_floats(search.model_dump()) for name, search in make_tuning(one, "roc_auc", "").items()}
            for one in (result, expected)
        ]
        assert searches[0] == searches[1]
        for classifier, scores in expected.oof.items():
            assert np.array_equal(result.oof[classifier], scores)
