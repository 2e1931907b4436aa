"""Writes the JSON schema of the review, what `--json` promises: `python -m tools.compare.schema`."""

from pathlib import Path

from stages.shared.errors import run_cli
from tools.compare.review_schema import Review
from tools.schema_file import run

SCHEMA = Path("docs/compare.schema.json")


def main() -> None:
    """Writes docs/compare.schema.json, or checks it."""
    run("tools.compare.schema", SCHEMA, Review)


if __name__ == "__main__":
    run_cli(main)
