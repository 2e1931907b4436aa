"""The champion beside fixed recipes, FLAML and AutoGluon, on a suite of data sets.

It shows users whether the automatic choice costs them anything.

On each data set the shipped comparison trains every candidate and chooses its champion by cross-validation. FLAML and
AutoGluon get as many seconds, one core each, and the same test set. They run in an environment of their own:

    uv venv --python 3.11 ../peers
    uv pip install --python ../peers/bin/python -r benchmarks/suites/peers-requirements.txt
    python -m benchmarks.suites.champions --datasets ../shared/datasets --peers ../peers/bin/python --results FILE

Without `--peers` the comparison runs alone.
"""

from collections.abc import Sequence
import json
from pathlib import Path
import subprocess
import tempfile
import time
from typing import Any

import numpy as np

from benchmarks.shared import automl
from benchmarks.shared.arguments import add_rows_option, make_suite_parser
from benchmarks.shared.data_sets import list_data_sets, load_data_set, run_missing
from benchmarks.shared.in_memory import load_params, make_leaderboard
from benchmarks.shared.intervals import format_differences
from benchmarks.shared.markdown import print_table
from benchmarks.suites.choice import BLEND, METRICS, choose_shipped, get_test_metrics, print_rules
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.storage.arrow import Floats
from stages.shared.storage.parquet import Table

LIBRARIES = ("flaml", "autogluon")

#: what a line of the results contains
Result = dict[str, Any]


def run_data_set(train: Table, test: Table, seed: int, python: str | None) -> Result:
    """Run the shipped comparison, then each library for as many seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    leaderboard = make_leaderboard(train, test, load_params(seed))
    clock = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    return {
        "rows": len(train.target) + len(test.target),
        "positives": int(train.target.sum() + test.target.sum()),
        "clock": clock,
        "leaderboard": leaderboard.model_dump(mode="json"),
        "libraries": {name: run_library(python, name, clock["wall"], train, test) for name in LIBRARIES if python},
    }


def run_library(python: str, name: str, seconds: float, train: Table, test: Table) -> Result:
    """Return the test metrics of a library, with its seconds. Raises RuntimeError when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        for split, table in (("train", train), ("test", test)):
            table.features().assign(target=table.target).to_parquet(Path(folder) / f"{split}.parquet")
        command = [python, automl.__file__, name, str(seconds), folder]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr[-2000:]}")
    result = json.loads(done.stdout)
    evaluator = MetricEvaluator(test.target, np.array(result.pop("scores")), result["threshold"])
    families = evaluator.measure(np.ones((1, len(test.target))))
    metrics = {**families["ranking"], **families["probabilities"], **families["decisions"]}
    clock = {"wall": result.pop("wall"), "cpu": result.pop("cpu")}
    return {"clock": clock, **result, "test": {name: float(metrics[name][0]) for name in METRICS}}


def get_recipes(leaderboards: Sequence[Leaderboard], metric: str) -> dict[str, list[float]]:
    """Return the test metric of every candidate that all leaderboards contain, the best mean first."""
    recipes: dict[str, list[float]] = {}
    for leaderboard in leaderboards:
        for candidate in leaderboard.candidates:
            recipes.setdefault(str(candidate), []).append(float(candidate.test[metric]))
    complete = {name: values for name, values in recipes.items() if len(values) == len(leaderboards)}
    sign = 1 if metric == "brier_score" else -1
    return dict(sorted(complete.items(), key=lambda recipe: sign * float(np.mean(recipe[1]))))


def get_rivals(results: Sequence[Result], leaderboards: Sequence[Leaderboard], metric: str) -> dict[str, Floats]:
    """Return the test metric of everything that the champion is compared with; NaN where it did not run."""
    rivals: dict[str, list[float]] = {}
    for name in LIBRARIES:
        runs = [result["libraries"].get(name) for result in results]
        rivals[name] = [run["test"][metric] if run else np.nan for run in runs]
    untreated = [find_untreated(leaderboard, choose_shipped(leaderboard)) for leaderboard in leaderboards]
    rivals["its classifier, untreated"] = [candidate.test[metric] if candidate else np.nan for candidate in untreated]
    recipes = get_recipes(leaderboards, metric)
    fixed = [name for name in recipes if not name.endswith(BLEND)][:3]
    fixed += [name for name in recipes if name.endswith(BLEND)][:1]
    rivals |= {f"always {name}": recipes[name] for name in fixed}
    return {name: np.array(values, dtype=np.float64) for name, values in rivals.items()}


