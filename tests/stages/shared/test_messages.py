"""Rows and names in words."""

from stages.shared.messages import format_rows, shorten, suggest_name


def test_rows_are_counted_from_one() -> None:
    assert format_rows([16]) == "data row 17"
    assert format_rows([2, 6]) == "data rows 3 and 7"
    assert format_rows([0, 1, 2]) == "data rows 1, 2 and 3"
    assert format_rows(list(range(7))) == "data rows 1, 2, 3, 4, 5 and 2 more"


def test_names_near_and_far() -> None:
    assert suggest_name("color", ["colour", "age"]) == "did you mean `colour`?"
    assert suggest_name("zzz", ["a", "b", "c"], limit=2) == "there are `a`, `b` and 1 more"


def test_long_texts_are_cut() -> None:
    assert shorten("a" * 99) == f"'{'a' * 59}…'"
    assert shorten("a\nb") == r"'a\nb'"
