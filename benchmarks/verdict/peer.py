"""One peer's model of one table, in the peers' own environment: `python peer.py flaml 60 FOLDER` prints JSON.

FOLDER holds train.parquet and test.parquet: features as they are, and the target as 0 or 1 in the column `target`.
champions.py runs this; nothing of the project is imported here.
"""

import json
import os
from pathlib import Path
import resource
import sys
import tempfile
import time

TARGET = "target"


def flaml(train, test, seconds):
    """FLAML's search for average precision; it tunes no threshold, so its decisions are those at 0.5."""
    from flaml import AutoML, __version__

    learner = AutoML()
    learner.fit(
        train.drop(columns=TARGET), train[TARGET], task="classification", metric="ap", time_budget=seconds,
        n_jobs=1, seed=0, verbose=0,
    )  # fmt: skip
    return __version__, learner.predict_proba(test.drop(columns=TARGET))[:, 1], 0.5, learner.best_estimator


def autogluon(train, test, seconds):
    """AutoGluon's best quality (bagged and stacked), with the threshold that it calibrates for F1."""
    from autogluon.tabular import TabularPredictor, __version__

    with tempfile.TemporaryDirectory() as folder:
        predictor = TabularPredictor(TARGET, eval_metric="average_precision", path=folder, verbosity=0)
        predictor.fit(
            train, time_limit=seconds, presets="best_quality", num_cpus=1, num_gpus=0, dynamic_stacking=False,
            ag_args_ensemble={"fold_fitting_strategy": "sequential_local"},
        )  # fmt: skip
        threshold = predictor.calibrate_decision_threshold(metric="f1", verbose=False)
        scores = predictor.predict_proba(test.drop(columns=TARGET))[1].to_numpy()
        return __version__, scores, float(threshold), predictor.model_best


def main():
    """Prints the scores of the test rows with the seconds that they took, imports left out."""
    name, seconds, folder = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
    out = os.dup(1)
    os.dup2(2, 1)  # whatever the libraries print goes to stderr
    import pandas as pd

    {"flaml": lambda: __import__("flaml.automl"), "autogluon": lambda: __import__("autogluon.tabular")}[name]()
    train, test = (pd.read_parquet(folder / f"{side}.parquet") for side in ("train", "test"))
    for column in train.select_dtypes("object").columns:
        train[column], test[column] = train[column].astype("category"), test[column].astype("category")
    start, cpu = time.perf_counter(), cpu_seconds()
    version, scores, threshold, model = {"flaml": flaml, "autogluon": autogluon}[name](train, test, seconds)
    result = {"version": version, "model": str(model), "threshold": threshold, "scores": [float(one) for one in scores]}
    result |= {"wall": time.perf_counter() - start, "cpu": cpu_seconds() - cpu}
    os.write(out, json.dumps(result).encode())


def cpu_seconds():
    """Of this process and those that it started."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
