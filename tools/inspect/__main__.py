"""Command line that proposes the settings for a table: `python -m tools.inspect TABLE`."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stages.shared.errors import InputError, run_cli
from stages.shared.messages import command, printable
from stages.shared.runtime.repository import is_in_repository

if TYPE_CHECKING:
    from stages.shared.storage.parquet import Table
    from tools.inspect.columns import ColumnProfile
    from tools.inspect.proposal import Proposal

PARAMS = Path("params.yaml")
#: longer lines are cut in the middle; --write writes them whole
MAX_LINE = 400


def main() -> None:
    """Show what the columns of a table are, and propose the sections `data` and `split` of params.yaml."""
    parser = argparse.ArgumentParser(prog=command("python -m tools.inspect"), description=main.__doc__)
    parser.add_argument("table", type=Path, help="the table, in any form that `data.path` allows")
    parser.add_argument("--target", help="the column to predict, where the table does not show it")
    parser.add_argument("--positive", help='the rare label, or a cut through numbers such as ">= 7"')
    parser.add_argument("--write", action="store_true", help=f"write the proposal into {PARAMS}, and keep its comments")
    options = parser.parse_args()
    path: Path = options.table
    if options.write and not is_in_repository(path):
        raise InputError(f"{path}: is outside the repository; copy the table to data/raw/ and inspect it there")

    from stages.prepare.columns.parsing import MissingValues
    from stages.prepare.columns.type_inference import TypeRules
    from stages.prepare.params import AUTO
    from stages.prepare.read_facts import get_read_facts
    from stages.prepare.readers.table import has_schema, read_columns
    from tools.inspect.columns import profile_column
    from tools.inspect.params_file import to_yaml, write_params
    from tools.inspect.proposal import propose

    raw = read_columns(path, lambda names: {name: MissingValues.of({}, name) for name in names})
    rules = TypeRules(None, [], AUTO, {}, has_schema(raw), get_read_facts(raw))
    source = path.as_posix()
    columns = [profile_column(source, name, raw.column(name), rules) for name in raw.column_names]
    print(*_describe_table(source, raw.num_rows, columns), sep="\n")
    proposal = propose(source, columns, options.target, options.positive)
    for line in ("", *to_yaml(proposal).split("\n"), *_list_notices(path, proposal)):
        print(printable(line, MAX_LINE))
    if options.write:
        write_params(PARAMS, proposal)
        print(f"\n{PARAMS}: `data` and `split` are written; read them, then run `{command('make repro')}`")
    else:
        print(f"\nIf this is right, `--write` puts it into {PARAMS}.")


def _describe_table(source: str, rows: int, columns: list["ColumnProfile"]) -> Iterator[str]:
    from tools.leaderboard.terminal import align_columns

    yield f"{source}: {rows:,} rows, {len(columns)} columns\n"
    header = ["column", "type", "different", "missing", "values", ""]
    body = [
        [item.name, item.kind, f"{item.distinct:,}", f"{item.missing:,}", item.values, _describe_role(item)]
        for item in columns
    ]
    yield from align_columns([header, *body], "llrrll", shrinking=(0, 4, 5))


def _describe_role(item: "ColumnProfile") -> str:
    if item.role != "feature":
        return f"{item.role}: {item.reason}"
    if item.missing_values:
        return f"missing: {item.reason}"
    return f"data.text: {item.reason}" if item.kind == "text" else ""


def _list_notices(path: Path, proposal: "Proposal") -> list[str]:
    """Return the notices of `prepare` with these settings, and those on the prepared table."""
    from stages.prepare.columns.roles import select_columns
    from stages.prepare.params import AUTO, PrepareParams
    from stages.prepare.prepare import prepare
    from stages.prepare.readers.table import read_columns

    data = {key: setting.value for key, setting in proposal.data.items()}
    split = {key: setting.value for key, setting in proposal.split.items()}
    content = {
        "data": {**data, "read": AUTO.model_dump(), "weight": None},
        "split": split,
        "cv": {"n_splits": 2},
        "evaluate": {"cost": None},
    }
    params = PrepareParams.model_validate(content)
    table = prepare(read_columns(path, select_columns(params)), params).table
    return [f"noticed: {notice}" for notice in (*table.contract.noticed, *_check_table(table))]


def _check_table(table: "Table") -> Iterator[str]:
    from stages.split.duplicates import check_duplicates
    from tools.audit.checks.univariate import find_giveaways

    yield from map(str, check_duplicates(table, table.target, "auto").list_notices())
    for name, area in find_giveaways(table).items():
        yield (
            f"column `{name}` alone predicts the target almost perfectly (ROC-AUC {area:.3f}); name it in data.drop "
            "unless it is known before the target"
        )


if __name__ == "__main__":
    run_cli(main)
