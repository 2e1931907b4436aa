"""Atomic file writes, JSON files and file hashes.

A file is written under a temporary name, synced to the disk and renamed. So neither a killed run nor a power failure
leaves half of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import hashlib
import json
import os
from pathlib import Path
import tempfile
from typing import Any

from stages.shared.errors import InputError


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path; rename it to `path` if the block succeeds, delete it otherwise."""
    with name_in_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            temporary.chmod(0o644)
            sync(temporary)
            temporary.replace(path)
            sync(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder that replaces `path` if the block succeeds."""
    with name_in_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp") as temporary:
            new, old = Path(temporary) / "new", Path(temporary) / "old"
            new.mkdir()
            yield new
            for written in (*new.rglob("*"), new):
                sync(written)
            if path.exists():
                path.replace(old)
            new.replace(path)
            sync(path.parent)


@contextmanager
def name_in_errors(path: Path) -> Iterator[None]:
    """Let an OSError that names no file, or the temporary one, name `path`."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and (error.filename is None or str(error.filename).endswith(".tmp")):
            error.filename, error.filename2 = str(path), None
        raise


def sync(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk; Windows cannot do it for folders."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, atomically."""
    write_bytes(path, text.encode())


def round_floats(value: Any) -> Any:
    """Return `value` with every float in it rounded to 6 digits, the precision of metrics files."""
    if isinstance(value, float):
        return round(value, 6) + 0.0  # no "-0.0" in files that people compare
    if isinstance(value, dict):
        return {key: round_floats(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [round_floats(item) for item in value]
    return value


def write_json(path: Path, content: Any) -> None:
    """Write `content` as JSON in its own key order, floats rounded to 6 digits.

    Raises ValueError for NaN and infinity: DVC would always list such a metric as changed.
    """
    write_text(path, json.dumps(round_floats(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def refuse_pipe(path: Path) -> None:
    """Raise InputError for a pipe: reading it would wait for whoever writes to it."""
    if path.is_fifo():
        raise InputError(f"{path}: is a pipe, not a file; remove it, and run `dvc repro` if it was an output")


def read_json(path: Path) -> Any:
    """Return the content of a JSON file. Raises InputError when the file is missing or is not JSON."""
    refuse_pipe(path)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run `dvc repro` to make it") from None
    except ValueError as error:
        raise InputError(f"{path}: not a JSON file ({error}); run `dvc repro` to make it again") from None


def sha256(path: Path) -> str:
    """Return the hex SHA-256 of a file. Raises InputError when it is missing."""
    refuse_pipe(path)
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run this from the repository root, after `dvc repro`") from None
