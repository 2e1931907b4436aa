"""The door of plots: `python -m tools.plots`."""

import argparse
from pathlib import Path
import subprocess
import sys
import tempfile

from stages.shared.errors import InputError, run_cli
from stages.shared.storage.files import write_text

PAGE = Path("reports/plots.html")

#: DVC's own folder for what git does not track
TEMPLATE = Path(".dvc/tmp/plots.html")


def main() -> None:
    """Draws DVC's plots on one page that needs no network: of the working tree, or of several revisions together."""
    parser = argparse.ArgumentParser(prog="python -m tools.plots", description=main.__doc__)
    parser.add_argument("revisions", nargs="*", help="revisions or experiments to compare, as in `dvc plots diff`")
    parser.add_argument("--output", type=Path, default=PAGE, help="the page (%(default)s)")
    options = parser.parse_args()
    from tools.plots.page import escaped, template

    write_text(TEMPLATE, template())
    what = ["diff", *options.revisions] if options.revisions else ["show"]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "dvc", "plots", *what, "--html-template", str(TEMPLATE), "--out", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        made = Path(folder) / "index.html"
        if done.returncode or not made.is_file():
            said = " ".join(done.stderr.split()) or "it drew nothing"
            raise InputError(f"dvc plots {' '.join(what)}: {said}; run `dvc repro`, and look at `plots` in dvc.yaml")
        write_text(options.output, escaped(made.read_text(encoding="utf-8")))
    print(options.output)


if __name__ == "__main__":
    run_cli(main)
