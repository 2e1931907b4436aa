"""Files of a revision as records; what does not fit is said with the file, the key and what was found."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from stages.shared.errors import InputError

R = TypeVar("R", bound=BaseModel)

#: of a broken file the first problems tell enough
MOST = 5


def parse_json(record: type[R], where: str, text: bytes) -> R:
    """A JSON file as a record. Raises InputError when it is cut short, not finite, or lacks a key."""
    try:
        return record.model_validate_json(text)
    except ValidationError as error:
        raise InputError(_problems(where, error)) from None


def parse(record: type[R], where: str, content: Any) -> R:
    """A mapping as a record. Raises InputError when it does not fit."""
    try:
        return record.model_validate(content)
    except ValidationError as error:
        raise InputError(_problems(where, error)) from None


def mapping(where: str, text: bytes) -> dict[str, Any]:
    """The mapping in a YAML file, parsed as DVC parses it. Raises InputError when it is no such file."""
    try:
        content = YAML(typ="safe").load(text)
    except (YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{where}: cannot be read as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict) or not content:
        raise InputError(f"{where}: must be a mapping that is not empty; found {type(content).__name__}")
    return content


def _problems(where: str, error: ValidationError) -> list[str]:
    problems = []
    for details in error.errors()[:MOST]:
        index = "".join(f"{part}: " for part in [".".join(map(str, details["loc"]))] if part)
        message = details["msg"][0].lower() + details["msg"][1:]
        result = "" if details["type"] in ("missing", "json_invalid") else f"; found {str(details['input'])[:80]!r}"
        problems.append(f"{where}: {index}{message}{result}; run `dvc repro` and commit metrics/ with dvc.lock")
    return problems
