"""A proposal as YAML: printed, or written into params.yaml, whose comments and other sections stay."""

from collections.abc import Mapping
import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.tokens import CommentToken

from stages.shared.errors import InputError
from stages.shared.storage.files import write_text
from tools.inspect.proposal import Proposal, Setting

#: a longer line is not folded, so that a comment stays beside its value
WIDTH = 100_000


class _Representer(RoundTripRepresenter):
    """Writes null as a word. It is a class of its own, because ruamel.yaml registers representers for a whole class."""


_Representer.add_representer(
    type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
)


def to_yaml(proposal: Proposal) -> str:
    """Return the two sections with a comment behind each value that has a reason."""
    document = CommentedMap({"data": CommentedMap(), "split": CommentedMap()})
    _update(document, proposal)
    return _dump(document)


def write_params(path: Path, proposal: Proposal) -> None:
    """Replace the values of both sections in params.yaml. Raises InputError when the file has no such sections."""
    document = _make_yaml().load(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or not all(isinstance(document.get(name), dict) for name in ("data", "split")):
        raise InputError(f"{path}: has no sections `data` and `split`; take params.yaml of this project")
    _update(document, proposal)
    write_text(path, _dump(document))


def dump_params(params: Mapping[str, Any]) -> str:
    """Return the text of params.yaml with a line for each key of a section."""
    sections = {
        name: {key: _set_flow_style(setting) for key, setting in value.items()} if isinstance(value, Mapping) else value
        for name, value in params.items()
    }
    return _dump(sections)


def _update(document: Any, proposal: Proposal) -> None:
    for section, settings in (("data", proposal.data), ("split", proposal.split)):
        for key, setting in settings.items():
            _set(document[section], key, setting)


def _set(section: Any, key: str, setting: Setting) -> None:
    """Set a value with its reason as a comment behind it; the lines of comments that follow it stay."""
    section[key] = _set_flow_style(setting.value)
    tokens = section.ca.items.setdefault(key, [None, None, None, None])
    following = tokens[2].value.partition("\n")[1:] if tokens[2] else ("\n", "")
    reason = f" # {' '.join(setting.reason.split())}" if setting.reason else ""
    tokens[2] = CommentToken(reason + "".join(following), CommentMark(0))


def _set_flow_style(value: Any) -> Any:
    """Return lists and mappings in one line."""
    if isinstance(value, list):
        value = CommentedSeq(value)
    elif isinstance(value, Mapping):
        value = CommentedMap({key: _set_flow_style(item) for key, item in value.items()})
    else:
        return value
    value.fa.set_flow_style()
    return value


def _make_yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    yaml.Representer = _Representer
    return yaml


def _dump(document: Any) -> str:
    stream = io.StringIO()
    _make_yaml().dump(document, stream)
    return stream.getvalue()
