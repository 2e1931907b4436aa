"""Writes the JSON schema of the review: `python -m tools.compare.schema`."""

import argparse
import json
from pathlib import Path

from stages.shared.errors import InputError, run_door
from stages.shared.files import write_text
from tools.compare.model import Review

SCHEMA = Path("docs/compare.schema.json")


def main() -> None:
    """Writes docs/compare.schema.json, what `python -m tools.compare --json` promises, from the models."""
    parser = argparse.ArgumentParser(prog="python -m tools.compare.schema", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    check = parser.parse_args().check
    text = json.dumps(Review.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
    if not check:
        write_text(SCHEMA, text)
    elif not SCHEMA.is_file() or SCHEMA.read_text(encoding="utf-8") != text:
        raise InputError(f"{SCHEMA}: not what the models say; run `make format` and commit it")


if __name__ == "__main__":
    run_door(main)
