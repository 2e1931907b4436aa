"""The sections of params.yaml that train owns: cv, preprocess, strategies, classifiers."""

import difflib
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from stages.shared.params import Section, View
from stages.train.settings import BALANCED_ENSEMBLES, CLASSIFIER_SETTINGS, SAMPLER_SETTINGS

#: strategy names reach a shell command and file names, so little is allowed in them
STRATEGY_NAME = re.compile(r"[a-z][a-z0-9_]*")

Settings = dict[str, Any]
ClassWeight = Literal["balanced", "balanced_subsample"] | dict[str, float]


class CvParams(Section):
    """How often and into how many folds the train side is divided."""

    n_splits: int = Field(ge=2, le=50)
    n_repeats: int = Field(ge=1, le=100)


class PreprocessParams(Section):
    """What is fitted on each training fold before the classifier."""

    impute: Literal["median", "mean"]
    scale: Literal["before_resampling", "after_resampling"]
    max_categories: int = Field(ge=2)


def _known(kind: str, name: str, table: dict[str, tuple[str, ...]]) -> str:
    if name not in table:
        near = difflib.get_close_matches(name, table, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ValueError(f"no such {kind}; {hint}allowed: {', '.join(table)}")
    return name


def _check_settings(what: str, settings: Settings, allowed: tuple[str, ...]) -> None:
    for key in settings:
        if key in ("class_weight", "scale_pos_weight"):
            raise ValueError(f"{key} is no setting of {what}; give it as class_weight of a strategy")
        if key not in allowed:
            near = difflib.get_close_matches(str(key), allowed, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"allowed: {', '.join(allowed)}"
            raise ValueError(f"{key} is no setting of {what}; {hint}")


def _class_weight(value: Any) -> Any:
    """Weights by class name: a mapping by label would match nothing when YAML turns its keys to text."""
    if value is None or value in ("balanced", "balanced_subsample"):
        return value
    if not isinstance(value, dict):
        raise ValueError("allowed: balanced, balanced_subsample, or {negative: 1, positive: 10}")
    if set(value) != {"negative", "positive"}:
        raise ValueError(
            f"the classes are called `negative` and `positive` here (both are needed), not "
            f"{', '.join(repr(key) for key in value)}; write {{negative: 1, positive: 10}}"
        )
    for name, weight in value.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < float("inf"):
            raise ValueError(f"the weight of `{name}` must be a number above 0")
    return {name: float(weight) for name, weight in value.items()}


def _sampling_strategy(value: Any) -> None:
    if isinstance(value, dict):
        if not set(value) <= {"negative", "positive"} or not all(type(count) is int for count in value.values()):
            raise ValueError("sampling_strategy as a mapping gives numbers of rows: {negative: 500, positive: 400}")
    elif isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("sampling_strategy must be a ratio, a word such as auto, or {negative: …, positive: …}")
    elif not isinstance(value, str) and not 0 < value <= 1:
        raise ValueError("sampling_strategy is minority / majority after resampling: above 0, at most 1")


class Strategy(BaseModel):
    """One treatment of the imbalance; every key beside the named ones is a setting of the sampler."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow")

    sampler: str | None = None
    class_weight: Annotated[Any, BeforeValidator(_class_weight)] = None
    classifiers: dict[str, Settings] | None = None

    @property
    def settings(self) -> Settings:
        """The settings of the sampler."""
        return dict(self.model_extra or {})

    @model_validator(mode="after")
    def _check(self) -> "Strategy":
        if self.sampler is None:
            _check_settings("a strategy without a sampler", self.settings, ("sampler", "class_weight", "classifiers"))
        else:
            _known("sampler", self.sampler, SAMPLER_SETTINGS)
            _check_settings(self.sampler, self.settings, SAMPLER_SETTINGS[self.sampler])
            if "sampling_strategy" in self.settings:
                _sampling_strategy(self.settings["sampling_strategy"])
        check_classifiers(self.classifiers or {})
        doubled = [name for name in self.classifiers or {} if name in BALANCED_ENSEMBLES]
        if doubled and (self.sampler or self.class_weight):
            raise ValueError(f"{', '.join(doubled)} balances by itself: leave sampler and class_weight out")
        return self


def check_classifiers(classifiers: dict[str, Settings]) -> dict[str, Settings]:
    """The same mapping of classifier names to settings. Raises ValueError naming what is unknown."""
    for name, settings in classifiers.items():
        _known("classifier", name, CLASSIFIER_SETTINGS)
        _check_settings(name, settings, CLASSIFIER_SETTINGS[name])
        layers = settings.get("hidden_layer_sizes", [1])
        if not (isinstance(layers, list) and all(type(size) is int and size > 0 for size in layers)):
            raise ValueError(f"hidden_layer_sizes of {name} must be a list of numbers of units, such as [32]")
    return classifiers


def _strategy_names(strategies: dict[str, Any]) -> dict[str, Any]:
    if not strategies:
        raise ValueError("at least one strategy is needed")
    for name in strategies:
        if not STRATEGY_NAME.fullmatch(str(name)) or name in ("none", "no", "off", "champion"):
            raise ValueError(
                f"{name!r} cannot name a strategy; allowed: lower-case letters, digits and underscores, "
                "beginning with a letter, and not none, no, off or champion"
            )
    return strategies


Strategies = Annotated[dict[str, Strategy], BeforeValidator(_strategy_names)]
Classifiers = Annotated[dict[str, Settings], Field(min_length=1), BeforeValidator(check_classifiers)]


class TrainParams(View):
    """Everything that train reads of params.yaml."""

    random_state: int = Field(ge=0, le=2**32 - 1)
    cv: CvParams
    preprocess: PreprocessParams
    strategies: Strategies
    classifiers: Classifiers