def find_untreated(leaderboard: Leaderboard, candidate: Candidate) -> Candidate | None:
    """Return the candidate with the same classifier in the reference strategy, if there is one."""
    strategy = leaderboard.settings.reference.strategy
    candidates = {(item.strategy, item.classifier): item for item in leaderboard.candidates}
    return candidates.get((strategy, candidate.classifier))


def print_data_sets(results: dict[tuple[str, int], Result], leaderboards: Sequence[Leaderboard]) -> None:
    """Print the average precision on each data set, and the seconds of all."""
    recipe, fixed = next(
        (name, values)
        for name, values in get_recipes(leaderboards, "average_precision").items()
        if not name.endswith(BLEND)
    )
    rows = []
    for ((name, seed), result), leaderboard, value in zip(results.items(), leaderboards, fixed, strict=True):
        champion, libraries = choose_shipped(leaderboard), result["libraries"]
        scores = [candidate.test["average_precision"] for candidate in (champion, leaderboard.candidates[0])]
        scores += [libraries[key]["test"]["average_precision"] if key in libraries else np.nan for key in LIBRARIES]
        clocks = [result["clock"], *(library["clock"] for library in libraries.values())]
        seconds = " / ".join(f"{clock['wall']:.0f} ({clock['cpu']:.0f})" for clock in clocks)
        cells = ["" if np.isnan(score) else f"{score:.3f}" for score in [*scores, value]]
        rows.append([f"{name}, {seed}", f"{result['rows']} ({result['positives']})", str(champion), *cells, seconds])
    columns = ["data, seed", "rows (positives)", "champion", "its AP", "best by CV", *LIBRARIES, recipe]
    print_table("Average precision on test; seconds (CPU) of each", [*columns, "seconds (CPU)"], rows)


def print_rivals(results: Sequence[Result], leaderboards: Sequence[Leaderboard]) -> None:
    """Print the champion's mean metrics beside those of its rivals."""
    rows = []
    champions = [choose_shipped(leaderboard) for leaderboard in leaderboards]
    for metric in METRICS:
        champion = get_test_metrics(champions, metric)
        for name, values in get_rivals(results, leaderboards, metric).items():
            present = ~np.isnan(values)
            if present.sum() > 1:
                means = [f"{test[present].mean():.4f}" for test in (champion, values)]
                difference = format_differences(list((champion - values)[present]), 4)
                rows.append([f"{metric}, {name}", str(present.sum()), *means, difference])
    columns = ["", "data sets", "champion", "other", "champion − other"]
    print_table("Champion and others, means on test", columns, rows)


def print_results(results: dict[tuple[str, int], Result]) -> None:
    """Print the tables; means need at least two data sets."""
    leaderboards = [Leaderboard.model_validate(result["leaderboard"]) for result in results.values()]
    print_data_sets(results, leaderboards)
    if len(results) > 1:
        print_rivals(list(results.values()), leaderboards)
        print_rules(leaderboards)


def main() -> None:
    parser = make_suite_parser(__doc__)
    parser.add_argument("--peers", help="the Python of the environment with FLAML and AutoGluon")
    parser.add_argument("--seeds", nargs="*", type=int, default=[0], help="one split each (default: 0)")
    add_rows_option(parser)
    options = parser.parse_args()

    def run(name: str, seed: int) -> Result:
        return run_data_set(*load_data_set(options.datasets, name, options.rows, seed), seed, options.peers)

    names = list_data_sets(options.datasets, options.only)
    print_results(run_missing(options.results, [(name, seed) for seed in options.seeds for name in names], run))


if __name__ == "__main__":
    main()
