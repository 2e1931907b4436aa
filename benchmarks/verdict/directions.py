"""Whether published directions hold on a suite of data sets.

    python -m benchmarks.verdict.directions --datasets ../shared/datasets

Elor & Averbuch-Elor (2022, To SMOTE, or not to SMOTE?): balancing helps weak learners, not strong ones; a tuned
threshold does as well. van den Goorbergh et al. (2022, The harm of class imbalance corrections for risk prediction
models): corrections spoil calibration and gain nothing in ROC-AUC.

On each data set one stratified split, 75 to 25, of at most `--rows` rows, drawn within each class; five folds inside
train give the out-of-fold scores for thresholds and calibration. Nothing is tuned but the threshold. A cell is the mean
difference over the data sets with its 95 % t interval, then on how many it is above and below zero.
"""

import argparse
import json
from pathlib import Path
import time
from typing import Any

from stages.shared.runtime.threads import limit_threads

limit_threads()

import numpy as np  # noqa: E402 - after the number of threads is settled

from benchmarks.verdict.over_sets import cell, extremes  # noqa: E402
from benchmarks.verdict.referee import Trained, shipped, trained  # noqa: E402
from benchmarks.verdict.suite import names, sides  # noqa: E402
from benchmarks.verdict.tables import print_table  # noqa: E402
from stages.evaluate.metric_evaluator import MetricEvaluator  # noqa: E402
from stages.evaluate.outputs.calibration_metrics import probability_metrics  # noqa: E402
from stages.shared.calibration import calibrate  # noqa: E402
from stages.shared.storage.arrow import Floats, Ints  # noqa: E402
from stages.shared.storage.model_file import scores  # noqa: E402
from stages.shared.storage.parquet import Table  # noqa: E402
from stages.train.params import TrainParams  # noqa: E402

MOST_ROWS = 3000
REFERENCE = "baseline"
TREATMENTS = ("class_weight", "random_under", "random_over", "smote")
WEAK = ("logistic_regression", "mlp")
STRONG = ("random_forest", "extra_trees", "xgboost")
DECISIONS = ("f1", "balanced_accuracy")

#: strategy -> classifier -> metric -> value on test, of one data set
GridScores = dict[str, dict[str, dict[str, float]]]

#: question -> metric of the treated, metric of the untreated
QUESTIONS = {
    "Ranking: average precision": ("average_precision", "average_precision"),
    "Ranking: ROC-AUC": ("roc_auc", "roc_auc"),
    "F1, both at 0.5": ("f1, 0.5", "f1, 0.5"),
    "Balanced accuracy, both at 0.5": ("balanced_accuracy, 0.5", "balanced_accuracy, 0.5"),
    "F1, treated at 0.5, untreated at its tuned threshold": ("f1, 0.5", "f1, tuned"),
    "Balanced accuracy, treated at 0.5, untreated at its tuned threshold": (
        "balanced_accuracy, 0.5", "balanced_accuracy, tuned",
    ),
    "F1, both at their tuned thresholds": ("f1, tuned", "f1, tuned"),
    "Balanced accuracy, both at their tuned thresholds": ("balanced_accuracy, tuned", "balanced_accuracy, tuned"),
    "Brier skill, raw scores": ("brier_skill, raw", "brier_skill, raw"),
    "Brier skill, treated calibrated, untreated raw": ("brier_skill, calibrated", "brier_skill, raw"),
    "Expected calibration error, raw scores": ("ece, raw", "ece, raw"),
    "Expected calibration error, treated calibrated, untreated raw": ("ece, calibrated", "ece, raw"),
}  # fmt: skip


def measure_all(train: Table, test: Table, seed: int) -> GridScores:
    """Every strategy × classifier on one data set."""
    content = shipped(random_state=seed)
    content["strategies"] = {name: content["strategies"][name] for name in (REFERENCE, *TREATMENTS)}
    content["classifiers"] = {name: content["classifiers"][name] for name in (*WEAK, *STRONG)}
    content["tuning"] = {**content["tuning"], "samplers": {}, "classifiers": {}}
    params, features, result = TrainParams.model_validate(content), test.features(), GridScores()
    for name in params.strategies:
        one = trained(train, name, params)
        result[name] = {
            classifier: measure(one, classifier, test.target, scores(one.outcome.models[classifier], features))
            for classifier in one.classifiers
        }
    return result


