"""Reports on five tables with different answers: `python -m benchmarks.gallery --datasets FOLDER`.

It writes docs/gallery.md with the first screen of each report. Each table is run with params.yaml, but for the
settings that the gallery names.
"""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
import subprocess
import sys
import tempfile
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.page import open_browser, open_report
from benchmarks.shared.arguments import make_parser
from benchmarks.shared.clone import add_selection_options, clone_project, make_environment, select_entries
from benchmarks.shared.data_sets import find_file
from benchmarks.shared.markdown import print_table
from stages.shared.paths import REPORT_HTML, REPORT_MD

PAGE, IMAGES = Path("docs/gallery.md"), Path("docs/images/gallery")
SCREEN: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
MAX_ROWS = 3000
INTRODUCTION = (
    "The first screens of reports on five tables with different answers. This page is the output of\n"
    "`python -m benchmarks.gallery --datasets FOLDER`. The public data sets are those of [suites.md](suites.md)."
)


@dataclass(frozen=True)
class Case:
    """A table, what its report shows, and the settings of params.yaml that are not those shipped."""

    title: str
    read: Callable[[Path], pd.DataFrame]
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    classifier: str | None = None  # the only one, if any


def read_data_set(name: str, select: Callable[[pd.DataFrame], pd.DataFrame], folder: Path) -> pd.DataFrame:
    """Return the selected rows of a data set of the suite."""
    return select(pd.read_csv(find_file(folder, name)))


def draw_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return at most MAX_ROWS rows at random, in their order."""
    return table.sample(min(MAX_ROWS, len(table)), random_state=42).sort_index()


def number_last_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the last rows of a table in the order of time, with their position."""
    return table.tail(MAX_ROWS).assign(position=range(min(MAX_ROWS, len(table))))


def make_visits(folder: Path) -> pd.DataFrame:
    """Return 600 patients with four visits each; some predictors belong to the patient, and some to the visit."""
    random, n_patients, n_visits = np.random.RandomState(42), 600, 4
    patient = np.repeat(np.arange(n_patients), n_visits)
    of_patient = random.normal(size=(n_patients, 3))[patient]
    of_visit = random.normal(size=(len(patient), 3))
    risk = of_patient[:, 0] + 0.7 * of_patient[:, 1] * of_visit[:, 0] + 0.8 * of_visit[:, 1] - 3.6
    target = random.random_sample(len(patient)) < 1 / (1 + np.exp(-1.3 * risk))
    features = np.round(np.hstack([of_patient, of_visit]), 3)
    table = pd.DataFrame(features, columns=["weight", "pressure", "age", "pulse", "glucose", "sleep"])
    return table.assign(patient=patient, target=target.astype(int))


CASES = {
    "page_blocks0": Case(
        "Treatments help: page_blocks0 with logistic regression, judged by ROC-AUC",
        partial(read_data_set, "page_blocks0", lambda table: table),
        {"select": {"metric": "roc_auc"}},
        "logistic_regression",
    ),
    "satimage": Case("Two treatments harm: satimage", partial(read_data_set, "satimage", draw_rows)),
    "haberman": Case("Nothing can be told: haberman, with 81 positives", partial(read_data_set, "haberman", draw_rows)),
    "bank_campaign": Case(
        "Ordered in time: the last 3,000 calls of bank_campaign",
        partial(read_data_set, "bank_campaign", number_last_rows),
        {"split": {"time": "position"}},
    ),
    "visits": Case(
        "Rows in groups: 600 generated patients with four visits each", make_visits, {"split": {"group": "patient"}}
    ),
}


def run(name: str, case: Case, folder: Path, options: Namespace) -> tuple[str, str]:
    """Run the pipeline on a table in a clone in `folder`, draw its first screen, and return its first sentences."""
    with clone_project(folder) as params:
        params["data"].update(path=f"data/raw/{name}.csv", target="target", positive="1", key=[], drop=[], missing={})
        for section, settings in case.settings.items():
            params[section].update(settings)
        if case.classifier:
            params["classifiers"] = {case.classifier: params["classifiers"][case.classifier]}
            for strategy in [name for name, entry in params["strategies"].items() if entry.get("classifiers")]:
                del params["strategies"][strategy]
        select_entries(params, options)
    case.read(options.datasets).to_csv(folder / params["data"]["path"], index=False)
    command = [sys.executable, "-m", "tools.repro", "-j", str(options.jobs)]
    subprocess.run(command, cwd=folder, env=make_environment(folder.parent / "site"), check=True, stdout=sys.stderr)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with open_browser() as browser:
        page, _ = open_report(browser, path=folder / REPORT_HTML, **SCREEN)
        page.screenshot(path=IMAGES / f"{name}.png")
    _, _, subtitle, _, verdict, *_ = (folder / REPORT_MD).read_text(encoding="utf-8").splitlines()
    return subtitle.replace("; ", ". "), verdict.strip("*")


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--datasets", type=Path, required=True, help="folder of the suite")
    parser.add_argument("--only", nargs="*", choices=CASES, default=list(CASES), help="tables (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="strategies side by side (default 2)")
    add_selection_options(parser)
    options = parser.parse_args()
    parts, rows = [f"# Gallery\n\n{INTRODUCTION}\n"], []
    for name in options.only:
        title = CASES[name].title
        with tempfile.TemporaryDirectory() as folder:
            subtitle, verdict = run(name, CASES[name], Path(folder) / "evenhand", options)
        image = (IMAGES.relative_to(PAGE.parent) / f"{name}.png").as_posix()
        parts.append(f"## {title}\n\n{subtitle}\n\n![The first screen of the report. {verdict}]({image})\n")
        rows.append([title, verdict])
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    print_table("The first sentence of each report", ["table", "verdict"], rows)


if __name__ == "__main__":
    main()
