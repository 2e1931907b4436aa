"""Command line of rotated test sets: `python -m tools.rotate`."""

import argparse
from pathlib import Path
import sys
from typing import TYPE_CHECKING

from stages.shared.errors import InputError, run_cli
from stages.shared.messages import command
from stages.shared.params import read_params
from stages.shared.paths import PARAMS
from stages.shared.runtime.repository import check_folder
from stages.shared.runtime.stage_lock import lock_stage
from stages.shared.runtime.threads import limit_threads
from tools.params.model import Params, check_params

if TYPE_CHECKING:
    from tools.rotate.estimates import Rotation


def main() -> None:
    """Run the pipeline with each of several test sets that hold every row once; judge the treatments on all rows."""
    parser = argparse.ArgumentParser(prog=command("python -m tools.rotate"), description=main.__doc__)
    parser.add_argument(
        "parts", type=int, metavar="K", nargs="?", help="number of test sets (default: evaluate.rotate)"
    )
    parser.add_argument("-j", "--jobs", type=int, help="strategies to train at a time (default: the usable cores)")
    parser.add_argument("--classifiers", action="store_true", help="also print the effects with each classifier")
    options = parser.parse_args()
    for name, value, minimum in (("K", options.parts, 2), ("--jobs", options.jobs, 1)):
        if value is not None and value < minimum:
            raise InputError(f"{name}: is {value}; at least {minimum} is needed")
    check_folder()
    check_params()
    params = read_params(Params)
    parts = _count_test_sets(options.parts, params)
    lock_stage("rotate")
    limit_threads()
    from stages.shared.metrics.registry import get_points
    from stages.shared.storage.files import write_json
    from tools.rotate.estimates import RotationSettings, estimate_rotations
    from tools.rotate.rendering import describe_report
    from tools.rotate.results import REPORT, check_rotations, make_report

    rotations, references = _run_rotations(Path(params.data.path), parts, options.jobs)
    check_rotations(rotations, references)
    evaluate, points = params.evaluate, get_points(params.select.metric)
    margin = None if evaluate.margin == "auto" else evaluate.margin
    settings = RotationSettings(
        references[0], evaluate.confidence, evaluate.n_resamples, params.random_state, margin, points
    )
    report = make_report(rotations, estimate_rotations(rotations, settings), settings)
    write_json(REPORT, report.model_dump())
    print("\n".join(["", *describe_report(report, options.classifiers)]))


def _count_test_sets(given: int | None, params: Params) -> int:
    """Return the number of test sets. Raises InputError where there is none, or rows cannot be rotated."""
    parts = given or params.evaluate.rotate
    if parts is None:
        raise InputError("K: is missing, and evaluate.rotate in params.yaml is null; give a number, such as 4")
    if params.split.time:
        raise InputError(
            f"params.yaml: split.time: is {params.split.time}, and only the latest rows can be the test set; set it to "
            "null to rotate"
        )
    return parts


def _run_rotations(data: Path, parts: int, jobs: int | None) -> tuple[list["Rotation"], list[str]]:
    """Run the pipeline with each test set; return their rows and the strategies without treatment.

    Exits with the code of the pipeline where it fails.
    """
    from tools.inspect.params_file import write_params
    from tools.inspect.proposal import Proposal, Setting
    from tools.rotate.results import read_rotation
    from tools.rotate.work_tree import copy_work_tree, run_pipeline

    rotations, references = [], []
    with copy_work_tree(data) as tree:
        for part in range(1, parts + 1):
            print(f"Test set {part} of {parts}", flush=True)
            write_params(tree / PARAMS, Proposal({}, {"rotation": Setting(f"{part}/{parts}")}))
            if code := run_pipeline(tree, jobs):
                sys.exit(code)
            rotation, reference = read_rotation(tree)
            rotations.append(rotation)
            references.append(reference)
    return rotations, references


if __name__ == "__main__":
    run_cli(main, escape=False)  # DVC colors its lines
