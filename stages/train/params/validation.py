"""What params.yaml may say of samplers and classifiers, and in which words it is told that it may not."""

from collections.abc import Iterable, Iterator
from typing import Any

from stages.shared.params import hint
from stages.train.params.allowed_settings import (
    BLEND,
    CLASSIFIER_SETTINGS,
    CONVERGED,
    MAX_ROWS,
    SOLVERS,
    Settings,
)


def refuse(problems: Iterable[str]) -> None:
    """Raises ValueError with all of `problems`, if there are any."""
    if found := list(problems):
        raise ValueError("; ".join(found))


def unknown_settings(what: str, settings: Settings, allowed: tuple[str, ...]) -> Iterator[str]:
    """The keys of `settings` that `what`, a sampler or a classifier, does not know."""
    for key in settings:
        if key in ("class_weight", "scale_pos_weight"):
            yield f"{key} is no setting of {what}; give it as class_weight of a strategy"
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


def class_weight_problems(class_weight: Any, sampler: str | None) -> Iterator[str]:
    """What is wrong with a class weight beside the sampler of its strategy, or beside none."""
    if class_weight == "prevalence" and sampler is None:
        yield (
            "class_weight: prevalence gives back the share of positives that a sampler has changed, and there is no "
            "sampler; name one, as in {sampler: RandomUnderSampler, sampling_strategy: 0.05, class_weight: "
            "prevalence}, or leave class_weight out"
        )


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
        if name == "logistic_regression":
            yield from _solver_problems(settings)
        rows = settings.get(MAX_ROWS, 1)
        if not (type(rows) is int and rows > 0):
            yield f"max_rows of {name} bounds the rows that its trees or epochs see in all: a whole number, at least 1"
        rounds = settings.get("n_rounds", 1)
        if name == BLEND and not (type(rounds) is int and rounds > 0):
            yield f"n_rounds of {BLEND} is how often a member is added: a whole number, at least 1"


def _solver_problems(settings: Settings) -> Iterator[str]:
    """What is wrong with logistic regression that goes to its optimum; scikit-learn checks what its own solvers get."""
    solver = settings.get("solver", CONVERGED)
    if solver not in (CONVERGED, *SOLVERS):
        yield f"no such solver of logistic_regression as {solver!r}; {hint(str(solver), (CONVERGED, *SOLVERS))}"
    if solver != CONVERGED:
        return
    C, max_iter = settings.get("C", 1.0), settings.get("max_iter", 1)
    if isinstance(C, bool) or not isinstance(C, int | float) or not 0 < C < float("inf"):
        yield f"C of logistic_regression must be a number above 0; found {C!r}"
    if type(max_iter) is not int or max_iter < 1:
        yield f"max_iter of logistic_regression is the most steps: a whole number, at least 1; found {max_iter!r}"
    if type(settings.get("fit_intercept", True)) is not bool:
        yield f"fit_intercept of logistic_regression must be true or false; found {settings['fit_intercept']!r}"
    for key in ("tol", "l1_ratio"):
        if key in settings:
            yield f"{key} of logistic_regression belongs to scikit-learn's solvers; name one beside it: solver: saga"
