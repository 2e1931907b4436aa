"""Whether balancing helps, on a suite of data sets: `python -m benchmarks.suites.directions --datasets FOLDER`.

It shows whether the findings of two studies hold for the classifiers and treatments of params.yaml.

Elor & Averbuch-Elor (2022, To SMOTE, or not to SMOTE?) find that balancing helps weak learners, not strong ones, and
that tuning the threshold helps as much.

Van den Goorbergh et al. (2022, The harm of class imbalance corrections for risk prediction models) find that
corrections harm calibration and do not raise ROC-AUC.

Each data set is split once, 75 to 25. Thresholds and calibrators come from out-of-fold scores, and nothing else is
tuned. A cell contains the mean difference over the data sets with its 95 % t interval. It also counts the data sets
above and below zero.
"""

from collections.abc import Sequence

import numpy as np

from benchmarks.shared.arguments import add_rows_option, make_suite_parser
from benchmarks.shared.data_sets import list_data_sets, load_data_set, run_missing
from benchmarks.shared.in_memory import TrainedStrategy, load_params, train_strategy
from benchmarks.shared.intervals import format_differences
from benchmarks.shared.markdown import print_table
from stages.evaluate.outputs.calibration_metrics import compute_probability_metrics
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.calibration import calibrate
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.model_file import scores
from stages.shared.storage.parquet import Table
from stages.train.params import TrainParams

REFERENCE = "baseline"
TREATMENTS = ("class_weight", "random_under", "random_over", "smote")
WEAK = ("logistic_regression", "mlp")
STRONG = ("random_forest", "extra_trees", "xgboost")
DECISIONS = {"F1": "f1", "Balanced accuracy": "balanced_accuracy"}

#: strategy -> classifier -> metric -> value on test, of one data set
Metrics = dict[str, dict[str, dict[str, float]]]

#: question -> metric with a treatment, metric without
QUESTIONS = {
    "Ranking: average precision": ("average_precision", "average_precision"),
    "Ranking: ROC-AUC": ("roc_auc", "roc_auc"),
    **{f"{label}, both at 0.5": (f"{key}, 0.5", f"{key}, 0.5") for label, key in DECISIONS.items()},
    **{
        f"{label}, treated at 0.5, untreated at its tuned threshold": (f"{key}, 0.5", f"{key}, tuned")
        for label, key in DECISIONS.items()
    },
    **{
        f"{label}, both at their tuned thresholds": (f"{key}, tuned", f"{key}, tuned")
        for label, key in DECISIONS.items()
    },
    "Brier skill, raw scores": ("brier_skill, raw", "brier_skill, raw"),
    "Brier skill, treated calibrated, untreated raw": ("brier_skill, calibrated", "brier_skill, raw"),
    "Expected calibration error, raw scores": ("ece, raw", "ece, raw"),
    "Expected calibration error, treated calibrated, untreated raw": ("ece, calibrated", "ece, raw"),
}


def measure_data_set(train: Table, test: Table, seed: int) -> Metrics:
    """Return the metrics of every strategy × classifier."""
    content = load_params(seed, (REFERENCE, *TREATMENTS), tuning=False)
    content["classifiers"] = {name: content["classifiers"][name] for name in (*WEAK, *STRONG)}
    params, features, metrics = TrainParams.model_validate(content), test.features(), Metrics()
    for name in params.strategies:
        strategy = train_strategy(train, name, params)
        metrics[name] = {
            classifier: measure_candidate(
                strategy, classifier, test.target, scores(strategy.result.models[classifier], features)
            )
            for classifier in strategy.calibrators
        }
    return metrics


def measure_candidate(strategy: TrainedStrategy, classifier: str, y: Ints, raw: Floats) -> dict[str, float]:
    """Return ranking and decisions on raw scores, and probabilities before and after calibration.

    The threshold is tuned on raw out-of-fold scores, for each metric of decisions.
    """
    metrics: dict[str, float] = {}
    for metric in DECISIONS.values():
        threshold = strategy.tune_threshold(classifier, metric, calibrated=False)
        values = MetricEvaluator(y, raw, threshold).measure(np.ones((1, len(y))))
        metrics |= {name: float(value[0]) for name, value in values["ranking"].items()}
        metrics[f"{metric}, tuned"] = float(values["decisions"][metric][0])
        metrics[f"{metric}, 0.5"] = float(values["decisions_at_half"][metric][0])
    for kind, probabilities in {"raw": raw, "calibrated": calibrate(raw, strategy.calibrators[classifier])}.items():
        values = compute_probability_metrics(y, probabilities)
        metrics |= {f"{name}, {kind}": getattr(values, name) for name in ("brier_skill", "ece", "mean_score_ratio")}
    return metrics


def subtract_untreated(results: Sequence[Metrics], question: str, treatment: str, classifier: str) -> list[float]:
    """Return the metric with the treatment minus that without, for each data set."""
    treated, untreated = QUESTIONS[question]
    return [metrics[treatment][classifier][treated] - metrics[REFERENCE][classifier][untreated] for metrics in results]


def average_differences(results: Sequence[Metrics], question: str, classifiers: Sequence[str]) -> list[float]:
    """Return the mean difference over all treatments and these classifiers, for each data set."""
    pairs = [(name, classifier) for name in TREATMENTS for classifier in classifiers]
    return [float(mean) for mean in np.mean([subtract_untreated(results, question, *pair) for pair in pairs], axis=0)]


def format_score_ratio(results: Sequence[Metrics], strategy: str, classifier: str) -> str:
    """Format the geometric means of mean score over prevalence, before and after calibration."""
    keys = [f"mean_score_ratio, {kind}" for kind in ("raw", "calibrated")]
    logs = [[np.log(metrics[strategy][classifier][key]) for metrics in results] for key in keys]
    return " → ".join(f"{float(np.exp(np.mean(values))):.2f}" for values in logs)


def print_results(results: Sequence[Metrics]) -> None:
    """Print all questions with pooled differences, then each by treatment and classifier."""
    rows = []
    for question in QUESTIONS:
        weak, strong = (average_differences(results, question, group) for group in (WEAK, STRONG))
        cells = (weak, strong, np.subtract(weak, strong).tolist())
        rows.append([question, *map(format_differences, cells)])
    print_table("Treated − untreated, mean of the four treatments", ["", "weak", "strong", "weak − strong"], rows)
    classifiers = (*WEAK, *STRONG)
    for question in QUESTIONS:
        rows = []
        for name in TREATMENTS:
            differences = [subtract_untreated(results, question, name, classifier) for classifier in classifiers]
            rows.append([name, *map(format_differences, differences)])
        print_table(question, ["treated − untreated", *classifiers], rows)
    rows = []
    for name in (REFERENCE, *TREATMENTS):
        rows.append([name, *(format_score_ratio(results, name, classifier) for classifier in classifiers)])
    print_table("Mean score / prevalence, raw → calibrated (geometric mean)", ["", *classifiers], rows)


def main() -> None:
    parser = make_suite_parser(__doc__, results_required=False)
    add_rows_option(parser)
    parser.add_argument("--seed", type=int, default=0, help="seed of draw, split, folds and models (default 0)")
    options = parser.parse_args()
    results = run_missing(
        options.results,
        [(name, options.seed) for name in list_data_sets(options.datasets, options.only)],
        lambda name, seed: measure_data_set(*load_data_set(options.datasets, name, options.rows, seed), seed),
    )
    print_results(list(results.values()))


if __name__ == "__main__":
    main()
