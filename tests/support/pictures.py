"""What vl_convert makes, kept in files: its bundle takes three seconds, and the same chart has the same bytes."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
import os
from pathlib import Path
from typing import Any

import vl_convert


def remember(folder: Path, *names: str) -> None:
    """Have these functions of vl_convert work once for equal arguments, for all processes that share the folder."""
    for name in names:
        setattr(vl_convert, name, _remember(folder, getattr(vl_convert, name)))


def _remember(folder: Path, function: Callable[..., str]) -> Callable[..., str]:
    @wraps(function)
    def give(*arguments: Any, **settings: Any) -> str:
        key = sha256(repr((function.__name__, arguments, settings)).encode()).hexdigest()
        path, half = folder / key, folder / f"{key}.{os.getpid()}"
        if not path.exists():
            half.write_text(function(*arguments, **settings), encoding="utf-8", newline="")
            half.rename(path)
        return path.read_text(encoding="utf-8")

    return give
