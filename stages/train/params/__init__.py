"""The sections of params.yaml that train reads: cv, preprocess, strategies, classifiers, tuning, calibration."""

from collections.abc import Iterator
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from stages.shared.classifiers import BLEND, CLASSIFIERS, Settings
from stages.shared.messages import suggest_key
from stages.shared.params import ParamsSection, PartialParams
from stages.shared.params.checks import refuse
from stages.train.params.tuning import TuningParams
from stages.train.params.validation import (
    list_class_weight_problems,
    list_classifier_problems,
    list_sampling_strategy_problems,
    list_unknown_settings,
)
from stages.train.samplers.registry import SAMPLERS

#: strategy names reach a shell command and file names, so little is allowed in them
STRATEGY_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class CvParams(ParamsSection):
    """The folds of the train set and their repeats."""

    n_splits: int = Field(ge=2, le=50)
    n_repeats: int = Field(ge=1, le=100)


class PreprocessParams(ParamsSection):
    """The steps fitted on each training fold before the classifier."""

    impute: Literal["median", "mean"]
    scale: Literal["before_resampling", "after_resampling"]
    max_categories: int = Field(ge=2)


def _check_class_weight(value: Any) -> Any:
    """Check weights by class name; labels as keys would match nothing, because YAML reads them as text or numbers."""
    if value is None or value in ("balanced", "balanced_subsample", "prevalence"):
        return value
    if not isinstance(value, dict):
        raise ValueError("allowed: balanced, balanced_subsample, prevalence, or {negative: 1, positive: 10}")
    if set(value) != {"negative", "positive"}:
        raise ValueError(
            f"the classes are called `negative` and `positive` here (both are needed), not "
            f"{', '.join(repr(key) for key in value)}; write {{negative: 1, positive: 10}}"
        )
    for name, weight in value.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < float("inf"):
            raise ValueError(f"the weight of `{name}` must be a number above 0")
    return {name: float(weight) for name, weight in value.items()}


class Strategy(BaseModel):
    """One treatment of the imbalance; every other key is a setting of the sampler."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow")

    sampler: str | None = None
    class_weight: Annotated[Any, BeforeValidator(_check_class_weight)] = None
    classifiers: dict[str, Settings] | None = None

    @property
    def settings(self) -> Settings:
        """The settings of the sampler."""
        return dict(self.model_extra or {})

    @model_validator(mode="after")
    def _check(self) -> "Strategy":
        refuse(self._list_problems())
        return self

    def _list_problems(self) -> Iterator[str]:
        if self.sampler is None:
            what, allowed = "a strategy without a sampler", ("sampler", "class_weight", "classifiers")
            yield from list_unknown_settings(what, self.settings, allowed)
        elif self.sampler not in SAMPLERS:
            yield f"no such sampler as {self.sampler}; {suggest_key(self.sampler, SAMPLERS)}"
        else:
            yield from list_unknown_settings(self.sampler, self.settings, SAMPLERS[self.sampler].settings)
            yield from list_sampling_strategy_problems(self.settings.get("sampling_strategy", "auto"))
        yield from list_class_weight_problems(self.class_weight, self.sampler)
        yield from list_classifier_problems(self.classifiers or {})
        yield from _list_blend_problems(self.classifiers or {})
        doubled = _list_self_balancing(self.classifiers or {})
        if doubled and (self.sampler or self.class_weight):
            yield f"{', '.join(doubled)} balances by itself: leave sampler and class_weight out"


def _list_blend_problems(classifiers: dict[str, Settings]) -> Iterator[str]:
    if BLEND in classifiers and len(classifiers) < 3:
        yield f"{BLEND} is a vote of the other classifiers: it needs two of them at least"


def _list_self_balancing(classifiers: dict[str, Settings]) -> list[str]:
    return [name for name in classifiers if name in CLASSIFIERS and CLASSIFIERS[name].balances_itself]


def check_classifiers(classifiers: dict[str, Settings]) -> dict[str, Settings]:
    """Return `classifiers`, by name with their settings. Raises ValueError with every problem."""
    refuse(
        [
            *list_classifier_problems(classifiers),
            *_list_blend_problems(classifiers),
            *(
                f"{name} balances by itself: it cannot serve every strategy, give it as `classifiers` of one of them"
                for name in _list_self_balancing(classifiers)
            ),
        ]
    )
    return classifiers


def _check_strategy_names(strategies: Any) -> Any:
    """Check that the names may reach a shell; pydantic checks the type afterwards."""
    if isinstance(strategies, dict):
        refuse(
            f"{name!r} cannot name a strategy; allowed: lower-case letters, digits and underscores, "
            "beginning with a letter, at most 64, and not auto, none, no, off, champion or refit"
            for name in strategies
            if not STRATEGY_NAME.fullmatch(str(name)) or name in ("auto", "none", "no", "off", "champion", "refit")
        )
    return strategies


Strategies = Annotated[dict[str, Strategy], Field(min_length=1), BeforeValidator(_check_strategy_names)]
Classifiers = Annotated[dict[str, Settings], Field(min_length=1), AfterValidator(check_classifiers)]
Calibration = Literal["auto", "none", "sigmoid", "isotonic", "prior"]


class TrainParams(PartialParams):
    """All sections of params.yaml that train reads."""

    random_state: int = Field(ge=0, le=2**32 - 1)
    cv: CvParams
    preprocess: PreprocessParams
    strategies: Strategies
    classifiers: Classifiers
    tuning: TuningParams
    calibration: Calibration
