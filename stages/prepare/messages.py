"""Rows and names as error messages say them."""

from collections.abc import Iterable, Sequence
import difflib


def data_rows(rows: Sequence[int], limit: int = 5) -> str:
    """Places counted from 0 as a reader counts: `data row 17`, `data rows 1, 4 and 2 more`."""
    names = [str(row + 1) for row in rows[:limit]]
    if len(rows) > limit:
        return f"data rows {', '.join(names)} and {len(rows) - limit} more"
    return f"data row {names[0]}" if len(names) == 1 else f"data rows {', '.join(names[:-1])} and {names[-1]}"


def nearest(name: str, names: Iterable[str], limit: int = 10) -> str:
    """What `name` may have been meant to be: the nearest of `names`, else the first few of them."""
    known = list(names)
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    more = f" and {len(known) - limit} more" if len(known) > limit else ""
    return f"there are {', '.join(f'`{item}`' for item in known[:limit])}{more}"


def one_line(error: Exception) -> str:
    """A library's message on one line."""
    return " ".join(str(error).split())


def shortened(text: str, limit: int = 60) -> str:
    """`text` in quotes, cut to a length that fits a message."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")
