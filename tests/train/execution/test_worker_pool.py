"""Fits side by side: the same outcome as one after the other, with what was told, raised or broken on the way."""

from collections.abc import Callable
import os
import signal
from typing import Any

import numpy as np
import pytest

from stages.shared.errors import InputError
from stages.shared.storage.files import round_floats
from stages.shared.storage.model_file import dump_model
from stages.shared.storage.parquet import Table
from stages.train.cross_validation import fit_strategy
from stages.train.execution.worker_pool import Crew, tell
from stages.train.folds.resampling import ResamplingError
from stages.train.outputs.artifacts import tuning
from stages.train.outputs.results import Outcome

TUNED = {
    "samplers": {"SMOTE": {"k_neighbors": [1, 3]}},
    "classifiers": {"logistic_regression": {"C": [0.1, 1.0]}, "xgboost": {"n_estimators": [2, 5]}},
}


def add(known: int, other: int) -> tuple[int, int]:
    tell(f"{known} + {other}")
    return known + other, os.getpid()


def fail(known: int) -> None:
    raise ResamplingError(["first", "second"])


def die(known: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("workers", [1, 2])
def test_calls_know_what_was_known_and_tell(workers: int) -> None:
    told: list[str] = []
    with Crew(40, workers, told.append) as crew:
        calls = [crew.call(add, other) for other in range(4)]
        results = [call.result() for call in calls]
    assert [total for total, _ in results] == [40, 41, 42, 43]
    assert sorted(told) == ["40 + 0", "40 + 1", "40 + 2", "40 + 3"]
    assert (os.getpid() in {process for _, process in results}) == (workers == 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_call_raises_is_raised_here(workers: int) -> None:
    with pytest.raises(ResamplingError, match="first\nsecond"), Crew(1, workers) as crew:
        crew.call(fail).result()


def test_a_worker_that_is_killed_is_told() -> None:
    with (
        pytest.raises(InputError, match=r"a worker process was ended from outside.*EVENHAND_WORKERS=1"),
        Crew(1, 2) as crew,
    ):
        crew.call(die).result()


@pytest.mark.parametrize("how", [{"how": "exhaustive"}, {"how": "halving", "factor": 2}])
def test_an_outcome_does_not_depend_on_workers_or_threads(
    how: dict[str, Any], make_table: Callable[..., Table], make_params: Callable[..., Any], tmp_path: Any
) -> None:
    classifiers = ["logistic_regression", "random_forest", "xgboost", "mlp", "blend"]
    params = make_params({"sampler": "SMOTE"}, classifiers, tuning={**TUNED, "search": how})
    table = make_table(negatives=90, positives=30)

    def found(**cores: int) -> tuple[Outcome, dict[str, bytes]]:
        told: list[str] = []
        outcome = fit_strategy(table, "tried", params, told.append, **cores)
        assert len(told) == 4 * (2 + 1)
        models = {}
        for name, model in outcome.models.items():
            dump_model(model, tmp_path / "model.skops")
            models[name] = (tmp_path / "model.skops").read_bytes()
        return outcome, models

    expected, models = found()
    for cores in ({"workers": 2}, {"threads": 2}):
        outcome, files = found(**cores)
        assert files == models
        searches = [
            {name: round_floats(search.model_dump()) for name, search in tuning(one, "average_precision", "").items()}
            for one in (outcome, expected)
        ]
        assert searches[0] == searches[1]
        for classifier, scores in expected.oof.items():
            assert np.array_equal(outcome.oof[classifier], scores)
