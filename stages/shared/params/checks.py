"""Checks that validators of several sections share."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel


def refuse(problems: Iterable[str]) -> None:
    """Raise ValueError with all of `problems`, if there are any."""
    if messages := list(problems):
        raise ValueError("; ".join(messages))


def list_key_problems(section: BaseModel, chooser: str, keys: Mapping[str, tuple[str, float]]) -> Iterator[str]:
    """Yield the problems of a section in which a value of the key `chooser` needs a key of its own.

    `keys` has the key of each such value, and an example. No other value may have it.
    """
    value = getattr(section, chooser)
    for owner, (key, example) in keys.items():
        is_given = getattr(section, key) is not None
        if is_given and owner != value:
            yield f"{value} has no key `{key}`, which belongs to {owner}; leave it out"
        if owner == value and not is_given:
            yield f"{value} needs the key `{key}`: {{{chooser}: {value}, {key}: {example}}}"
