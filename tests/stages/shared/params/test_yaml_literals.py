"""A literal in params.yaml means to a stage what it means to DVC, or dvc.lock would record another value."""

import datetime
from pathlib import Path
from typing import Any

from dvc.utils.serialize import parse_yaml
import pytest

from stages.shared.params import load_yaml

MEANINGS = {
    "1e-3": 0.001,
    "1.5e3": 1500.0,
    "no": "no",
    "yes": "yes",
    "on": "on",
    "true": True,
    "010": 10,
    "0o10": 8,
    "0x10": 16,
    "12:30": "12:30",
    "1_000": 1000,
    ".5": 0.5,
    "+1": 1,
    "~": None,
    "null": None,
    "'1'": "1",
    "1.0": 1.0,
    "2001-12-31": datetime.date(2001, 12, 31),
    "[a, 1]": ["a", 1],
    "{'0': 1, '1': 10}": {"0": 1, "1": 10},
}


@pytest.mark.parametrize(("literal", "meaning"), MEANINGS.items())
def test_reads_a_literal_as_dvc_does(tmp_path: Path, literal: str, meaning: Any) -> None:
    path = tmp_path / "params.yaml"
    text = f"key: {literal}\n"
    path.write_text(text)
    ours, theirs = load_yaml(path)["key"], parse_yaml(text, str(path))["key"]
    assert ours == theirs == meaning
    assert type(ours) is type(theirs) is type(meaning)


def test_the_shipped_file_reads_as_dvc_reads_it() -> None:
    path = Path(__file__).parents[4] / "params.yaml"
    assert load_yaml(path) == parse_yaml(path.read_text(encoding="utf-8"), str(path))
