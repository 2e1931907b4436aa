"""One training fold through the steps and samplers of a strategy; a params.yaml and what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stages.shared.errors import InputError
from stages.shared.params import read_params
from stages.shared.storage.parquet import Table
from stages.train.folds.preprocessing import Steps, count_numbers, find_one_hot_blocks, make_steps
from stages.train.folds.resampling import Prepared, prepare_fold
from stages.train.params import PreprocessParams, Strategy, TrainParams
from stages.train.samplers.plan import make_plan

#: settings of the samplers that fit many models
FAST: dict[str, dict[str, Any]] = {"InstanceHardnessThreshold": {"cv": 2}}


@dataclass(frozen=True)
class Fold:
    """A prepared training fold with its level columns."""

    prepared: Prepared
    blocks: list[slice]


def _blocks(steps: Steps, n_numeric: int) -> list[slice]:
    return find_one_hot_blocks(dict(steps)["encoder"], n_numeric) if "encoder" in dict(steps) else []


@pytest.fixture(scope="session")
def prepare() -> Callable[..., Fold]:
    """Prepares all rows of a table as one training fold: `prepare(table, {"sampler": "SMOTE"})`."""

    def prepare(
        table: Table,
        strategy: dict[str, Any],
        scale: str = "before_resampling",
        max_categories: int = 30,
        random_state: int = 42,
    ) -> Fold:
        n_numeric, n_categorical = count_numbers(table.contract), len(table.contract.categorical)
        params = PreprocessParams.model_validate({"impute": "median", "scale": scale, "max_categories": max_categories})
        plan = make_plan("tried", Strategy.model_validate(strategy), n_numeric, n_categorical, random_state)
        steps = make_steps(table.contract, params)
        prepared = prepare_fold(table.features(), table.target, steps, plan, n_numeric)
        return Fold(prepared, _blocks(steps, n_numeric))

    return prepare


SECTIONS = {
    "random_state": "42",
    "cv": "{n_splits: 5, n_repeats: 1}",
    "preprocess": "{impute: median, scale: before_resampling, max_categories: 30}",
    "strategies": "{baseline: {}}",
    "classifiers": "{logistic_regression: {C: 1.0}}",
    "tuning": "{metric: average_precision, search: {how: exhaustive}, n_splits: 2, samplers: {}, classifiers: {}}",
    "calibration": "auto",
}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., TrainParams]:
    """Reads a params.yaml with these sections in place of good ones, each given as YAML."""

    def read(**sections: str) -> TrainParams:
        path = tmp_path / "params.yaml"
        path.write_text("".join(f"{key}: {value}\n" for key, value in {**SECTIONS, **sections}.items()))
        return read_params(TrainParams, path)

    return read


@pytest.fixture
def problems(read: Callable[..., TrainParams], tmp_path: Path) -> Callable[..., list[str]]:
    """The problems of a params.yaml with these sections, without the file's name."""

    def problems(**sections: str) -> list[str]:
        with pytest.raises(InputError) as caught:
            read(**sections)
        return [problem.removeprefix(f"{tmp_path / 'params.yaml'}: ") for problem in caught.value.problems]

    return problems
