"""params.yaml and the models that read it: complete, commented, of one mind."""

import importlib
import inspect
import json
from pathlib import Path
import re

from pydantic import BaseModel
import pytest

from stages.shared.errors import InputError
from stages.shared.params import SECTIONS, ParamsSection, PartialParams, load_yaml, read_params
from tools.params.model import Params

ROOT = Path(__file__).parents[3]
STAGES = ["synthesize", "prepare", "split", "train", "evaluate", "report"]


def roots() -> list[type[PartialParams]]:
    """The model that each stage reads params.yaml with: a View of top-level keys."""
    found = []
    for stage in STAGES:
        module = importlib.import_module(f"stages.{stage}.params")
        views = [item for _, item in inspect.getmembers(module, inspect.isclass) if issubclass(item, PartialParams)]
        found += [item for item in views if item is not PartialParams and set(item.model_fields) <= set(SECTIONS)]
    return found


def test_the_shipped_file_is_valid_for_every_stage_and_as_a_whole():
    assert len(roots()) == len(STAGES)
    for model in [*roots(), Params]:
        read_params(model, ROOT / "params.yaml")


def test_the_sections_are_those_of_the_models_in_the_order_of_the_file():
    assert list(load_yaml(ROOT / "params.yaml")) == ["random_state", "data", *SECTIONS[2:]]
    assert set(Params.model_fields) == set(SECTIONS)


def views_and_owners() -> list[tuple[type[BaseModel], type[BaseModel]]]:
    owners = {name: field.annotation for name, field in Params.model_fields.items()}
    pairs = []
    for root in roots():
        for section, field in root.model_fields.items():
            seen = field.annotation
            if isinstance(seen, type) and issubclass(seen, PartialParams):
                pairs.append(pytest.param(seen, owners[section], id=f"{root.__name__}.{section}"))
    return pairs


@pytest.mark.parametrize(("view", "owner"), views_and_owners())
def test_a_view_reads_keys_that_the_owner_knows(view, owner):
    assert issubclass(owner, ParamsSection)
    for name, field in view.model_fields.items():
        assert name in owner.model_fields
        assert field.is_required(), f"{name}: a default here would hide a missing key"


def test_no_section_hides_a_default():
    for name, field in Params.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, ParamsSection):
            optional = [key for key, inner in field.annotation.model_fields.items() if not inner.is_required()]
            assert optional == [], name


def test_every_key_has_a_comment_above_or_beside_it():
    lines = (ROOT / "params.yaml").read_text().splitlines()
    explained_in_a_block = {"data", "split", "cv", "preprocess", "evaluate", "select", "strategies", "classifiers"}
    sections_with_one_comment = {"synthetic", "strategies", "classifiers", "cv"}
    section = ""
    for number, line in enumerate(lines):
        top = re.match(r"([a-z_]+):", line)
        inner = re.match(r"  ([a-z_]+):", line)
        if top:
            section = top.group(1)
        key = top or inner
        if key and key.group(1) not in explained_in_a_block and section not in sections_with_one_comment:
            assert lines[number - 1].lstrip().startswith("#") or "  #" in line, f"line {number + 1}: {line}"


def test_the_schema_for_editors_is_what_the_models_say():
    assert json.loads((ROOT / "params.schema.json").read_text()) == Params.model_json_schema()
    assert (ROOT / "params.yaml").read_text().startswith("# yaml-language-server: $schema=params.schema.json")


def test_all_problems_are_said_at_once(tmp_path):
    text = (ROOT / "params.yaml").read_text()
    bad = tmp_path / "params.yaml"
    bad.write_text(text.replace("test_size: 0.25", "test_size: 1.0").replace("n_splits:", "n_split:"))
    with pytest.raises(InputError) as caught:
        read_params(Params, bad)
    text = str(caught.value)
    assert "split.test_size" in text
    assert "cv.n_split: unknown key; did you mean `n_splits`?" in text
    assert "cv.n_splits: missing" in text