def measure(one: Trained, classifier: str, y: Ints, raw: Floats) -> dict[str, float]:
    """The test metrics of one candidate: ranking, decisions on raw scores, probabilities before and after calibration.

    The thresholds are tuned on raw out-of-fold scores, for each of the two metrics of decisions by itself.
    """
    after = calibrate(raw, one.calibrators[classifier])
    result, once = {}, np.ones((1, len(y)))
    for metric in DECISIONS:
        values = MetricEvaluator(y, raw, one.threshold(classifier, metric, raw=True)).measure(once)
        result |= {name: float(value[0]) for name, value in values["ranking"].items()}
        result[f"{metric}, tuned"] = float(values["decisions"][metric][0])
        result[f"{metric}, 0.5"] = float(values["decisions_at_half"][metric][0])
    for stage, probabilities in {"raw": raw, "calibrated": after}.items():
        facts = probability_metrics(y, probabilities)
        result |= {f"{name}, {stage}": getattr(facts, name) for name in ("brier_skill", "ece", "mean_score_ratio")}
    return result


def differences(results: dict[str, GridScores], question: str, treatment: str, classifier: str) -> dict[str, float]:
    """Treated − untreated in one question, by data set."""
    treated, untreated = QUESTIONS[question]
    return {
        data: one[treatment][classifier][treated] - one[REFERENCE][classifier][untreated]
        for data, one in results.items()
    }


def pooled(results: dict[str, GridScores], question: str, classifiers: tuple[str, ...]) -> dict[str, float]:
    """The mean of the differences over all treatments and these classifiers, by data set."""
    every = [differences(results, question, name, classifier) for name in TREATMENTS for classifier in classifiers]
    return {data: float(np.mean([one[data] for one in every])) for data in results}


def report(results: dict[str, GridScores]) -> None:
    """Prints the tables: all questions pooled, then each by treatment and classifier."""
    rows = []
    for question in QUESTIONS:
        weak, strong = (pooled(results, question, group) for group in (WEAK, STRONG))
        more = [weak[data] - strong[data] for data in results]
        rows.append([question, *(cell(list(group.values())) for group in (weak, strong)), cell(more)])
    print_table("Treated − untreated, mean of the four treatments", ["", "weak", "strong", "weak − strong"], rows)
    for question in QUESTIONS:
        rows = [
            [name, *(cell([*differences(results, question, name, one).values()]) for one in (*WEAK, *STRONG))]
            for name in TREATMENTS
        ]
        print_table(question, ["treated − untreated", *WEAK, *STRONG], rows)
    rows = [
        [name, *(_ratios(results, name, one) for one in (*WEAK, *STRONG))] for name in (REFERENCE, *TREATMENTS)
    ]  # fmt: skip
    print_table("Mean score / prevalence, raw → calibrated (geometric mean)", ["", *WEAK, *STRONG], rows)
    rows = [
        [question, *(extremes(pooled(results, question, group)) for group in (WEAK, STRONG))] for question in QUESTIONS
    ]
    print_table("The two highest and the two lowest data sets", ["", "weak", "strong"], rows)


def _ratios(results: dict[str, GridScores], strategy: str, classifier: str) -> str:
    values = {
        stage: [one[strategy][classifier][f"mean_score_ratio, {stage}"] for one in results.values()]
        for stage in ("raw", "calibrated")
    }
    return " → ".join(f"{float(np.exp(np.mean(np.log(ratios)))):.2f}" for ratios in values.values())


def main() -> None:
    """Runs what `--results` does not hold yet, then prints the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", type=Path, required=True, help="folder of the suite")
    parser.add_argument("--only", nargs="*", default=[], help="names of data sets (default: all but cover)")
    parser.add_argument("--rows", type=int, default=MOST_ROWS, help=f"rows drawn of larger sets (default {MOST_ROWS})")
    parser.add_argument("--seed", type=int, default=0, help="seed of draw, split, folds and models (default 0)")
    parser.add_argument("--results", type=Path, help="file that takes one line a data set, and spares their second run")
    options = parser.parse_args()
    start, results = time.perf_counter(), _read(options.results)
    for name in names(options.datasets, options.only):
        if name not in results:
            results[name] = measure_all(*sides(options.datasets, name, options.rows, options.seed), options.seed)
            if options.results:
                with options.results.open("a") as file:
                    file.write(json.dumps([name, results[name]]) + "\n")
    print(f"{len(results)} data sets, at most {options.rows} rows of each, seed {options.seed}.")
    report(results)
    print(f"\n{time.perf_counter() - start:.0f} seconds.")


def _read(path: Path | None) -> dict[str, Any]:
    lines = path.read_text().splitlines() if path is not None and path.exists() else []
    return dict(json.loads(line) for line in lines)


if __name__ == "__main__":
    main()
