"""Door of the stage `prepare`: the raw table in, data/prepared.parquet and data/contract.json out."""

import argparse
import os
from pathlib import Path

from stages.prepare.params import PrepareParams
from stages.shared.errors import InputError, run_cli
from stages.shared.params import read_params
from stages.shared.paths import CONTRACT, PREPARED


def main() -> None:
    """Writes the prepared table with its contract; prints what was read."""
    argparse.ArgumentParser(
        prog="python -m stages.prepare", description="Reads the table of data.path and refuses what cannot be right."
    ).parse_args()
    params = read_params(PrepareParams)
    path = Path(params.data.path)
    # by name alone: DVC may have put a link to its cache in this place
    if path.is_absolute() or ".." in Path(os.path.normpath(path)).parts:
        raise InputError(f"params.yaml: data.path: {path} leads out of the repository; copy the table to data/raw/")

    from stages.prepare.prepare import prepare
    from stages.prepare.readers.selection import plan
    from stages.prepare.readers.table import read_columns
    from stages.shared.storage.files import write_json
    from stages.shared.storage.parquet import write_table

    prepared = prepare(read_columns(path, plan(params)), params)
    contract = prepared.table.contract
    write_table(PREPARED, prepared.table)
    write_json(CONTRACT, contract.model_dump())
    print(
        f"{path.as_posix()}: {contract.rows} rows, {len(contract.features)} features "
        f"({len(contract.categorical)} categorical), {contract.positives} positives "
        f"({contract.positives / contract.rows:.1%}), {prepared.missing} missing cells"
    )
    for warning in prepared.warnings:
        print(f"warning: {warning}")


if __name__ == "__main__":
    run_cli(main)
