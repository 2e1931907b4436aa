"""Rows and names in words."""

from stages.prepare.messages import data_rows, nearest, shortened


def test_rows_are_counted_from_one() -> None:
    assert data_rows([16]) == "data row 17"
    assert data_rows([2, 6]) == "data rows 3 and 7"
    assert data_rows([0, 1, 2]) == "data rows 1, 2 and 3"
    assert data_rows(list(range(7))) == "data rows 1, 2, 3, 4, 5 and 2 more"


def test_names_near_and_far() -> None:
    assert nearest("color", ["colour", "age"]) == "did you mean `colour`?"
    assert nearest("zzz", ["a", "b", "c"], limit=2) == "there are `a`, `b` and 1 more"


def test_long_texts_are_cut() -> None:
    assert shortened("a" * 99) == f"'{'a' * 59}…'"
    assert shortened("a\nb") == r"'a\nb'"
