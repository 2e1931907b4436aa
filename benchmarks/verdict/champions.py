"""Whether the automatic champion is as good as the field's best: `python -m benchmarks.verdict.champions`.

On each data set of a suite, the shipped comparison (every strategy × classifier of params.yaml, tuned as it says)
chooses its champion by cross-validation on the train side. Then FLAML and AutoGluon are given as many seconds as
that took, one core each, and all are measured on the same test side. The peers live in an environment of their own:

    uv venv --python 3.11 ../peers
    uv pip install --python ../peers/bin/python -r benchmarks/verdict/peers-requirements.txt
    python -m benchmarks.verdict.champions --datasets ../shared/datasets --peers ../peers/bin/python --results FILE

FILE takes one line of JSON a data set and split, all candidates included; what stands there is not run again. Without
`--peers` the comparison is run alone.
"""

import argparse
from collections.abc import Callable
import json
import os
from pathlib import Path
import subprocess
import tempfile
import time
from typing import Any, TypeVar

from stages.shared.runtime.threads import limit_threads

limit_threads()

from benchmarks.verdict.bar import PEERS, report  # noqa: E402 - after the number of threads is settled
from benchmarks.verdict.referee import champion, make_leaderboard, raw_scores, shipped, train_all  # noqa: E402
from benchmarks.verdict.suite import names, sides  # noqa: E402
from stages.evaluate.metric_evaluator import MetricEvaluator  # noqa: E402
from stages.shared.storage.arrow import Ints  # noqa: E402
from stages.shared.storage.parquet import Table  # noqa: E402
from stages.train.params import TrainParams  # noqa: E402

T = TypeVar("T")
MOST_ROWS = 3000


def ours(train: Table, test: Table, content: dict[str, Any]) -> dict[str, Any]:
    """The shipped comparison: seconds of train and of the choice, and the leaderboard with the champion's name."""
    params = TrainParams.model_validate(content)
    strategies, learning = clocked(lambda: train_all(train, params.strategies, params))
    raw = raw_scores(strategies, test)
    leaderboard, judging = clocked(lambda: make_leaderboard(strategies, raw, test, content))
    chosen = champion(leaderboard, content)
    folds = {
        f"{name}/{classifier}": one.record.classifiers[classifier]["average_precision"].folds
        for name, one in strategies.items()
        for classifier in one.classifiers
    }
    return {
        "clock": {key: learning[key] + judging[key] for key in ("wall", "cpu")} | {"load": learning["load"]},
        "champion": [chosen.strategy, chosen.classifier],
        "folds": folds,
        "board": leaderboard.model_dump(),
    }


def peer(python: str, name: str, seconds: float, train: Table, test: Table) -> dict[str, Any]:
    """A peer's metrics on the test side, and its clock."""
    with tempfile.TemporaryDirectory() as folder:
        for side, table in (("train", train), ("test", test)):
            table.features().assign(target=table.target).to_parquet(Path(folder) / f"{side}.parquet")
        command = [python, str(Path(__file__).with_name("peer.py")), name, str(seconds), folder]
        load = os.getloadavg()[0]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr[-2000:]}")
    result = json.loads(done.stdout)
    values = measured(test.target, result.pop("scores"), result["threshold"])
    return {"clock": {"wall": result.pop("wall"), "cpu": result.pop("cpu"), "load": load}, **result, "test": values}


def measured(y: Ints, scores: list[float], threshold: float) -> dict[str, float]:
    """Average precision, Brier score and F1 at the threshold."""
    import numpy as np

    result = MetricEvaluator(y, np.array(scores), threshold).measure(np.ones((1, len(y))))
    indices = {"average_precision": "ranking", "brier_score": "probabilities", "f1": "decisions"}
    return {name: float(result[family][name][0]) for name, family in indices.items()}


def clocked(work: Callable[[], T]) -> tuple[T, dict[str, float]]:
    """What `work` returns, with its seconds and the load of the machine before it."""
    load, wall, cpu = os.getloadavg()[0], time.perf_counter(), time.process_time()
    result = work()
    return result, {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "load": load}


def main() -> None:
    """Runs what FILE does not hold yet, then prints the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", type=Path, required=True, help="folder of the suite")
    parser.add_argument("--results", type=Path, required=True, help="file of results, one line a data set and split")
    parser.add_argument("--peers", help="the Python of the peers' environment")
    parser.add_argument("--only", nargs="*", default=[], help="names of data sets (default: all but cover)")
    parser.add_argument("--seeds", nargs="*", type=int, default=[0], help="one split each (default: 0)")
    parser.add_argument("--rows", type=int, default=MOST_ROWS, help=f"rows drawn of larger sets (default {MOST_ROWS})")
    options = parser.parse_args()

    lines = options.results.read_text().splitlines() if options.results.exists() else []
    results = [json.loads(line) for line in lines]
    done = {(one["data"], one["seed"]) for one in results}
    selected = [(seed, name) for seed in options.seeds for name in names(options.datasets, options.only)]
    for seed, name in [pair for pair in selected if pair[::-1] not in done]:
        train, test = sides(options.datasets, name, options.rows, seed)
        one = {"data": name, "seed": seed, "rows": len(train.target) + len(test.target)}
        one |= {"positives": int(train.target.sum() + test.target.sum())}
        one |= ours(train, test, shipped(random_state=seed))
        seconds = one["clock"]["wall"]
        one["peers"] = {
            other: peer(options.peers, other, seconds, train, test) for other in PEERS if options.peers is not None
        }
        with options.results.open("a") as file:
            file.write(json.dumps(one) + "\n")
        results.append(one)
        print(f"{name}, seed {seed}: {seconds:.0f} s", flush=True)
    report(results)


if __name__ == "__main__":
    main()
