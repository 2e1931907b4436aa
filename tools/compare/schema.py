"""Command `python -m tools.compare.schema`: the JSON schema of what `--json` writes, for other readers."""

from pathlib import Path

from stages.shared.errors import run_cli
from tools.compare.review_schema import Review
from tools.shared.schema_file import run

SCHEMA = Path("docs/compare.schema.json")


def main() -> None:
    """Write docs/compare.schema.json, or check it."""
    run("tools.compare.schema", SCHEMA, Review)


if __name__ == "__main__":
    run_cli(main)
