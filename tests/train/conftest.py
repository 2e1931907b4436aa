"""One training fold through the steps and samplers of a strategy."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from stages.shared.tables import Table
from stages.train.params import PreprocessParams, Strategy
from stages.train.preprocess import Steps, level_blocks, make_steps
from stages.train.resample import Prepared, prepare_fold
from stages.train.samplers import make_plan


@dataclass(frozen=True)
class Fold:
    """A prepared training fold with its level columns."""

    prepared: Prepared
    blocks: list[slice]


def _blocks(steps: Steps, n_numeric: int) -> list[slice]:
    return level_blocks(dict(steps)["encoder"], n_numeric) if "encoder" in dict(steps) else []


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
        n_numeric, n_categorical = len(table.contract.numeric), len(table.contract.categorical)
        params = PreprocessParams.model_validate({"impute": "median", "scale": scale, "max_categories": max_categories})
        plan = make_plan("tried", Strategy.model_validate(strategy), n_numeric, n_categorical, random_state)
        steps = make_steps(table.contract, params)
        prepared = prepare_fold(table.features(), table.target, steps, plan, n_numeric)
        return Fold(prepared, _blocks(steps, n_numeric))

    return prepare
