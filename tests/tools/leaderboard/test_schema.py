"""The JSON schema of metrics/leaderboard.json holds for what evaluate writes, and for no key less or more."""

from copy import deepcopy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from stages.shared.errors import InputError
from stages.shared.schemas.leaderboard import Leaderboard
from tools.params.schemas import write_or_check

ROOT = Path(__file__).parents[3]
SCHEMA = Path("docs/leaderboard.schema.json")


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((ROOT / SCHEMA).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="module")
def committed() -> Any:
    return json.loads((ROOT / "metrics/leaderboard.json").read_text())


def test_the_committed_leaderboard_is_as_the_schema_says(
    validator: jsonschema.Draft202012Validator, committed: Any
) -> None:
    assert [error.message for error in validator.iter_errors(committed)] == []


@pytest.mark.parametrize(
    "path",
    [("notes",), ("settings", "policy"), ("candidates", 0, "tuned"), ("candidates", 0, "calibration", "after", "ece"),
     ("comparisons", 0, "verdict"), ("cv_comparisons", 0, "low")],
)  # fmt: skip
def test_a_key_less_or_more_is_seen(
    path: tuple[str | int, ...], validator: jsonschema.Draft202012Validator, committed: Any
) -> None:
    less = deepcopy(committed)
    *parents, key = path
    part = less
    for step in parents:
        part = part[step]
    part["surplus"] = 1
    assert not validator.is_valid(less)
    del part["surplus"]
    assert validator.is_valid(less)
    del part[key]
    assert not validator.is_valid(less)


def test_a_verdict_is_one_of_three_words(validator: jsonschema.Draft202012Validator, committed: Any) -> None:
    wrong = deepcopy(committed)
    wrong["comparisons"][0]["verdict"] = "perhaps"
    assert not validator.is_valid(wrong)


def test_a_file_that_lags_behind_is_told(tmp_path: Path) -> None:
    path = tmp_path / "leaderboard.schema.json"
    with pytest.raises(InputError, match="not what the models say"):
        write_or_check(path, Leaderboard, check=True)
    write_or_check(path, Leaderboard, check=False)
    write_or_check(path, Leaderboard, check=True)
    path.write_text(path.read_text().replace("verdict", "word"))
    with pytest.raises(InputError, match="make format"):
        write_or_check(path, Leaderboard, check=True)
