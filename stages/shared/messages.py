"""Row numbers, names and texts formatted for error messages."""

from collections.abc import Iterable, Sequence
import difflib


def format_rows(rows: Sequence[int], limit: int = 5) -> str:
    """Format row indices, counted from 0, as row numbers, counted from 1: `data rows 1, 4 and 2 more`."""
    names = [str(row + 1) for row in rows[:limit]]
    if len(rows) > limit:
        return f"data rows {', '.join(names)} and {len(rows) - limit} more"
    return f"data row {names[0]}" if len(names) == 1 else f"data rows {', '.join(names[:-1])} and {names[-1]}"


def suggest_name(name: str, names: Iterable[str], limit: int = 10) -> str:
    """Suggest the most similar of `names`, else list the first `limit` of them."""
    known = list(names)
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    more = f" and {len(known) - limit} more" if len(known) > limit else ""
    return f"there are {', '.join(f'`{item}`' for item in known[:limit])}{more}"


def suggest_key(key: str, valid: Iterable[str]) -> str:
    """Suggest the most similar of the `valid` keys, ignoring case, or else list all of them."""
    names = {name.lower(): name for name in valid}
    near = difflib.get_close_matches(key.lower(), names, n=1)
    return f"did you mean `{names[near[0]]}`?" if near else f"allowed: {', '.join(names.values())}"


def single_line(error: Exception) -> str:
    """Return the message of a library's error on a single line."""
    return " ".join(str(error).split())


def shorten(text: str, limit: int = 60) -> str:
    """Return `text` in quotes, cut to `limit` characters."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")
