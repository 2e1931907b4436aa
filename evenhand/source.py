"""The place of `stages` and `tools`: beside this package in the source tree, inside it in a wheel.

Imports and registries name their modules in full, so they keep these names. Packages of others may have the same names.
"""

from importlib.util import find_spec
from pathlib import Path
import sys

_INSIDE = Path(__file__).resolve().parent / "_pipeline"
#: whether this package was installed from a wheel
PACKED = _INSIDE.is_dir()
PIPELINE = _INSIDE if PACKED else _INSIDE.parents[1]


def find_version() -> str:
    """Return the version of the installed package, or of the source tree."""
    from importlib.metadata import PackageNotFoundError, version
    import tomllib

    try:
        return version("evenhand")
    except PackageNotFoundError:
        project = tomllib.loads((PIPELINE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return str(project["version"])


def add_to_path() -> None:
    """Let Python find the pipeline after everything else, so that it hides no package of the user."""
    if str(PIPELINE) not in sys.path:
        sys.path.append(str(PIPELINE))


def put_first() -> None:
    """Let Python find the pipeline before everything else, and nothing in the current folder."""
    others = [path for path in sys.path if path and Path(path).resolve() not in (Path.cwd(), PIPELINE)]
    sys.path[:] = [str(PIPELINE), *others]


def check_names() -> None:
    """Raise ImportError where Python finds another package named `stages` or `tools`."""
    for name in ("stages", "tools"):
        spec = find_spec(name)
        origin = spec.origin if spec else None
        if origin is None or Path(origin).resolve() != PIPELINE / name / "__init__.py":
            other = origin or f"a folder {name}/ without __init__.py"
            raise ImportError(
                f"evenhand needs its own package `{name}`, and Python finds another one: {other}; work in a process "
                "that does not import it, such as `evenhand predict`"
            )
