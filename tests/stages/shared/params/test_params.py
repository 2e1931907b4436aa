"""What the params reader says of a wrong params.yaml: each problem on a line, with its dotted path."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
import pytest

from stages.shared.errors import InputError
from stages.shared.messages import suggest_key
from stages.shared.params import ParamsSection, PartialParams, read_params


class Data(ParamsSection):
    path: str
    C: float = Field(gt=0)
    missing: dict[str, list[str]]
    weights: dict[str, float] | Literal["balanced"]
    limit: int | None

    @field_validator("path")
    @classmethod
    def _not_upper(cls, path: str) -> str:
        if path.isupper():
            raise ValueError("CSV names are in lower case here")
        return path


class Toy(PartialParams):
    random_state: int
    data: Data


GOOD = {
    "random_state": "42",
    "data": "{path: a.csv, C: 1, missing: {}, weights: balanced, limit: null}",
}


def read(folder: Path, **sections: str) -> Toy:
    path = folder / "params.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in {**GOOD, **sections}.items()))
    return read_params(Toy, path)


def problems(folder: Path, **sections: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, **sections)
    assert caught.value.exit_code == 2
    prefix = f"{folder / 'params.yaml'}: "
    assert all(problem.startswith(prefix) for problem in caught.value.problems)
    return [problem.removeprefix(prefix) for problem in caught.value.problems]


def data(**changes: str | None) -> str:
    values = {"path": "a.csv", "C": "1", "missing": "{}", "weights": "balanced", "limit": "null"} | changes
    return "{" + ", ".join(f"{key}: {value}" for key, value in values.items() if value is not None) + "}"


def test_reads_the_sections_and_freezes_them(tmp_path: Path) -> None:
    params = read(tmp_path, data=data(C="0.5", weights="{a: 2}"))
    assert (params.random_state, params.data.C, params.data.weights, params.data.limit) == (42, 0.5, {"a": 2.0}, None)
    with pytest.raises(ValidationError, match="frozen"):
        params.data.C = 2.0  # type: ignore[misc]


def test_leaves_the_sections_of_other_stages_to_them(tmp_path: Path) -> None:
    assert read(tmp_path, split="{nonsense: 1}").random_state == 42


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        ({"dta": "1"}, "dta: unknown key; did you mean `data`?"),
        ({"Data": "1"}, "Data: unknown key; did you mean `data`?"),
        ({"data": data(pth="b.csv")}, "data.pth: unknown key; did you mean `path`?"),
        ({"data": data(zzz="1")}, "data.zzz: unknown key; allowed: path, C, missing, weights, limit"),
        ({"data": data(c="1")}, "data.c: unknown key; did you mean `C`?"),
        (
            {"data": data(path=None)},
            "data.path: missing; every key must stand in params.yaml, see the comments there",
        ),
        ({"random_state": "'42'"}, "random_state: input should be a valid integer; found '42'"),
        ({"random_state": "true"}, "random_state: input should be a valid integer; found True"),
        ({"data": data(C="0")}, "data.C: input should be greater than 0; found 0"),
        ({"data": data(C="no")}, "data.C: input should be a valid number; found 'no'"),
        ({"data": data(limit="1.5")}, "data.limit: input should be a valid integer; found 1.5"),
        ({"data": data(path="RAW")}, "data.path: CSV names are in lower case here; found 'RAW'"),
        ({"data": "{" + data()[1:-1] + ", 5: x}"}, "data: keys should be strings; found 5"),
    ],
)
def test_names_the_key_the_fault_and_the_nearest_key(tmp_path: Path, sections: dict[str, str], problem: str) -> None:
    assert problems(tmp_path, **sections) == [problem]


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        ({"missing": "{'Weight [kg]': 5}"}, "data.missing.Weight [kg]: input should be a valid list; found 5"),
        ({"missing": "{'[0]': [x, 5]}"}, "data.missing.[0].1: input should be a valid string; found 5"),
        ({"weights": "{'A[0]': x}"}, "data.weights.A[0]: input should be a valid number; found 'x'"),
    ],
)
def test_path_is_that_of_the_file_with_its_capitals_and_brackets(
    tmp_path: Path, sections: dict[str, str], problem: str
) -> None:
    assert problem in problems(tmp_path, data=data(**sections))


def test_the_path_never_shows_the_marks_of_the_validator(tmp_path: Path) -> None:
    found = problems(tmp_path, data=data(weights="{a: x}"))
    assert [line.split(": ")[0] for line in found] == ["data.weights.a", "data.weights"]


def test_says_all_problems_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, random_state="x", dta="1", data=data(path=None, C="-1", zip="1"))
    assert {line.split(":")[0] for line in found} == {"dta", "random_state", "data.path", "data.C", "data.zip"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must be a mapping"),
        ("- a\n", "found list"),
        ("a: [1\n", "cannot be read as YAML"),
        ("data: {path: a, path: b}\n", 'duplicate key "path"'),
        ("random_state: 1\nrandom_state: 1\n", 'duplicate key "random_state"'),
        ("a: !!python/object:os.system x\n", "cannot be read as YAML"),
    ],
)
def test_refuses_what_is_no_mapping(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"params\.yaml: ") as caught:
        read_params(Toy, path)
    assert words in str(caught.value)


def test_refuses_a_missing_file_and_one_in_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_params(Toy, tmp_path / "params.yaml")
    (tmp_path / "params.yaml").write_bytes("data: café".encode("latin-1"))
    with pytest.raises(InputError, match="cannot be read as YAML"):
        read_params(Toy, tmp_path / "params.yaml")


def test_hint_gives_the_nearest_name_whatever_its_case_or_else_all() -> None:
    assert suggest_key("smote", ["ADASYN", "SMOTE"]) == "did you mean `SMOTE`?"
    assert suggest_key("zzz", ["ADASYN", "SMOTE"]) == "allowed: ADASYN, SMOTE"
