"""A clone of the project with changed params."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import subprocess
from typing import Any

ROOT = Path(__file__).parents[2]


@contextmanager
def clone_project(folder: Path) -> Iterator[Any]:
    """Clone the checked-out commit into `folder`; yield its params, and write them as the caller leaves them."""
    from ruamel.yaml import YAML

    subprocess.run(["git", "clone", "--quiet", "--no-local", str(ROOT), str(folder)], check=True)
    path, yaml = folder / "params.yaml", YAML()
    params = yaml.load(path.read_text(encoding="utf-8"))
    yield params
    with path.open("w", encoding="utf-8") as stream:
        yaml.dump(params, stream)


def keep_only(params: dict[str, Any], key: str, names: str) -> None:
    """Leave the entries of params.yaml under `key` that `names` lists, separated by commas; all where it is empty."""
    if not names:
        return
    if unknown := set(names.split(",")) - set(params[key]):
        raise SystemExit(f"--{key}: not in params.yaml: {', '.join(sorted(unknown))}")
    params[key] = {name: params[key][name] for name in names.split(",")}
