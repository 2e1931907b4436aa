"""The calls of a stage on an engine: the same models as here, workers that differ are refused, faults end with 75."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
import pickle
from typing import Any

import pytest

from stages.shared.errors import BusyError, InputError, NotApplicableError
from stages.shared.storage.files import sha256
from stages.shared.storage.model_file import dump_model
from stages.shared.storage.parquet import Table, write_table
from stages.train.execution.engines import pool as pool_module
from stages.train.execution.engines import registry, worker
from stages.train.execution.engines.pool import EnginePool, open_engine_pool
from stages.train.execution.engines.worker import ContextSpec, TrainSet, receive_table
from stages.train.execution.launch import launch_train, trains_elsewhere
from stages.train.strategy.context import StrategyContext
from stages.train.strategy.cross_validation import Workers, fit_strategy


class Here:
    """An engine whose only worker is a thread of this process."""

    def __init__(self) -> None:
        self.threads, self.sent, self.fault, self.closed = ThreadPoolExecutor(2), list[str](), "", False

    def call_workers(self, call: bytes) -> list[Any]:
        return [pickle.loads(call)]  # noqa: S301

    def send_table(self, digest: str, content: bytes) -> None:
        self.sent.append(digest)
        receive_table(digest, content)

    def submit(self, call: bytes) -> "Future[Any]":
        return Future() if self.fault else self.threads.submit(pickle.loads, call)

    def describe_fault(self) -> str:
        return self.fault

    def close(self) -> None:
        self.closed = True
        self.threads.shutdown()


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has read nothing yet."""
    monkeypatch.setattr(worker, "_received", {})
    worker._read_table.cache_clear()
    worker._make_context.cache_clear()


@pytest.fixture
def spec(make_table: Callable[..., Table], make_params: Callable[..., Any], tmp_path: Path) -> ContextSpec:
    path = tmp_path / "train.parquet"
    write_table(path, make_table(negatives=90, positives=30))
    params = make_params({"sampler": "SMOTE"}, ["logistic_regression", "random_forest", "xgboost", "blend"])
    return ContextSpec(TrainSet(path, sha256(path)), "tried", params, ())


def count_rows(context: StrategyContext, other: int) -> int:
    context.finish("counted")
    return len(context.y) + other


def fail(context: StrategyContext) -> None:
    raise NotApplicableError(["first", "second"], "xgboost")


def break_down(context: StrategyContext) -> None:
    raise LookupError("a bug")


