"""Cells as numbers and texts."""

import math
import struct

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pyarrow as pa
import pytest

from stages.prepare.columns.forms.numbers import make_parser
from stages.prepare.columns.parsing import MissingValues, parse_number, to_numbers, to_texts
from stages.prepare.columns.validation import validate_numeric
from stages.shared.errors import InputError
from stages.shared.schemas.contract import NumberForm

NONE = MissingValues.of({}, "x")
number_texts = st.from_regex(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", fullmatch=True)


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def column(*cells: object) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(list(cells))])


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3.0), (" 3 ", 3.0), ("+3", 3.0), ("3.", 3.0), (".5", 0.5), ("-1e-3", -0.001), ("1E3", 1000.0), ("007", 7.0)],
)
def test_spellings_of_numbers(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text", ["", " ", "x", "1_000", "0x10", "1,5", "1 2", "nan", "NaN", "١", "1e", ".", "e5", "--1", "1d5"]
)
def test_what_spells_no_number(text: str) -> None:
    assert math.isnan(parse_number(text))


@pytest.mark.slow
@given(st.lists(number_texts, min_size=1, max_size=20))
@settings(deadline=None, max_examples=100)
def test_a_column_of_number_texts_is_read_as_float_reads_it_to_the_bit(texts: list[str]) -> None:
    values = to_numbers(column(*texts), NONE).values
    assert [bits(value) for value in values] == [bits(float(text)) for text in texts]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
@settings(deadline=None, max_examples=50)
def test_floats_survive_their_shortest_text(numbers: list[float]) -> None:
    values = to_numbers(column(*map(repr, numbers)), NONE).values
    assert [bits(value) for value in values] == [bits(number) for number in numbers]


@given(st.lists(st.one_of(number_texts, st.text(max_size=4), st.sampled_from(["nan", "inf", "-Infinity"])), min_size=1))
@settings(deadline=None, max_examples=100)
def test_the_fast_way_and_the_slow_way_read_alike(texts: list[str]) -> None:
    together = to_numbers(column(*texts), NONE)
    alone = [to_numbers(column(text), NONE) for text in texts]
    np.testing.assert_array_equal(together.values, [one.values[0] for one in alone])
    np.testing.assert_array_equal(together.missing, [one.missing[0] for one in alone])


def test_a_number_marks_all_spellings_of_itself_as_missing() -> None:
    missing_values = MissingValues.of({"x": ["0", "?"]}, "x")
    assert to_numbers(column("0", "0.0", "-0", "?", "1", ""), missing_values).missing.tolist() == [True] * 4 + [
        False,
        True,
    ]
    assert to_numbers(column("0", "0.0", "10"), missing_values).missing.tolist() == [
        True,
        True,
        False,
    ]  # no text among them
    assert to_numbers(column(0, 5, None), missing_values).missing.tolist() == [True, False, True]


def test_marks_of_the_star_hold_for_every_column() -> None:
    missing_values = MissingValues.of({"*": ["NA"], "y": ["0"]}, "x")
    assert "NA" in missing_values
    assert "0" not in missing_values
    assert "na" not in missing_values


def test_texts_keep_their_form_and_whole_numbers_have_no_point() -> None:
    assert to_texts(column("1", "1.0", "01", "", None), NONE).array().to_pylist() == ["1", "1.0", "01", None, None]
    assert to_texts(column(3, 4), NONE).array().to_pylist() == ["3", "4"]
    assert to_texts(column(3.0, 0.1, None), NONE).array().to_pylist() == ["3", "0.1", None]
    assert to_texts(column(True, False), NONE).array().to_pylist() == ["true", "false"]


def test_texts_are_counted_without_the_missing_ones() -> None:
    texts = to_texts(column("b", "a", "?", "b", None), MissingValues.of({"x": ["?"]}, "x"))
    assert texts.counts() == {"b": 2, "a": 1}
    assert texts.rows_of("b") == [0, 3]


def test_chunks_are_one_column() -> None:
    chunked = pa.chunked_array([["a", "b", None], ["b", "c"]])
    assert to_texts(chunked, NONE).array().to_pylist() == ["a", "b", None, "b", "c"]
    assert to_numbers(pa.chunked_array([["1", "x"], ["2"]]), NONE).values.tolist()[::2] == [1.0, 2.0]


@pytest.mark.parametrize("whole", ["9007199254740992", "-9007199254740993", "123456789012345678901234567890"])
def test_whole_numbers_that_floats_confound_are_refused(whole: str) -> None:
    with pytest.raises(InputError, match=r"2\^53"):
        validate_numeric("t.csv: column `x`", column("1", whole), NONE)


def test_thousands_marks_do_not_hide_a_whole_number_that_is_too_large() -> None:
    form = NumberForm(decimal=",", thousands=".")
    with pytest.raises(InputError, match=r"'9.007.199.254.740.993' has an absolute value of 2\^53 or more"):
        validate_numeric("t.csv: column `x`", column("1", "9.007.199.254.740.993"), NONE, form)


def test_a_mark_is_compared_with_the_number_that_a_text_is_in_its_form() -> None:
    """Where points stand between thousands, 999.000 is not the mark 999; 999,0 is."""
    marks = MissingValues.of({"x": ["999"]}, "x")
    parse = make_parser(NumberForm(decimal=",", thousands="."))
    numbers = to_numbers(column("999.000", "1.250", "999,0", "999"), marks, parse)
    assert numbers.values[:2].tolist() == [999000.0, 1250.0]
    assert numbers.missing.tolist() == [False, False, True, True]


def test_an_infinite_cell_does_not_hide_a_number_too_large() -> None:
    with pytest.raises(InputError) as caught:
        validate_numeric("t.csv: column `x`", column("inf", "1e35", "2"), NONE)
    assert [len(caught.value.problems), *("infinite" in text for text in caught.value.problems)] == [2, True, False]


def test_the_largest_exact_whole_number_and_large_floats_pass() -> None:
    values = validate_numeric("t.csv: column `x`", column("9007199254740991", "1e30", "12345678901234567.0"), NONE)
    assert values.tolist() == [9007199254740991.0, 1e30, 12345678901234567.0]


@pytest.mark.parametrize("cell", ["1e31", "1e149", "-1.797e308"])
def test_a_number_too_large_to_be_scaled_is_refused(cell: str) -> None:
    """The square of it is infinite, and with it the standard deviation of the column."""
    with pytest.raises(InputError, match=r"data row 2: '.*' is beyond ±1e\+30, too large for a model"):
        validate_numeric("t.csv: column `x`", column("1", cell), NONE)
