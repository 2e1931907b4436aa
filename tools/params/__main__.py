"""Command line of `python -m tools.params`: checks params.yaml as a whole, or writes its JSON schema for editors."""

import argparse

from stages.shared.errors import run_cli
from stages.shared.messages import command
from stages.shared.params import SCHEMA
from tools.params.model import Params, check_params
from tools.params.schemas import write_or_check


def main() -> None:
    """Check params.yaml as a whole (every stage checks its own sections), or write params.schema.json."""
    parser = argparse.ArgumentParser(prog=command("python -m tools.params"), description=main.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="say all that is wrong with params.yaml; exit code 2 if anything is")
    schema = commands.add_parser("schema", help=f"write {SCHEMA} from the models")
    schema.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    arguments = parser.parse_args()
    if arguments.command == "check":
        check_params()
        return
    write_or_check(SCHEMA, Params, arguments.check)


if __name__ == "__main__":
    run_cli(main)
