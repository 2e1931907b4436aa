"""Read YAML as DVC does, within bounds, because aliases in a small file may stand for billions of values."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent, ScalarEvent

from stages.shared.errors import InputError
from stages.shared.messages import single_line

#: bytes of a file
MAX_BYTES = 1 << 20

#: values of a file, with those of an alias counted at each use
MAX_VALUES = 100_000

#: lists and mappings inside each other
MAX_DEPTH = 100


def parse_yaml(name: str, text: bytes) -> Any:
    """Return the content of a YAML 1.2 file; a duplicate key is an error. `name` begins the message of InputError."""
    if len(text) > MAX_BYTES:
        raise InputError(f"{name}: has {len(text):,} bytes; at most {MAX_BYTES:,} are read, so shorten it")
    try:
        decoded = text.decode("utf-8-sig")
        _check_size(name, decoded)
        return YAML(typ="safe").load(decoded)
    except (YAMLError, ValueError, TypeError, AttributeError, ArithmeticError) as error:  # of dates and numbers
        raise InputError(f"{name}: cannot be read as YAML: {single_line(error)}") from None


def _check_size(name: str, text: str) -> None:
    """Raise InputError when a file is nested too deep, or stands for too many values."""
    sizes: dict[str, int] = {}  # values below each anchor
    above: list[tuple[str | None, int]] = [(None, 0)]  # the anchor and the values so far, from the outermost inwards
    for event in YAML(typ="safe").parse(text):
        anchor, size = event.anchor if isinstance(event, NodeEvent) else None, 0
        if isinstance(event, CollectionStartEvent):
            above.append((anchor, 1))
            if len(above) > MAX_DEPTH:
                raise InputError(f"{name}: cannot be read as YAML: it is nested more than {MAX_DEPTH} deep")
            continue
        if isinstance(event, CollectionEndEvent):
            anchor, size = above.pop()
        elif isinstance(event, ScalarEvent):
            size = 1
        elif isinstance(event, AliasEvent):  # an unknown one is an error of load()
            contains_itself = any(anchor == outer for outer, _ in above)
            anchor, size = None, MAX_VALUES + 1 if contains_itself else sizes.get(str(anchor), 1)
        if anchor:
            sizes[anchor] = size
        above[-1] = (above[-1][0], above[-1][1] + size)
        if above[-1][1] > MAX_VALUES:
            raise InputError(f"{name}: it stands for more than {MAX_VALUES:,} values through its aliases; use fewer")
