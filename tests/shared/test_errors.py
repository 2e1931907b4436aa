"""How a command ends: exit code and plain lines on stderr, without a traceback."""

from collections.abc import Callable
from functools import partial

import pytest

from stages.shared.errors import InputError, IntegrityError, run_cli


def end(main: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    with pytest.raises(SystemExit) as caught:
        run_cli(main)
    return caught.value.code, capsys.readouterr().err


def fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (InputError("params.yaml: a: wrong"), 2, "error: params.yaml: a: wrong\n"),
        (InputError(["a: wrong", "b: wrong"]), 2, "error: a: wrong\nerror: b: wrong\n"),
        (IntegrityError("m.skops: damaged"), 3, "error: m.skops: damaged\n"),
    ],
)
def test_a_wrong_input_ends_in_lines(
    error: InputError, code: int, lines: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(partial(fail, error), capsys) == (code, lines)


def test_a_good_end_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert end(lambda: None, capsys) == (0, "")


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        run_cli(partial(fail, ZeroDivisionError()))


def test_whoever_catches_wrong_input_catches_damage_too() -> None:
    assert isinstance(IntegrityError("x"), InputError)
    assert str(InputError(["a", "b"])) == "a\nb"
