"""The combinations of settings in the grids of a classifier and its sampler."""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from stages.shared.classifiers import Settings
from stages.train.params import Strategy
from stages.train.params.tuning import Grid, TuningParams


class CandidateParams(NamedTuple):
    """Settings that replace those in params.yaml."""

    sampler: Settings
    classifier: Settings


#: nothing is replaced
DEFAULT_PARAMS = CandidateParams({}, {})


def list_candidates(
    strategy: Strategy, classifier: str, tuning: TuningParams, random_state: int
) -> list[CandidateParams]:
    """Return the candidates of `classifier` under `strategy`, in grid order; the classifier's values vary fastest.

    Empty when the classifier is not tuned. A random search draws without replacement, once for all folds.
    """
    if classifier not in tuning.classifiers:
        return []
    sampler_grid = tuning.samplers.get(strategy.sampler or "", {})
    grid = tuning.classifiers[classifier]
    candidates = [CandidateParams(*pair) for pair in product(_list_settings(sampler_grid), _list_settings(grid))]
    n_candidates = tuning.search.n_candidates
    if candidates == [DEFAULT_PARAMS]:
        return []
    if n_candidates is None or n_candidates >= len(candidates):
        return candidates
    indices = np.random.RandomState(random_state).choice(len(candidates), n_candidates, replace=False)
    return [candidates[index] for index in sorted(indices)]


def describe_replaced(strategy: Strategy, classifiers: dict[str, Settings], tuning: TuningParams) -> Iterator[str]:
    """Yield a note for each value in params.yaml that a grid without this value replaces."""
    tuned = [name for name in classifiers if name in tuning.classifiers]
    grids = [("samplers", strategy.sampler or "", strategy.settings, tuned)]
    grids += [("classifiers", name, classifiers[name], [name]) for name in tuned]
    for section, name, settings, affected in grids:
        for key, values in getattr(tuning, section).get(name, {}).items():
            if affected and key in settings and settings[key] not in values:
                yield (
                    f"{key} {settings[key]} has no effect on {', '.join(affected)}: tuning.{section}.{name}.{key} in "
                    f"params.yaml searches {values} instead; add the value to this grid, or remove the grid"
                )


def _list_settings(grid: Grid) -> Iterator[Settings]:
    """Yield every combination of one value per setting."""
    for values in product(*grid.values()):
        yield dict(zip(grid, values, strict=True))
