"""Unknown keys anywhere in params.yaml, found with params.schema.json.

The models of a stage cover only its own sections. A misspelled key of another section would have no effect, without an
error.
"""

from collections.abc import Iterator
from typing import Any

from stages.shared.messages import suggest_key


def list_unknown_keys(content: Any, schema: dict[str, Any]) -> list[str]:
    """Return `<dotted path>: unknown key; <suggestion>` for each key that the JSON schema does not allow."""
    return list(_walk(content, [schema], schema.get("$defs", {}), ()))


def _walk(
    content: Any, schemas: list[dict[str, Any]], definitions: dict[str, Any], path: tuple[str, ...]
) -> Iterator[str]:
    options = [option for schema in schemas for option in _list_options(schema, definitions)]
    if isinstance(content, list):
        for item in content:
            yield from _walk(item, [option["items"] for option in options if "items" in option], definitions, path)
    options = [option for option in options if option.get("type") == "object"]
    if not isinstance(content, dict) or not options:
        return
    names = {name: option["properties"][name] for option in options for name in option.get("properties", {})}
    others = [rest for option in options if (rest := option.get("additionalProperties", True)) is not False]
    for key, value in content.items():
        below = names[key] if key in names else next((rest for rest in others if isinstance(rest, dict)), None)
        if key not in names and all(option.get("additionalProperties") is False for option in options):
            yield f"{'.'.join([*path, str(key)])}: unknown key; {suggest_key(str(key), names)}"
        elif below is not None:
            yield from _walk(value, [below], definitions, (*path, str(key)))


def _list_options(schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schemas of which a value must fit one."""
    if "$ref" in schema:
        yield from _list_options(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    for kind in ("anyOf", "oneOf", "allOf"):
        for option in schema.get(kind, []):
            yield from _list_options(option, definitions)
    if "type" in schema or "properties" in schema:
        yield schema
