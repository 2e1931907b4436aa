"""Names of columns, refused where they cannot serve."""

from stages.prepare.columns.parsing import reading
from stages.prepare.messages import shortened
from stages.shared.errors import InputError


def check_names(names: list[str], source: str) -> None:
    """Raises InputError for names that are empty, doubled or all numbers, or that nobody could type."""
    problems = []
    for place, name in enumerate(names, start=1):
        if not name.strip():
            problems.append(
                f"{source}: column {place} has no name; give it one (pandas writes its index so: use index=False)"
            )
        elif name != name.strip() or not name.isprintable():
            problems.append(
                f"{source}: column {shortened(name)} has white space at an end or a sign that cannot be printed; "
                "take it out of the name"
            )
    for name in dict.fromkeys(name for name in names if name.strip() and names.count(name) > 1):
        places = [str(place) for place, other in enumerate(names, start=1) if other == name]
        problems.append(f"{source}: columns {' and '.join(places)} are both called `{name}`; give each its own name")
    if all(reading(name) == reading(name) for name in names):  # NaN, no number, is not equal to itself
        problems.append(
            f"{source}: all column names are numbers ({', '.join(names[:5])}); put a header before the data"
        )
    if problems:
        raise InputError(problems)
