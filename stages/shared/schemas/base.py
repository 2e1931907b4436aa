"""Base class of the models of JSON artefacts, and the function that reads them.

A stage builds the model of the file that it writes; every reader parses the file with the same model.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from stages.shared.errors import InputError


class ArtifactModel(BaseModel):
    """A frozen part of a JSON artefact; an unknown key and a number that is not finite are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


T = TypeVar("T")


def parse(model: type[T], path: object, content: Any) -> T:
    """Return the `content` of the file `path` as `model`: a model, or a list or dict of models.

    Raises InputError naming the first key that does not fit.
    """
    try:
        return TypeAdapter(model).validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "top level"
        message = first["msg"].removeprefix("Value error, ")
        raise InputError(
            f"{path}: {key}: {message[0].lower()}{message[1:]}; run `dvc repro` to make it again"
        ) from None
