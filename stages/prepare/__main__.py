"""Command line of the stage `prepare`: raw table → data/prepared.parquet and data/contract.json."""

import argparse
from pathlib import Path

from stages.prepare.params import PrepareParams
from stages.shared.errors import InputError, run_cli
from stages.shared.messages import printable
from stages.shared.params import read_params
from stages.shared.paths import CONTRACT, PREPARED
from stages.shared.runtime.progress import Progress
from stages.shared.runtime.repository import is_in_repository
from stages.shared.runtime.stage_lock import lock_stage


def main() -> None:
    """Write the prepared table and its contract, and print a summary."""
    argparse.ArgumentParser(
        prog="python -m stages.prepare", description="Parse and validate the table of data.path."
    ).parse_args()
    params = read_params(PrepareParams)
    path = Path(params.data.path)
    if not is_in_repository(path):
        raise InputError(f"params.yaml: data.path: {path} is outside the repository; copy the table to data/raw/")

    lock_stage("prepare")
    from stages.prepare.columns.roles import select_columns
    from stages.prepare.prepare import prepare
    from stages.prepare.readers.table import read_columns
    from stages.shared.storage.files import write_json
    from stages.shared.storage.parquet import write_table

    with Progress("prepare", f"reads {path.as_posix()}"):
        prepared = prepare(read_columns(path, select_columns(params), params.data.read), params)
        contract = prepared.table.contract
        write_table(PREPARED, prepared.table)
    write_json(CONTRACT, contract.model_dump())
    print(
        f"{path.as_posix()}: {contract.rows} rows, {len(contract.features)} features "
        f"({contract.no_numbers}), {contract.positives} positives "
        f"({contract.positives / contract.rows:.1%}), {prepared.missing} missing cells"
    )
    for notice in contract.noticed:
        print(f"warning: {printable(str(notice))}")


if __name__ == "__main__":
    run_cli(main)
