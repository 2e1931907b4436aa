"""JSON schemas of the project's files, generated from their models."""

import argparse
import json
from pathlib import Path

from pydantic import BaseModel

from stages.shared.errors import InputError
from stages.shared.storage.files import write_text


def run(prog: str, path: Path, model: type[BaseModel]) -> None:
    """Run the command that writes the schema of `model` to `path`, or only checks it (--check)."""
    about = f"Writes {path} from the models."
    parser = argparse.ArgumentParser(prog=f"python -m {prog}", description=about)
    parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    write_or_check(path, model, parser.parse_args().check)


def write_or_check(path: Path, model: type[BaseModel], check: bool) -> None:
    """Write the schema. With `check`, raise InputError instead when the file is out of date."""
    text = json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
    if not check:
        write_text(path, text)
    elif not path.is_file() or path.read_text(encoding="utf-8") != text:
        raise InputError(f"{path}: not what the models say; run `make format` and commit it")
