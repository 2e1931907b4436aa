"""The files of the pipeline in a host repository, derived from those of the source tree."""

from pathlib import Path
import re

from evenhand.lock import make_lock
from evenhand.source import PIPELINE
from stages.shared.errors import InputError
from stages.shared.params import SCHEMA
from stages.shared.runtime.environment import PACKAGE_LOCK
from stages.shared.runtime.repository import find_dvc_root, find_git_root

WORKFLOW = Path(__file__).with_name("workflow.yml")


def find_top() -> Path:
    """Return the top of the git repository, relative to this folder. Raises InputError outside of one."""
    top = find_git_root()
    if top is None:
        raise InputError(f"{Path.cwd()}: is in no git repository; run `git init` first")
    return top


def make_files() -> dict[Path, str]:
    """Return the text of each file but params.yaml, by its path relative to this folder."""
    top = find_top()
    plots = (find_dvc_root() or top) / ".dvc/plots"
    files = {
        Path("dvc.yaml"): derive_pipeline(_read("dvc.yaml")),
        SCHEMA: _read(SCHEMA),
        PACKAGE_LOCK: make_lock(),
    }
    files |= {plots / path.name: _read(path) for path in sorted((PIPELINE / ".dvc/plots").glob("*.json"))}
    here = Path.cwd().relative_to((Path.cwd() / top).resolve()).as_posix()
    name = "-".join(["evenhand", *(part for part in here.split("/") if part != ".")])
    workflow = WORKFLOW.read_text(encoding="utf-8").replace("working-directory: .", f"working-directory: {here}")
    # DVC itself ignores the outputs that it caches, but evaluate empties metrics/cv, and tools write reports too
    files |= {Path("metrics/.gitignore"): "/cv\n", Path("reports/.gitignore"): "/*\n!.gitignore\n"}
    return files | {top / ".github/workflows" / f"{name}.yml": workflow}


def derive_pipeline(text: str) -> str:
    """Return dvc.yaml with stages that call the package, and depend on evenhand.lock in place of code and libraries."""
    text = text.replace("# Each stage is a folder of the same name in stages/. params.yaml", "# params.yaml")
    text = text.replace("python -m stages.", "python -m evenhand stage ")
    text = re.sub(r", requirements\.lock\b|^ *- requirements\.lock\b.*\n", "", text, flags=re.MULTILINE)
    text = text.replace("stages/shared", str(PACKAGE_LOCK))
    return re.sub(r"\bstages/\w+, |^ *- stages/\w+\n", "", text, flags=re.MULTILINE)


def _read(path: Path | str) -> str:
    return (PIPELINE / path).read_text(encoding="utf-8")
