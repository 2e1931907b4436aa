"""What the answers of a Dask cluster mean, with a client that gives them."""

from types import SimpleNamespace
from typing import Any

import pytest

from stages.shared.errors import BusyError, InputError
from stages.train.execution.engines import dask

GONE = OSError("connection closed")


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function from the answers of the workers to what the engine makes of them."""
    monkeypatch.setattr(dask, "pickle", SimpleNamespace(loads=len))

    def make(*answers: Any) -> list[Any]:
        def run(function: Any, call: bytes, on_error: str) -> dict[str, Any]:
            assert (function, call, on_error) == (len, b"call", "return")
            return {f"tcp://node{number}:1": answer for number, answer in enumerate(answers)}

        client = SimpleNamespace(run=run, get_executor=lambda pure: None, wait_for_workers=lambda n, timeout: None)
        result: list[Any] = dask.DaskEngine(client).call_workers(b"call")
        return result

    return make


def test_every_answer_counts(ask: Any) -> None:
    assert ask(["same"], [], ["other"]) == [["same"], [], ["other"]]


def test_a_worker_that_has_gone_is_left_out(ask: Any) -> None:
    assert ask(["same"], GONE, []) == [["same"], []]


def test_without_any_worker_the_engine_is_busy(ask: Any) -> None:
    with pytest.raises(BusyError, match="EVENHAND_ENGINE: no worker answers: connection closed"):
        ask(GONE, TimeoutError())


def test_a_bug_on_a_worker_is_raised(ask: Any) -> None:
    with pytest.raises(ValueError, match="a bug"):
        ask(GONE, ValueError("a bug"), [])


def test_workers_without_the_code_are_named(ask: Any) -> None:
    absent = ModuleNotFoundError("No module named 'stages'", name="stages")
    with pytest.raises(InputError, match="the workers cannot import stages; start the workers with this code"):
        ask(absent, absent)
