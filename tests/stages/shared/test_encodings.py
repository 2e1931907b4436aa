"""Every text file is read and written as UTF-8, whatever the locale: each call names its encoding."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
FILES = [path for name in ("stages", "tools", "benchmarks", ".ci") for path in (ROOT / name).rglob("*")]
SOURCES = [path for path in FILES if path.suffix == ".py" or path.name == "post-review"]
METHODS = {"read_text": 0, "write_text": 1}


def find_calls(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of each call that leaves the encoding to the locale."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        method = isinstance(node.func, ast.Attribute)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = {keyword.arg for keyword in node.keywords}
        if "encoding" in given or None in given:
            continue
        mode = next((item.value for item in node.keywords if item.arg == "mode"), None)
        modes = [argument.value for argument in [*node.args[:2], mode] if isinstance(argument, ast.Constant)]
        binary = any(isinstance(mode, str) and set(mode) <= set("rwxab+t") and "b" in mode for mode in modes)
        text_file = method and name in METHODS and len(node.args) <= METHODS[name]
        opened = name == "open" and not binary and not is_other_open(node)
        decoded = {keyword.arg for keyword in node.keywords if isinstance(keyword.value, ast.Constant)}
        if text_file or opened or decoded & {"text", "universal_newlines"}:
            yield node.lineno, name


def is_other_open(call: ast.Call) -> bool:
    """os.open, tarfile.open and archives open no text."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id in {"os", "tarfile", "archive"}


def test_each_call_names_its_encoding() -> None:
    found = {str(path.relative_to(ROOT)): list(find_calls(path.read_text(encoding="utf-8"))) for path in SOURCES}
    assert len(found) > 200
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_the_search_finds_them() -> None:
    source = (
        "open('a')\nopen('a', 'w')\npath.open('rb')\npath.open('w')\npath.read_text()\npath.write_text('a')\n"
        "write_text(path, 'a')\nopen('a', encoding='utf-8')\nrun(['a'], text=True)\npath.read_text('utf-8')\n"
    )
    assert [line for line, _ in find_calls(source)] == [1, 2, 4, 5, 6, 9]
