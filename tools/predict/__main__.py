"""Scores new rows with the champion: `python -m tools.predict rows.csv -o scored.parquet`."""

import argparse
from pathlib import Path
import sys

from stages.shared import paths
from stages.shared.errors import InputError, IntegrityError, run_cli
from stages.shared.runtime.threads import limit_threads


def main() -> None:
    """Scores the rows of a table with the champion, after checking its hashes and the data contract."""
    parser = argparse.ArgumentParser(prog="python -m tools.predict", description=main.__doc__)
    parser.add_argument("rows", type=Path, help="a CSV, CSV.gz or Parquet file; order of columns free, others ignored")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the scored table: .csv or .parquet")
    parser.add_argument(
        "--champion", type=Path, help="its folder (models/refit where select.refit made one, else models/champion)"
    )
    arguments = parser.parse_args()
    output: Path = arguments.output
    if output.suffix not in (".csv", ".parquet"):
        raise InputError(f"--output {output}: unknown kind of file; allowed: .csv, .parquet")
    if output.is_dir() or not output.parent.is_dir():
        raise InputError(
            f"--output {output}: is a folder, or its folder does not exist; name a file in a folder that does"
        )
    if output.resolve() == arguments.rows.resolve():
        raise InputError(f"--output {output}: is the table to be scored; give the result another name")

    limit_threads()
    import pyarrow.csv
    import pyarrow.parquet
    from pydantic import ValidationError

    from stages.prepare.readers.table import read_columns
    from stages.shared.schemas.champion import ChampionFacts
    from stages.shared.schemas.contract import Contract
    from stages.shared.storage.files import atomic_path, read_json
    from stages.shared.storage.manifest import check_manifest
    from stages.shared.storage.model_file import load_model
    from tools.predict.scoring import score

    champion: Path = arguments.champion or choose_folder()
    check_manifest(champion)
    try:
        facts = ChampionFacts.model_validate(read_json(champion / paths.CHAMPION_FACTS))
        contract = Contract.model_validate(read_json(champion / paths.CONTRACT.name))
    except ValidationError as error:
        raise IntegrityError(f"{champion}: {error.title}: not as `report` writes it; run `dvc repro` again") from None
    raw = read_columns(arguments.rows)
    scored = score(raw, contract, facts, load_model(champion / paths.CHAMPION_MODEL), str(arguments.rows))

    try:
        with atomic_path(output) as temporary:
            if output.suffix == ".csv":
                pyarrow.csv.write_csv(scored.table, temporary)
            else:
                pyarrow.parquet.write_table(scored.table, temporary)
    except OSError as error:
        raise InputError(
            f"--output {output}: cannot be written ({error.strerror or error}); name another place"
        ) from None
    for column, count in scored.unseen.items():
        print(
            f"warning: {arguments.rows}: column `{column}`: {count} cell{'s hold' if count > 1 else ' holds'} a level "
            "unknown to training",
            file=sys.stderr,
        )
    alarms = sum(scored.table["decision"].to_pylist())
    used = f"threshold {facts.threshold}, {facts.id} of {champion}"
    print(f"{output}: {raw.num_rows} rows, {alarms} decided {facts.positive} ({used})")


def choose_folder() -> Path:
    """Return the folder of the refitted champion where there is one, else of the champion.

    Raises IntegrityError when the refitted one comes from another champion.
    """
    from stages.shared.storage.files import sha256
    from stages.shared.storage.manifest import check_manifest

    if not (paths.REFIT / paths.CHAMPION_MODEL).is_file():
        return paths.CHAMPION
    origin, champion = check_manifest(paths.REFIT).get("refitted_from"), paths.CHAMPION / paths.MANIFEST
    if champion.is_file() and sha256(champion) != origin:
        raise IntegrityError(f"{paths.REFIT}: was fitted after another champion; run `dvc repro` to make it again")
    return paths.REFIT


if __name__ == "__main__":
    run_cli(main)
