"""Read params.yaml into strict models, and report all of its problems at once."""

from pathlib import Path
from types import UnionType
import typing
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from stages.shared.errors import InputError
from stages.shared.messages import shorten_value, suggest_key
from stages.shared.params.schema import list_unknown_keys
from stages.shared.paths import PARAMS
from stages.shared.storage.files import read_json, refuse_pipe
from stages.shared.storage.yaml_file import parse_yaml

#: the schema of all sections, beside params.yaml; `python -m tools.params schema` writes it
SCHEMA = Path("params.schema.json")

#: the top-level keys of params.yaml, in pipeline order; a test compares them with the models
SECTIONS = (
    "random_state", "data", "synthetic", "split", "cv", "preprocess",
    "strategies", "classifiers", "tuning", "calibration", "evaluate", "select", "compare",
)  # fmt: skip


class ParamsSection(BaseModel):
    """A section of params.yaml for the stage that owns it: an unknown key is an error."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class PartialParams(BaseModel):
    """The keys that a stage reads of a section that another stage owns; the owner validates the rest."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


def load_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file, parsed as DVC parses it (YAML 1.2; a duplicate key is an error)."""
    refuse_pipe(path)
    try:
        content = parse_yaml(str(path), path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run this from the repository root") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: must be a mapping of {', '.join(SECTIONS)}; found {type(content).__name__}")
    return content


P = TypeVar("P", bound=PartialParams)


def read_params(model: type[P], path: Path = PARAMS) -> P:
    """Return the validated sections that `model` names.

    Raises InputError with the dotted path of each problem, what was found, and the most similar valid key.
    """
    content = load_yaml(path)
    problems = [
        f"{path}: {key}: unknown key; {suggest_key(str(key), SECTIONS)}" for key in content if key not in SECTIONS
    ]
    schema = path.with_name(SCHEMA.name)
    if schema.is_file():
        sections = {key: value for key, value in content.items() if key in SECTIONS}
        problems += [f"{path}: {problem}" for problem in list_unknown_keys(sections, read_json(schema))]
    try:
        params = model.model_validate(content)
    except ValidationError as error:
        problems += [f"{path}: {_describe(details, model)}" for details in error.errors()]
    if problems:
        raise InputError(dict.fromkeys(problems))
    return params


def _describe(details: ErrorDetails, model: type[BaseModel]) -> str:
    """Format a pydantic error: dotted path in params.yaml, what is wrong, what was found."""
    if details["type"] == "extra_forbidden":
        *parents, key = details["loc"]
        path, annotations = _walk(model, tuple(parents))
        return f"{'.'.join([*path, str(key)])}: unknown key; {suggest_key(str(key), _list_keys(annotations))}"
    key_path = ".".join(_walk(model, details["loc"])[0])
    if details["type"] == "missing":
        return f"{key_path}: missing; every key must stand in params.yaml, see the comments there"
    message = details["msg"]
    if details["type"] == "value_error":  # a message of our validators, which may begin with a key
        message = message.removeprefix("Value error, ")
    else:
        message = message[0].lower() + message[1:]
    if details["type"] == "value_error" and isinstance(details["input"], dict):
        return f"{key_path}: {message}"  # the message names the value; the whole mapping would hide it
    return f"{key_path}: {message}; found {shorten_value(details['input'])}"


def _walk(annotation: Any, location: tuple[int | str, ...]) -> tuple[list[str], list[Any]]:
    """Return the part of a pydantic error location that exists in params.yaml, and the types allowed there.

    A pydantic location also names the union member that was tried, and `[key]`; both are omitted.
    """
    path, types, is_member_named = [], _list_alternatives(annotation), False
    for part in location:
        if len(types) > 1 and not is_member_named:
            is_member_named = True
            continue
        inner_types = [inner for member in types for inner in _list_inner_types(member, part)]
        if inner_types:
            path.append(str(part))
            types = [alternative for inner in inner_types for alternative in _list_alternatives(inner)]
            is_member_named = False
    return path, types


def _list_alternatives(annotation: Any) -> list[Any]:
    if typing.get_origin(annotation) is typing.Annotated:
        return _list_alternatives(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, UnionType):
        return [inner for member in typing.get_args(annotation) for inner in _list_alternatives(member)]
    return [] if annotation is type(None) else [annotation]


def _list_inner_types(annotation: Any, part: int | str) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(part))
        return [field.annotation] if field else []
    if typing.get_origin(annotation) is dict and part != "[key]":
        return [typing.get_args(annotation)[1]]
    if typing.get_origin(annotation) is list and isinstance(part, int):
        return [typing.get_args(annotation)[0]]
    return []


def _list_keys(annotations: list[Any]) -> list[str]:
    models = [item for item in annotations if isinstance(item, type) and issubclass(item, BaseModel)]
    return [name for model in models for name in model.model_fields]
