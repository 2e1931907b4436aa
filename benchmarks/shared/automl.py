"""Fits a model by FLAML or AutoGluon: `python automl.py flaml 60 FOLDER` prints its test scores as JSON.

benchmarks.suites.champions runs this file in an environment of its own, so it imports nothing of the project.

FOLDER contains train.parquet and test.parquet, with 0 and 1 in the column `target`.
"""

import json
import os
from pathlib import Path
import resource
import sys
import tempfile
import time

TARGET = "target"


def fit_flaml(train, test, seconds):
    """Search for average precision; FLAML tunes no threshold, so its threshold is 0.5."""
    from flaml import AutoML, __version__

    model = AutoML()
    settings = {"task": "classification", "metric": "ap", "n_jobs": 1, "seed": 0, "verbose": 0}
    model.fit(train.drop(columns=TARGET), train[TARGET], time_budget=seconds, **settings)
    return __version__, model.predict_proba(test.drop(columns=TARGET))[:, 1], 0.5, model.best_estimator


def fit_autogluon(train, test, seconds):
    """Fit bagged and stacked models, with the threshold that AutoGluon calibrates for F1."""
    from autogluon.tabular import TabularPredictor, __version__

    settings = {"presets": "best_quality", "num_cpus": 1, "num_gpus": 0, "dynamic_stacking": False}
    ensemble = {"fold_fitting_strategy": "sequential_local"}
    with tempfile.TemporaryDirectory() as folder:
        predictor = TabularPredictor(TARGET, eval_metric="average_precision", path=folder, verbosity=0)
        predictor.fit(train, time_limit=seconds, ag_args_ensemble=ensemble, **settings)
        threshold = predictor.calibrate_decision_threshold(metric="f1", verbose=False)
        scores = predictor.predict_proba(test.drop(columns=TARGET))[1].to_numpy()
        return __version__, scores, float(threshold), predictor.model_best


def get_cpu_seconds():
    """Return the CPU seconds of this process and of its ended children."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main():
    name, seconds, folder = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
    stdout = os.dup(1)
    os.dup2(2, 1)  # the output of the libraries goes to stderr
    import pandas as pd

    module, fit = {"flaml": ("flaml.automl", fit_flaml), "autogluon": ("autogluon.tabular", fit_autogluon)}[name]
    __import__(module)
    train, test = (pd.read_parquet(folder / f"{split}.parquet") for split in ("train", "test"))
    for column in train.select_dtypes("object").columns:
        train[column], test[column] = train[column].astype("category"), test[column].astype("category")
    wall, cpu = time.perf_counter(), get_cpu_seconds()
    version, scores, threshold, model = fit(train, test, seconds)
    result = {"version": version, "model": str(model), "threshold": threshold}
    result |= {"scores": [float(score) for score in scores]}
    result |= {"wall": time.perf_counter() - wall, "cpu": get_cpu_seconds() - cpu}
    os.write(stdout, json.dumps(result).encode())


if __name__ == "__main__":
    main()
