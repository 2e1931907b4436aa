"""Command `python -m tools.params.schemas`: the JSON schemas of the project's files, generated from their models."""

import argparse
import json
from pathlib import Path

from pydantic import BaseModel

from stages.shared.errors import InputError, run_cli
from stages.shared.params import SCHEMA
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.storage.files import write_text
from tools.compare.review_schema import Review
from tools.params.model import Params

#: the schemas that this repository holds
SCHEMAS: dict[Path, type[BaseModel]] = {
    SCHEMA: Params,
    Path("docs/leaderboard.schema.json"): Leaderboard,
    Path("docs/compare.schema.json"): Review,
}


def main() -> None:
    """Write the schemas of params.yaml, of metrics/leaderboard.json and of what `tools.compare --json` writes."""
    parser = argparse.ArgumentParser(prog="python -m tools.params.schemas", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the files are up to date")
    check = parser.parse_args().check
    for path, model in SCHEMAS.items():
        write_or_check(path, model, check)


def write_or_check(path: Path, model: type[BaseModel], check: bool) -> None:
    """Write the schema. With `check`, raise InputError instead when the file is out of date."""
    text = json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
    if not check:
        write_text(path, text)
    elif not path.is_file() or path.read_text(encoding="utf-8") != text:
        raise InputError(f"{path}: not what the models say; run `make format` and commit it")


if __name__ == "__main__":
    run_cli(main)
