"""Checks that validators of several sections share."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel


def refuse(problems: Iterable[str]) -> None:
    """Raise ValueError with all of `problems`, if there are any."""
    if messages := list(problems):
        raise ValueError("; ".join(messages))


def own_key_problems(section: BaseModel, chooser: str, own_keys: Mapping[str, tuple[str, float]]) -> Iterator[str]:
    """Yield the problems of a section where a choice of the key `chooser` needs a key that no other choice may have.

    `own_keys` has the key of each choice, and an example.
    """
    chosen = getattr(section, chooser)
    for choice, (key, example) in own_keys.items():
        given = getattr(section, key) is not None
        if given and choice != chosen:
            yield f"{chosen} knows no key `{key}`, which belongs to {choice}; leave it out"
        if choice == chosen and not given:
            yield f"{chosen} needs the key `{key}`: {{{chooser}: {chosen}, {key}: {example}}}"
