"""Checks of column names.

A name must be typed in params.yaml and shown in the report, so empty, repeated or unprintable names are refused.
"""

from stages.prepare.columns.parsing import parse_number
from stages.shared.errors import InputError
from stages.shared.messages import shorten


def check_names(names: list[str], source: str) -> None:
    """Raise InputError for names that are empty, repeated, unprintable or all numbers."""
    problems = []
    for index, name in enumerate(names, start=1):
        if not name.strip():
            problems.append(
                f"{source}: column {index} has no name; give it one (pandas writes its index so: use index=False)"
            )
        elif name != name.strip() or not name.isprintable():
            problems.append(
                f"{source}: column {shorten(name)} has white space at an end or an unprintable character; "
                "remove it from the name"
            )
    for name in dict.fromkeys(name for name in names if name.strip() and names.count(name) > 1):
        indices = [str(index) for index, other in enumerate(names, start=1) if other == name]
        problems.append(f"{source}: columns {' and '.join(indices)} are both called `{name}`; give each its own name")
    if all(parse_number(name) == parse_number(name) for name in names):  # NaN, no number, is not equal to itself
        problems.append(
            f"{source}: all column names are numbers ({', '.join(names[:5])}); put a header before the data"
        )
    if problems:
        raise InputError(problems)
