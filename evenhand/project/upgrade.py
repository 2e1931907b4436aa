"""`evenhand upgrade`: compares the files of the pipeline with those of the installed version, and updates them."""

import argparse
import difflib
import os

from evenhand.project.files import WORKFLOW, make_files
from stages.shared.errors import InputError
from stages.shared.params import read_params
from stages.shared.runtime.environment import PACKAGE_LOCK
from stages.shared.storage.files import write_text
from tools.params.model import Params


def main() -> None:
    """Show how the files of the pipeline differ from those of the installed version; --write changes them."""
    parser = argparse.ArgumentParser(prog="evenhand upgrade", description=main.__doc__)
    parser.add_argument("--write", action="store_true", help="change the files; params.yaml stays yours")
    write = parser.parse_args().write
    if not PACKAGE_LOCK.is_file():
        raise InputError(f"{PACKAGE_LOCK}: no such file; run `evenhand init`, or run this from the folder of dvc.yaml")
    # a workflow that the user has removed stays so
    files = {path: text for path, text in make_files().items() if path.exists() or path.suffix != WORKFLOW.suffix}
    changed = []
    for path, new in files.items():
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        if new != old:
            name = os.fspath(path)
            lines = (old.splitlines(keepends=True), new.splitlines(keepends=True))
            print("".join(difflib.unified_diff(*lines, f"{name} (here)", f"{name} (installed)")), end="")
            changed.append(path)
    if not changed:
        print("The files are those of the installed version.")
    elif not write:
        print(f"Nothing is changed. `evenhand upgrade --write` changes {len(changed)} files as shown.")
    else:
        for path in changed:
            write_text(path, files[path])
        print(f"Changed: {', '.join(map(str, changed))}. Next: `evenhand repro`")
    read_params(Params)  # a new version may have new keys
