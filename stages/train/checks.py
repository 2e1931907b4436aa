"""What params.yaml may say of samplers and classifiers, and in which words it is told that it may not."""

from collections.abc import Iterable, Iterator
from typing import Any

from stages.shared.params import hint
from stages.train.settings import BLEND, CLASSIFIER_SETTINGS, NEIGHBORS, SAMPLER_SETTINGS, Settings


def refuse(problems: Iterable[str]) -> None:
    """Raises ValueError with all of `problems`, if there are any."""
    if found := list(problems):
        raise ValueError("; ".join(found))


def unknown_settings(what: str, settings: Settings, allowed: tuple[str, ...]) -> Iterator[str]:
    """The keys of `settings` that `what`, a sampler or a classifier, does not know."""
    for key in settings:
        if key in ("class_weight", "scale_pos_weight"):
            yield f"{key} is no setting of {what}; give it as class_weight of a strategy"
        elif key == "neighbors" and key not in allowed:
            able = ", ".join(name for name, known in SAMPLER_SETTINGS.items() if key in known)
            yield f"neighbors is no setting of {what}: only {able} can search approximately; leave it out"
        elif key not in allowed:
            yield f"{key} is no setting of {what}; {hint(str(key), allowed)}"


def sampling_strategy_problems(value: Any) -> Iterator[str]:
    """What is wrong with a value of sampling_strategy."""
    if isinstance(value, dict):
        if not set(value) <= {"negative", "positive"} or not all(type(count) is int for count in value.values()):
            yield "sampling_strategy as a mapping gives numbers of rows: {negative: 500, positive: 400}"
    elif isinstance(value, bool) or not isinstance(value, int | float | str):
        yield "sampling_strategy must be a ratio, a word such as auto, or {negative: …, positive: …}"
    elif not isinstance(value, str) and not 0 < value <= 1:
        yield "sampling_strategy is minority / majority after resampling: above 0, at most 1"


def neighbors_problems(value: Any) -> Iterator[str]:
    """What is wrong with a value of neighbors."""
    if value not in NEIGHBORS:
        yield f"neighbors must be {' or '.join(NEIGHBORS)}; found {value}"


def classifier_problems(classifiers: dict[str, Settings]) -> Iterator[str]:
    """What is wrong with classifiers by name and their settings, each by itself."""
    for name, settings in classifiers.items():
        if name not in CLASSIFIER_SETTINGS:
            yield f"no such classifier as {name}; {hint(name, CLASSIFIER_SETTINGS)}"
            continue
        yield from unknown_settings(name, settings, CLASSIFIER_SETTINGS[name])
        layers = settings.get("hidden_layer_sizes", [1])
        if not (isinstance(layers, list) and all(type(size) is int and size > 0 for size in layers)):
            yield f"hidden_layer_sizes of {name} must be a list of numbers of units, such as [32]"
        epochs = settings.get("max_iter", 1)
        if name == "mlp" and not (type(epochs) is int and epochs > 0):
            yield "max_iter of mlp is the number of epochs: a whole number, at least 1"
        rounds = settings.get("n_rounds", 1)
        if name == BLEND and not (type(rounds) is int and rounds > 0):
            yield f"n_rounds of {BLEND} is how often a member is added: a whole number, at least 1"
