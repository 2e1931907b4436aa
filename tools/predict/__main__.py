"""Scores new rows with the champion: `python -m tools.predict rows.csv -o scored.parquet`.

`-` stands for standard input and standard output.
"""

import argparse
import os
from pathlib import Path
import sys

from stages.shared.errors import InputError, run_cli
from stages.shared.messages import command, printable
from stages.shared.runtime.threads import cores, limit_threads

#: more warnings are not printed
MAX_WARNINGS = 30


def main() -> None:
    """Scores the rows of a table with the champion, after checking its hashes and the data contract."""
    parser = argparse.ArgumentParser(prog=command("python -m tools.predict"), description=main.__doc__)
    parser.add_argument(
        "rows",
        type=Path,
        help="a table, of any kind of file that data.path may be; other columns are ignored; -: CSV text (plain, gzip "
        "or Zstandard) or Parquet from standard input",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="the scored table: .csv or .parquet; -: CSV to standard output"
    )
    parser.add_argument(
        "--champion", type=Path, help="its folder (models/refit where select.refit made one, else models/champion)"
    )
    parser.add_argument(
        "--report", type=Path, help="a JSON file for what is unusual about the rows (docs/artefacts.md)"
    )
    arguments = parser.parse_args()
    output: Path = arguments.output
    report: Path | None = arguments.report
    _check_files(arguments.rows, output, report)

    limit_threads()
    from stages.prepare.readers.batches import open_batches
    from stages.shared.storage.files import write_json
    from tools.predict.champion import choose_folder, load_champion
    from tools.predict.parts import score_rows
    from tools.predict.streams import STDOUT, STREAM, receive_rows, send_results
    from tools.predict.unusual import PredictReport

    folder: Path = arguments.champion or choose_folder()
    champion = load_champion(folder)
    facts = champion.facts
    with receive_rows(arguments.rows) as (path, source):
        rows = open_batches(path, source, prefer=champion.contract.read)
        with send_results(output) as write:
            summary = score_rows(rows, champion, write, cores())
    if report is not None:
        content = PredictReport(rows=summary.rows, model=facts.id, warnings=summary.unusual)
        write_json(report, content.model_dump())
    for item in summary.unusual[:MAX_WARNINGS]:
        print(f"warning: {source}: column `{printable(item.column, 60)}`: {item.message}", file=sys.stderr)
    if len(summary.unusual) > MAX_WARNINGS:
        print(f"warning: {len(summary.unusual) - MAX_WARNINGS} more; --report writes all of them", file=sys.stderr)
    used = f"threshold {facts.threshold}, {facts.id} of {folder}"
    print(
        f"{STDOUT if output == STREAM else output}: {summary.rows} rows, {summary.alarms} decided "
        f"{printable(facts.positive, 60)} ({used})",
        file=sys.stderr if output == STREAM else sys.stdout,
    )


def _check_files(rows: Path, output: Path, report: Path | None) -> None:
    """Raise InputError when a result cannot be written, or would replace another file of the command."""
    if str(output) != "-" and output.suffix not in (".csv", ".parquet"):
        raise InputError(f"--output {output}: unknown kind of file; allowed: .csv, .parquet, or - for standard output")
    _check_target("--output", output, {"the table to be scored": rows})
    if report is not None:
        _check_target("--report", report, {"the table to be scored": rows, "the scored table": output})


def _check_target(option: str, path: Path, others: dict[str, Path]) -> None:
    """Raise InputError when a file cannot be written at `path`, or is one of the `others`; `-` is no file."""
    if str(path) == "-":
        return
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(
            f"{option} {path}: is a folder, or its folder does not exist; name a file in a folder that does"
        )
    for name, used_path in others.items():
        # Path.resolve() raises an error for a loop of links
        if str(used_path) != "-" and os.path.realpath(path) == os.path.realpath(used_path):
            raise InputError(f"{option} {path}: is {name}; give the result another name")


if __name__ == "__main__":
    run_cli(main)