def test_an_engine_gives_the_models_of_this_machine(
    spec: ContextSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(**how: Any) -> tuple[dict[str, bytes], list[str]]:
        finished, models = list[str](), {}
        table = worker.read_table(spec.train_set.path)
        result = fit_strategy(table, spec.name, spec.params, finished.append, Workers(**how))
        for name, model in result.models.items():
            dump_model(model, tmp_path / "model.skops")
            models[name] = (tmp_path / "model.skops").read_bytes()
        return models, finished

    engine = Here()
    monkeypatch.setattr(pool_module, "connect", lambda: engine)

    def open_pool(context: StrategyContext, workers: int) -> EnginePool:
        return open_engine_pool(spec.train_set, context, workers)

    assert fit(open_pool=open_pool) == fit()
    assert engine.closed
    assert not engine.sent  # it reads the file


def test_a_worker_that_cannot_read_the_table_gets_it_once(spec: ContextSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, other = (
        Here(),
        ContextSpec(TrainSet(Path("train.parquet"), spec.train_set.sha256), "tried", spec.params, ()),
    )
    monkeypatch.chdir(spec.train_set.path.parent)
    monkeypatch.setattr(worker, "sha256", lambda path: "of another file")
    for _ in range(2):
        with EnginePool(engine, other) as pool:
            finished = list[str]()
            pool.relay(lambda _: None, finished.append)
            assert [pool.get_result(call) for call in [pool.submit(count_rows, n) for n in (1, 2)]] == [121, 122]
            assert finished == ["counted", "counted"]
        engine.threads = ThreadPoolExecutor(1)
    engine.close()
    assert engine.sent == [spec.train_set.sha256]


def test_a_worker_that_came_later_without_the_table_is_named(
    spec: ContextSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EnginePool(Here(), spec) as pool:
        monkeypatch.setattr(worker, "sha256", lambda path: "of another file")
        with pytest.raises(BusyError, match=r"worker .*: came later, and cannot read .*train.parquet; run this again"):
            pool.get_result(pool.submit(count_rows, 1))


def test_errors_of_a_call_are_raised_here(spec: ContextSpec) -> None:
    with EnginePool(Here(), spec) as pool:
        with pytest.raises(NotApplicableError, match="first\nsecond") as refused:
            pool.get_result(pool.submit(fail))
        assert refused.value.classifier == "xgboost"
        with pytest.raises(LookupError, match="a bug") as bug:
            pool.get_result(pool.submit(break_down))
        assert "in break_down" in bug.value.__notes__[0]


def test_a_worker_with_other_versions_is_refused(spec: ContextSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = pool_module.describe_installation()
    monkeypatch.setattr(pool_module, "describe_installation", lambda: {**installed, "numpy": "0.1", "Python": "3.9"})
    engine = Here()
    with pytest.raises(InputError) as refused:
        EnginePool(engine, spec)
    assert engine.closed
    first, second = refused.value.problems
    assert f": Python {installed['Python']}, expected 3.9; start the workers" in first
    assert f": numpy {installed['numpy']}, expected 0.1; start the workers" in second


def test_a_worker_that_came_later_is_checked_as_well(spec: ContextSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    with EnginePool(Here(), spec) as pool:
        monkeypatch.setattr(worker, "describe_installation", lambda: {**pool._installation, "scipy": "0.1"})
        with pytest.raises(InputError, match=r"worker .*: scipy 0.1, expected"):
            pool.get_result(pool.submit(count_rows, 1))


def test_an_engine_that_fails_ends_with_75(spec: ContextSpec) -> None:
    engine = Here()
    with EnginePool(engine, spec) as pool:
        engine.fault = "the scheduler has gone"
        with pytest.raises(BusyError, match="EVENHAND_ENGINE: the scheduler has gone; nothing that was finished"):
            pool.get_result(pool.submit(count_rows, 1))


def test_a_call_that_the_engine_drops_ends_with_75(spec: ContextSpec) -> None:
    dropped: Future[Any] = Future()
    dropped.set_exception(ConnectionError("closed by peer"))
    with EnginePool(Here(), spec) as pool, pytest.raises(BusyError, match="closed by peer; nothing that was finished"):
        pool.get_result(dropped)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"EVENHAND_ENGINE": "spark"}, "EVENHAND_ENGINE=spark: no such engine; allowed: local, dask, slurm, ray"),
        ({"EVENHAND_ENGINE": "dask"}, "DASK_SCHEDULER_ADDRESS: is not set; expected the address of a Dask scheduler"),
        ({"EVENHAND_ENGINE": "ray"}, "RAY_ADDRESS=: expected the address of a Ray cluster, such as node1:6379"),
        ({"EVENHAND_ENGINE": "dask", "DASK_SCHEDULER_ADDRESS": "foo://x:1"}, "DASK_SCHEDULER_ADDRESS=foo://x:1: .*foo"),
        (
            {"EVENHAND_ENGINE": "dask", "DASK_SCHEDULER_ADDRESS": "tcp://a:1", "EVENHAND_PATIENCE": "long"},
            "EVENHAND_PATIENCE=long: expected a number of seconds",
        ),
    ],
)
def test_wrong_variables_are_named(values: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DASK_SCHEDULER_ADDRESS", "RAY_ADDRESS", "EVENHAND_PATIENCE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=message):
        registry.connect()


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_ENGINE", "dask")
    monkeypatch.setitem(registry.ENGINES, "dask", ("no_such_engine:connect", "evenhand[dask]"))
    with pytest.raises(InputError, match=r"no_such_engine is not installed; run `pip install 'evenhand\[dask\]'`"):
        registry.connect()


@pytest.mark.parametrize(
    ("launch", "message"),
    [
        ("no-such-command -n 1", r"EVENHAND_LAUNCH=no-such-command -n 1: .*: no-such-command; expected a command"),
        ("srun 'one", "EVENHAND_LAUNCH=srun 'one: No closing quotation; expected a command with its options"),
    ],
)
def test_what_is_no_command_is_named(launch: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_LAUNCH", launch)
    with pytest.raises(InputError, match=message):
        launch_train("smote")


def test_without_variables_training_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENHAND_ENGINE", raising=False)
    monkeypatch.delenv("EVENHAND_LAUNCH", raising=False)
    assert not trains_elsewhere()
    assert launch_train("smote") is None
    monkeypatch.setenv("EVENHAND_LAUNCH", "srun")
    assert trains_elsewhere()
