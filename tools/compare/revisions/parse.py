"""Parsers of a revision's files. An error names the file, the key and the value."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from stages.shared.errors import InputError
from stages.shared.storage.yaml_file import parse_yaml

Model = TypeVar("Model", bound=BaseModel)

#: the first problems of a broken file are enough
MAX_PROBLEMS = 5


def parse_mapping(path: str, text: bytes) -> dict[str, Any]:
    """Return the mapping in a YAML file, parsed as DVC parses it. Raises InputError."""
    content = parse_yaml(path, text)
    if not isinstance(content, dict) or not content:
        raise InputError(f"{path}: must be a mapping that is not empty; found {type(content).__name__}")
    return content


def parse(model: type[Model], path: str, content: dict[str, Any] | bytes) -> Model:
    """Return a mapping, or the text of a JSON file, as a model. Raises InputError."""
    try:
        return model.model_validate_json(content) if isinstance(content, bytes) else model.model_validate(content)
    except ValidationError as error:
        problems = []
        for details in error.errors()[:MAX_PROBLEMS]:
            key = "".join(f"{'.'.join(map(str, location))}: " for location in [details["loc"]] if location)
            message = details["msg"][0].lower() + details["msg"][1:]
            value = "" if details["type"] in ("missing", "json_invalid") else f"; found {str(details['input'])[:80]!r}"
            problems.append(f"{path}: {key}{message}{value}; run `dvc repro` and commit metrics/ with dvc.lock")
        raise InputError(problems) from None
