"""The combinations of settings that are tried for one candidate."""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from stages.shared.classifiers import Settings
from stages.train.params import Strategy
from stages.train.params.tuning import Grid, TuningParams


class CandidateParams(NamedTuple):
    """Settings that stand in place of those in params.yaml."""

    sampler: Settings
    classifier: Settings


#: nothing is replaced
DEFAULT_PARAMS = CandidateParams({}, {})


def list_candidates(
    strategy: Strategy, classifier: str, tuning: TuningParams, random_state: int
) -> list[CandidateParams]:
    """What is tried for `classifier` under `strategy`, in the order of the grids, the classifier's running fastest.

    Empty when the classifier is not tuned. A random search draws without replacement, once for all folds.
    """
    if classifier not in tuning.classifiers:
        return []
    sampler_grid = tuning.samplers.get(strategy.sampler or "", {})
    grid = tuning.classifiers[classifier]
    candidates = [CandidateParams(*pair) for pair in product(_settings(sampler_grid), _settings(grid))]
    n_candidates = tuning.search.n_candidates
    if candidates == [DEFAULT_PARAMS]:
        return []
    if n_candidates is None or n_candidates >= len(candidates):
        return candidates
    indices = np.random.RandomState(random_state).choice(len(candidates), n_candidates, replace=False)
    return [candidates[index] for index in sorted(indices)]


def _settings(grid: Grid) -> Iterator[Settings]:
    """Every choice of one value a setting."""
    for values in product(*grid.values()):
        yield dict(zip(grid, values, strict=True))
