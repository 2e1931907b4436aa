"""The combinations of settings that are tried for one candidate."""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from stages.train.params import Strategy
from stages.train.params.allowed_settings import Settings
from stages.train.params.tuning import Grid, TuningParams


class Combination(NamedTuple):
    """Settings that stand in place of those in params.yaml."""

    sampler: Settings
    classifier: Settings


#: nothing is replaced
AS_GIVEN = Combination({}, {})


def combinations(strategy: Strategy, classifier: str, tuning: TuningParams, random_state: int) -> list[Combination]:
    """What is tried for `classifier` under `strategy`, in the order of the grids, the classifier's running fastest.

    Empty when the classifier is not tuned. A random search draws without replacement, once for all folds.
    """
    if classifier not in tuning.classifiers:
        return []
    of_sampler = tuning.samplers.get(strategy.sampler or "", {})
    grid = tuning.classifiers[classifier]
    every = [Combination(*pair) for pair in product(_settings(of_sampler), _settings(grid))]
    wanted = tuning.search.n_candidates
    if every == [AS_GIVEN]:
        return []
    if wanted is None or wanted >= len(every):
        return every
    drawn = np.random.RandomState(random_state).choice(len(every), wanted, replace=False)
    return [every[place] for place in sorted(drawn)]


def _settings(grid: Grid) -> Iterator[Settings]:
    """Every choice of one value a setting."""
    for values in product(*grid.values()):
        yield dict(zip(grid, values, strict=True))
