"""Row numbers, names and texts formatted for error messages."""

from collections.abc import Iterable, Sequence
import difflib
import os
from typing import TextIO

#: control characters of terminals and of the direction of text, and how they are printed
_CONTROLS = {
    code: chr(code).encode("unicode_escape").decode()
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_LINES = {code: text for code, text in _CONTROLS.items() if chr(code) not in "\n\r\t"}

#: environment variable that the command `evenhand` sets; without a source tree there is no Makefile and no tools/
PACKAGE = "EVENHAND_PACKAGE"
#: commands of the source tree, and those of the package
_PACKAGED = {
    "python -m tools.": "evenhand ",
    "make repro": "evenhand repro",
    "make setup": "pip install -r evenhand.lock",
}


def command(text: str) -> str:
    """Return a command of the source tree, or that of the package where the package runs."""
    for source, packaged in _PACKAGED.items() if PACKAGE in os.environ else ():
        text = text.replace(source, packaged)
    return text


def format_rows(rows: Sequence[int]) -> str:
    """Format row indices, counted from 0, as at most five row numbers, counted from 1: `data rows 1, 4 and 2 more`."""
    names = [str(row + 1) for row in rows[:5]]
    if len(rows) > 5:
        return f"data rows {', '.join(names)} and {len(rows) - 5} more"
    return f"data row {names[0]}" if len(names) == 1 else f"data rows {', '.join(names[:-1])} and {names[-1]}"


def suggest_name(name: str, names: Iterable[str], limit: int = 10) -> str:
    """Suggest the most similar of `names`, else list the first `limit` of them."""
    candidates = list(names)
    matches = difflib.get_close_matches(name, candidates, n=1)
    if matches:
        return f"did you mean `{matches[0]}`?"
    more = f" and {len(candidates) - limit} more" if len(candidates) > limit else ""
    return f"there are {', '.join(f'`{item}`' for item in candidates[:limit])}{more}"


def suggest_key(key: str, valid: Iterable[str]) -> str:
    """Suggest the most similar of the `valid` keys, ignoring case, or else list all of them."""
    names = {name.lower(): name for name in valid}
    matches = difflib.get_close_matches(key.lower(), names, n=1)
    return f"did you mean `{names[matches[0]]}`?" if matches else f"allowed: {', '.join(names.values())}"


def single_line(error: Exception) -> str:
    """Return the message of a library's error on a single line."""
    return " ".join(str(error).split())


def shorten(text: str, limit: int = 60) -> str:
    """Return `text` in quotes, cut to `limit` characters."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def shorten_value(value: object) -> str:
    """Return the repr of a value, cut to 100 characters."""
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:99]}…"


def printable(text: str, limit: int = 1000) -> str:
    """Return `text` on a single line: control characters escaped, the middle of more than `limit` characters cut."""
    if len(text) > limit:
        text = f"{text[: limit // 2]} … {text[-limit // 2 :]}"
    return text.translate(_CONTROLS)


def escape_controls(stream: TextIO) -> None:
    """Escape control characters in what is written to `stream`, but line ends and tabs.

    Labels and column names come from foreign files, and a terminal would execute control sequences in them.
    """
    write = stream.write
    stream.write = lambda text: write(text.translate(_LINES))  # type: ignore[method-assign]
