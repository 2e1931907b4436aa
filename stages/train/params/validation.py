"""Checks of sampler and classifier settings in params.yaml, each with its message."""

from collections.abc import Iterator
from typing import Any

from stages.shared.classifiers import CLASSIFIERS, MAX_ROWS, Settings
from stages.shared.messages import suggest_key


def list_unknown_settings(what: str, settings: Settings, allowed: tuple[str, ...]) -> Iterator[str]:
    """Yield the keys of `settings` that `what`, a sampler or a classifier, does not have."""
    for key in settings:
        if key in ("class_weight", "scale_pos_weight"):
            yield f"{key} is no setting of {what}; give it as class_weight of a strategy"
        elif key not in allowed:
            yield f"{key} is no setting of {what}; {suggest_key(str(key), allowed)}"


def list_sampling_strategy_problems(value: Any) -> Iterator[str]:
    """Yield the problems of a value of sampling_strategy."""
    if isinstance(value, dict):
        if not set(value) <= {"negative", "positive"} or not all(type(count) is int for count in value.values()):
            yield "sampling_strategy as a mapping gives numbers of rows: {negative: 500, positive: 400}"
    elif isinstance(value, bool) or not isinstance(value, int | float | str):
        yield "sampling_strategy must be a ratio, a word such as auto, or {negative: …, positive: …}"
    elif not isinstance(value, str) and not 0 < value <= 1:
        yield "sampling_strategy is minority / majority after resampling: above 0, at most 1"


def list_class_weight_problems(class_weight: Any, sampler: str | None) -> Iterator[str]:
    """Yield the problems of a class weight together with the sampler of its strategy."""
    if class_weight == "prevalence" and sampler is None:
        yield (
            "class_weight: prevalence gives back the share of positives that a sampler has changed, and there is no "
            "sampler; name one, as in {sampler: RandomUnderSampler, sampling_strategy: 0.05, class_weight: "
            "prevalence}, or leave class_weight out"
        )


def list_classifier_problems(classifiers: dict[str, Settings]) -> Iterator[str]:
    """Yield the problems of classifiers by name and their settings."""
    for name, settings in classifiers.items():
        if name not in CLASSIFIERS:
            yield f"no such classifier as {name}; {suggest_key(name, CLASSIFIERS)}"
            continue
        yield from list_unknown_settings(name, settings, CLASSIFIERS[name].settings)
        yield from CLASSIFIERS[name].check(settings)
        rows = settings.get(MAX_ROWS, 1)
        if not (type(rows) is int and rows > 0):
            yield f"max_rows of {name} bounds the rows that its trees or epochs see in all: a whole number, at least 1"
