"""The section `tuning` of params.yaml: the grids, and how each candidate is searched inside the train set."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, model_validator

from stages.shared.classifiers import BLEND, CLASSIFIERS
from stages.shared.messages import suggest_key
from stages.shared.metrics.registry import SelectableMetric
from stages.shared.params import ParamsSection
from stages.shared.params.checks import list_key_problems, refuse
from stages.train.params.validation import (
    list_classifier_problems,
    list_sampling_strategy_problems,
    list_unknown_settings,
)
from stages.train.samplers.registry import SAMPLERS

#: the values to try, by setting
Grid = dict[str, list[Any]]

#: the key that a kind of search needs, and an example; no other kind may have it
SEARCH_KEYS = {"random": ("n_candidates", 10), "halving": ("factor", 3)}


class SearchParams(ParamsSection):
    """How the combinations of a grid are searched."""

    how: Literal["exhaustive", "random", "halving"]
    n_candidates: int | None = Field(default=None, ge=1)
    factor: int | None = Field(default=None, ge=2)

    @model_validator(mode="after")
    def _check_keys(self) -> "SearchParams":
        refuse(list_key_problems(self, "how", SEARCH_KEYS))
        return self


class TuningParams(ParamsSection):
    """Grids of settings by sampler and by classifier, and their search."""

    metric: SelectableMetric
    search: SearchParams
    n_splits: int = Field(ge=2, le=50)
    samplers: dict[str, Grid]
    classifiers: dict[str, Grid]

    @model_validator(mode="after")
    def _check(self) -> "TuningParams":
        refuse([*self._list_sampler_problems(), *self._list_classifier_problems()])
        return self

    def _list_sampler_problems(self) -> Iterator[str]:
        for name, grid in self.samplers.items():
            if name not in SAMPLERS:
                yield f"samplers: no such sampler as {name}; {suggest_key(name, SAMPLERS)}"
                continue
            yield from _list_grid_problems(f"samplers.{name}", grid)
            problems = [*list_unknown_settings(name, grid, SAMPLERS[name].settings)]
            for value in grid.get("sampling_strategy", []):
                problems += list_sampling_strategy_problems(value)
            yield from (f"samplers.{name}: {problem}" for problem in problems)

    def _list_classifier_problems(self) -> Iterator[str]:
        for name, grid in self.classifiers.items():
            if name == BLEND or name not in CLASSIFIERS:
                tunable = [classifier for classifier in CLASSIFIERS if classifier != BLEND]
                yield f"classifiers: {name} cannot be tuned; {suggest_key(name, tunable)}"
                continue
            yield from _list_grid_problems(f"classifiers.{name}", grid)
            candidates = [{name: {key: value}} for key, values in grid.items() for value in values]
            problems = dict.fromkeys(
                problem for settings in candidates for problem in list_classifier_problems(settings)
            )
            yield from (f"classifiers.{name}: {problem}" for problem in problems)


def _list_grid_problems(key_prefix: str, grid: Grid) -> Iterator[str]:
    for key, values in grid.items():
        if not values:
            yield f"{key_prefix}.{key}: needs at least one value to try; leave the setting out to leave it as it is"
        elif any(value in values[:index] for index, value in enumerate(values)):
            yield f"{key_prefix}.{key}: names a value twice"
