"""How a command ends: exit code and plain lines on stderr, without a traceback."""

from collections.abc import Callable
import errno
from functools import partial
import os
from pathlib import Path
import subprocess
import sys

import pytest

from stages.shared.errors import InputError, IntegrityError, run_cli


@pytest.fixture(autouse=True)
def _handlers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the signal handlers of this process: a bug leaves it to the end of a process to put them back."""
    monkeypatch.setattr("stages.shared.errors.exit_on_signals", lambda: lambda: None)


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


TEMPORARY = ("ENOSPC", "EDQUOT", "ENOMEM", "EMFILE", "ENFILE", "EBUSY", "EAGAIN")
LASTING = ("EACCES", "EPERM", "EISDIR", "ENOTDIR", "ENAMETOOLONG", "EROFS", "ENOENT", "EFBIG", "ELOOP", "EIO")


@pytest.mark.parametrize(("names", "code"), [(TEMPORARY, 75), (LASTING, 2)])
def test_a_fault_of_the_environment_is_one_line(
    names: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in names:
        number = getattr(errno, name)
        ended, said = end(partial(fail, OSError(number, os.strerror(number), "data/a.csv")), capsys)
        assert ended == code, name
        assert said.startswith(f"error: data/a.csv: {os.strerror(number).lower()}; ")
        assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (MemoryError(), "error: memory: cannot allocate memory; "),
        (MemoryError("Unable to allocate 9 GiB"), "error: memory: cannot allocate memory (Unable to allocate 9 GiB); "),
        (RuntimeError("can't start new thread"), "error: output: resource temporarily unavailable"),
        (ImportError("libx.so: failed to map segment from shared object"), "error: memory: cannot allocate memory"),
    ],
)
def test_no_memory_and_no_threads_may_pass(error: Exception, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = end(partial(fail, error), capsys)
    assert code == 75
    assert said.startswith(line)


@pytest.mark.parametrize("error", [OSError(errno.EBADF, "x"), OSError(), RuntimeError("x"), ImportError("no x")])
def test_a_bug_stays_a_traceback(error: Exception) -> None:
    with pytest.raises(type(error)):
        run_cli(partial(fail, error))


def test_what_is_printed_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "a\x1b[31mred\u202egnp\x9b\rb" + "y" * 10_000
    assert end(lambda: print(hostile + "\nline\t2"), capsys)[0] == 0
    code, said = end(partial(fail, InputError(hostile + "\nb: the fix")), capsys)
    assert code == 2
    assert said.startswith("error: a\\x1b[31mred\\u202egnp\\x9b\\rbyyy")
    assert said.endswith("y\\nb: the fix\n")
    assert len(said) < 1100
    print("end")
    assert "\x1b" not in capsys.readouterr().out


ROOT = Path(__file__).parents[3]


def run(folder: Path, body: str, shell: str) -> subprocess.CompletedProcess[str]:
    """Run a command with `body` as its main, as `python program.py <shell>`."""
    program = f"from stages.shared.errors import run_cli\ndef main():\n    {body}\nrun_cli(main)\n"
    (folder / "program.py").write_text(program)
    command = ["bash", "-o", "pipefail", "-c", f"{sys.executable} -W error program.py {shell}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the shell of Linux")
@pytest.mark.parametrize(
    ("body", "shell", "code", "said"),
    [
        ("print('a' * 100_000)", "| head -c 1", 141, ""),
        ("print('a')", "| head -c 0; sleep .1", 0, ""),
        ("print('a' * 100_000)", "> /dev/full", 75, "error: output: no space left on device; "),
        ("print('a')", "> /dev/full", 75, "error: output: no space left on device; "),
        ("print('a')", ">&- 2>&-", 0, ""),
        ("raise MemoryError", "2> /dev/full", 75, ""),
        ("open('x' * 300)", "", 2, f"error: {'x' * 300}: file name too long; "),
        ("open('.')", "", 2, "error: .: is a directory; "),
        (
            "import os; [os.open('program.py', 0) for _ in range(99)]",
            "",
            75,
            "error: program.py: too many open files; ",
        ),
        ("bytearray(10**11)", "", 75, "error: memory: cannot allocate memory; "),
    ],
)
def test_faults_in_a_real_process(tmp_path: Path, body: str, shell: str, code: int, said: str) -> None:
    body = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50)); " + body
    done = run(
        tmp_path, body.replace("bytearray", "resource.setrlimit(resource.RLIMIT_AS, (2**31, -1)); bytearray"), shell
    )
    if shell.startswith("| head -c 0"):  # whether head ends before the line comes is chance
        assert "Traceback" not in done.stderr
        assert done.stderr == said
        return
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == bool(said)
