"""What report asks to have fitted again; docs/artefacts.md describes the file."""

from typing import Any

from pydantic import Field, ValidationError

from stages.shared.errors import InputError
from stages.shared.schemas.contract import ArtifactModel
from stages.train.params.allowed_settings import Settings


class Tuned(ArtifactModel):
    """The settings that a search found, in place of those in params.yaml."""

    sampler: Settings
    classifier: Settings


class Recipe(ArtifactModel):
    """The champion, as far as it takes to fit it again."""

    champion: str = Field(pattern="^[0-9a-f]{64}$")  # SHA-256 of models/champion/manifest.json
    strategy: str
    classifier: str
    tuned: dict[str, Tuned]  # by classifier
    members: dict[str, float] | None  # of a blend, with their shares


def parse_recipe(where: object, content: Any) -> Recipe | None:
    """The recipe in the file called `where`, or None where nothing is asked for.

    Raises InputError when the file is not as report writes it.
    """
    try:
        return Recipe.model_validate(content) if content else None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{where}: {key}: {first['msg']}; run `dvc repro` to make the file again") from None
