"""YAML that is too large, or that cannot be built, ends in one line at once."""

import itertools
import time

import pytest

from stages.shared.errors import InputError
from stages.shared.storage.yaml_file import MAX_BYTES, parse_yaml

LETTERS = "abcdefghij"
LAUGHS = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in itertools.pairwise(LETTERS)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name}\n  <<: [{', '.join([f'*{before}'] * 9)}]\n" for before, name in itertools.pairwise(LETTERS)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LAUGHS, "it stands for more than 100,000 values through its aliases; use fewer"),
        (MERGES, "it stands for more than 100,000 values through its aliases; use fewer"),
        ("a: &a [*a]\n", "it stands for more than 100,000 values"),
        ("a: *nowhere\n", "cannot be read as YAML: found undefined alias"),
        ("a: " + "[" * 500 + "]" * 500, "cannot be read as YAML: it is nested more than 100 deep"),
        ("a: 2024-02-30\n", "cannot be read as YAML: "),
        ("a: !!int abc\n", "cannot be read as YAML: "),
        ("a: !!float abc\n", "cannot be read as YAML: "),
        ("a: !!timestamp abc\n", "cannot be read as YAML: "),
        ("a: !!binary ü\n", "cannot be read as YAML: "),
        ("a: 1" + "0" * 5000, "cannot be read as YAML: "),
        ("a: 1\na: 2\n", "cannot be read as YAML: "),
        ("a: !!python/object:os.system x\n", "cannot be read as YAML: "),
        ("#" * (MAX_BYTES + 1), "has 1,048,577 bytes; at most 1,048,576 are read"),
    ],
)
def test_ends_in_one_line_within_a_second(text: str, message: str) -> None:
    begun = time.process_time()  # other work on the machine does not count
    with pytest.raises(InputError) as error:
        parse_yaml("params.yaml", text.encode())
    assert time.process_time() - begun < 1
    assert error.value.problems[0].startswith("params.yaml: ")
    assert message in error.value.problems[0]
    assert "\n" not in error.value.problems[0]


def test_aliases_and_merges_are_allowed() -> None:
    assert parse_yaml("a.yaml", b"a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}\n") == {
        "a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1, "y": 2},
    }  # fmt: skip
    assert parse_yaml("a.yaml", b"\xef\xbb\xbfa: \xc3\xbc\n") == {"a": "ü"}
    assert parse_yaml("a.yaml", b"") is None
