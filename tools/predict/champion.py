"""A champion folder, read and checked: its files must be those of the manifest, and must agree with each other."""

from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from stages.shared import paths
from stages.shared.errors import InputError, IntegrityError
from stages.shared.messages import shorten
from stages.shared.schemas.champion import ChampionFacts
from stages.shared.schemas.contract import Contract
from stages.shared.storage.files import read_json, sha256
from stages.shared.storage.manifest import check_manifest
from stages.shared.storage.model_file import Classifier, load_model


@dataclass(frozen=True)
class Champion:
    """What scores new rows."""

    facts: ChampionFacts
    contract: Contract
    model: Classifier


def load_champion(folder: Path) -> Champion:
    """Return the champion in `folder`.

    Raises InputError when there is no such folder. Raises IntegrityError when a file fails its hash, or the files
    contradict each other. The hashes alone do not show that `report` wrote the files.
    """
    check_manifest(folder)
    try:
        facts = ChampionFacts.model_validate(read_json(folder / paths.CHAMPION_FACTS))
        contract = Contract.model_validate(read_json(folder / paths.CONTRACT.name))
    except InputError as error:
        raise IntegrityError(error.problems) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "top level"
        raise _refuse(folder, f"{error.title}: {key}: {first['msg']}") from None
    if facts.model != sha256(folder / paths.CHAMPION_MODEL):
        raise _refuse(folder, f"{paths.CHAMPION_FACTS} names another model than {paths.CHAMPION_MODEL}")
    if (facts.positive, facts.negative) != (contract.positive, contract.negative):
        raise _refuse(folder, f"{paths.CHAMPION_FACTS} and {paths.CONTRACT.name} name different labels")
    model: Any = load_model(folder / paths.CHAMPION_MODEL)
    try:
        model_features = _list_features(model)
    except (AttributeError, LookupError, TypeError, ValueError):
        raise _refuse(folder, f"{paths.CHAMPION_MODEL} is not a pipeline of this project") from None
    contract_features = [(feature.name, feature.type) for feature in contract.features]
    if model_features != contract_features:
        difference = next((a, b) for a, b in zip_longest(contract_features, model_features) if a != b)
        description = " and ".join("none" if item is None else f"{shorten(item[0])} ({item[1]})" for item in difference)
        raise _refuse(folder, f"{paths.CONTRACT.name} and {paths.CHAMPION_MODEL} differ in a feature: {description}")
    return Champion(facts, contract, model)


def _list_features(model: Any) -> list[tuple[str, str]]:
    """Return the names and types of the features of a fitted pipeline, in order."""
    pipeline = model if len(model.steps) > 1 else model[-1].estimators_[0]  # of a blend, the first member
    preprocessor = pipeline[0]
    types: dict[str, str] = {}
    for transformer, _, columns in preprocessor.transformers_:
        kind = {"numeric": "numeric", "codes": "categorical"}.get(transformer, "text")
        types |= dict.fromkeys([columns] if isinstance(columns, str) else columns, kind)
    return [(str(name), types[name]) for name in preprocessor.feature_names_in_]


def choose_folder() -> Path:
    """Return the folder of the refitted champion where there is one, else of the champion.

    Raises IntegrityError when the refitted one comes from another champion.
    """
    if not (paths.REFIT / paths.CHAMPION_MODEL).is_file():
        return paths.CHAMPION
    origin, champion = check_manifest(paths.REFIT).get("refitted_from"), paths.CHAMPION / paths.MANIFEST
    if champion.is_file() and sha256(champion) != origin:
        raise IntegrityError(f"{paths.REFIT}: was fitted after another champion; run `dvc repro` to make it again")
    return paths.REFIT


def _refuse(folder: Path, problem: str) -> IntegrityError:
    return IntegrityError(f"{folder}: {problem}: not as `report` writes it; run `dvc repro` again")
