"""Command line that writes the JSON schema of metrics/leaderboard.json: `python -m tools.leaderboard.schema`."""

from pathlib import Path

from stages.shared.errors import run_cli
from stages.shared.schemas.leaderboard import Leaderboard
from tools.shared.schema_file import run

SCHEMA = Path("docs/leaderboard.schema.json")


def main() -> None:
    """Write docs/leaderboard.schema.json, or check it."""
    run("tools.leaderboard.schema", SCHEMA, Leaderboard)


if __name__ == "__main__":
    run_cli(main)
