"""Common mistakes, made on purpose: each gives an honest and a leaking score.

The difference shows users by how much the mistake would flatter a score on their own table.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
from sklearn.metrics import average_precision_score

from stages.evaluate.thresholds.counts import counts_at
from stages.evaluate.thresholds.policies import Policy
from stages.evaluate.thresholds.tuning import tune_threshold
from stages.shared.errors import InputError
from stages.shared.metrics.confusion import f1
from stages.shared.schemas.contract import Feature
from stages.shared.storage.arrow import Floats, Ints, from_numpy
from stages.shared.storage.parquet import Table
from stages.split.assignment import draw_test_mask
from stages.split.groups import find_duplicates
from stages.train.params import Strategy
from tools.audit.leakage.experiments import AuditData, SplitExperiment, check_classes
from tools.audit.params import AuditParams
from tools.audit.report.findings import Inflation, Pair, compute_inflation

METRIC = "average_precision"

#: share of the rows that are repeated on purpose where the table has no duplicates
REPEATED = 0.1

#: standard deviation of the noise on the copy of the target, whose classes are 1 apart
NOISE_SD = 0.2

#: the name of that copy
DISGUISE = "__disguise__"


def find_smote(params: AuditParams) -> Strategy:
    """Return the first SMOTE strategy of params, without its weights, or SMOTE with its defaults."""
    settings = next((entry.settings for entry in params.strategies.values() if entry.sampler == "SMOTE"), {})
    return Strategy(sampler="SMOTE", **settings)


def count_duplicates(table: Table) -> int:
    """Return the number of rows that repeat an earlier one in every feature."""
    row_ids = find_duplicates(table)
    return len(row_ids) - len(np.unique(row_ids))


def repeat_rows(audit_data: AuditData, seed: int) -> AuditData:
    """Return the table with a random tenth of its rows repeated."""
    rows = audit_data.table.data.num_rows
    repeated = np.random.RandomState(seed).choice(rows, max(1, round(REPEATED * rows)), replace=False)
    data = audit_data.table.data.take(np.concatenate([np.arange(rows), repeated]))
    return replace(audit_data, table=replace(audit_data.table, data=data))


def add_disguised_target(audit_data: AuditData, seed: int) -> AuditData:
    """Return the table with one more feature: the target with noise."""
    table = audit_data.table
    values = audit_data.y + np.random.RandomState(seed).normal(scale=NOISE_SD, size=len(audit_data.y))
    feature = Feature(name=DISGUISE, type="numeric", missing=0.0)
    contract = table.contract.model_copy(update={"features": [*table.contract.features, feature]})
    data = table.data.append_column(DISGUISE, from_numpy(values, pa.float64()))
    return replace(audit_data, table=replace(table, data=data, contract=contract))


def measure_smote_before_split(experiment: SplitExperiment) -> dict[str, Pair]:
    """Resample the whole table with SMOTE, then split it; score with and without the synthetic test rows.

    Synthetic rows are split at random, real ones as in the honest run. SMOTE raises the prevalence, and with it average
    precision; on the real rows alone only the leak is left.
    """
    audit_data, test, smote = experiment.audit_data, experiment.test, find_smote(experiment.audit_data.params)
    # imbalanced-learn puts the real rows first
    everything = experiment.prepare(np.ones(len(test), dtype=np.bool_), smote)
    draws = np.random.RandomState(experiment.seed).random_sample(len(everything.y) - len(test))
    scored = np.concatenate([test, draws < audit_data.params.split.test_share])
    leaking_scores = experiment.fit_and_score(everything.X[~scored], everything.y[~scored], everything.X[scored])
    honest = _compute_ap(experiment.y_test, experiment.score_rows(~test, test, smote))
    return {
        "smote_before_split": Pair(honest, _compute_ap(everything.y[scored], leaking_scores)),
        "smote_before_split_real_rows": Pair(honest, _compute_ap(experiment.y_test, leaking_scores[: test.sum()])),
    }


def measure_scaling_before_split(experiment: SplitExperiment) -> dict[str, Pair]:
    """Fit imputing, encoding and scaling on the whole table, then split it."""
    test = experiment.test
    everything = experiment.prepare(np.ones(len(test), dtype=np.bool_))
    leaking_scores = experiment.fit_and_score(everything.X[~test], everything.y[~test], everything.X[test])
    return {"scaling_before_split": _make_pair(experiment, leaking_scores)}


def measure_threshold_on_test(experiment: SplitExperiment) -> dict[str, Pair]:
    """Choose the threshold with the best F1 on test, instead of on out-of-fold scores of train."""
    y, scores = experiment.y_test, experiment.honest_scores
    honest_threshold = tune_threshold(experiment.audit_data.y[~experiment.test], experiment.out_of_fold, Policy("f1"))
    leaking_threshold = tune_threshold(y, scores, Policy("f1"))
    values = f1(counts_at(np.array([honest_threshold, leaking_threshold]), y, scores))
    return {"threshold_on_test": Pair(float(values[0]), float(values[1]))}


def measure_duplicates_across_split(experiment: SplitExperiment) -> dict[str, Pair]:
    """Split by single rows; the honest model learns from train without the duplicates of test rows."""
    audit_data = experiment.audit_data
    if not count_duplicates(audit_data.table):
        audit_data = repeat_rows(audit_data, experiment.seed)
    experiment, row_ids = replace(experiment, audit_data=audit_data), find_duplicates(audit_data.table)
    test = draw_test_mask(np.arange(len(row_ids)), audit_data.y, audit_data.params.split.test_share, experiment.seed)
    copies = np.isin(row_ids, row_ids[test])
    check_classes(audit_data.y, ~test & ~copies, test)
    honest, leaking = (experiment.score_rows(training, test) for training in (~test & ~copies, ~test))
    y_test = audit_data.y[test]
    return {"duplicates_across_split": Pair(_compute_ap(y_test, honest), _compute_ap(y_test, leaking))}


def measure_target_in_disguise(experiment: SplitExperiment) -> dict[str, Pair]:
    """Add a column: the target with a little noise."""
    mistake = replace(experiment, audit_data=add_disguised_target(experiment.audit_data, experiment.seed))
    return {"target_in_disguise": _make_pair(experiment, mistake.score_rows(~experiment.test, experiment.test))}


#: by the name of a mistake: the function that makes it, which returns pairs of scores by row of the table; the metric
MISTAKES: dict[str, tuple[Callable[[SplitExperiment], dict[str, Pair]], str]] = {
    "smote_before_split": (measure_smote_before_split, METRIC),
    "scaling_before_split": (measure_scaling_before_split, METRIC),
    "threshold_on_test": (measure_threshold_on_test, "f1"),
    "duplicates_across_split": (measure_duplicates_across_split, METRIC),
    "target_in_disguise": (measure_target_in_disguise, METRIC),
}


def measure(
    audit_data: AuditData, classifiers: list[str], repeats: int, progress: Callable[[str], None]
) -> tuple[list[Inflation], list[str]]:
    """Return all mistakes with all classifiers on the same `repeats` splits, and notes on those that failed."""
    pairs: dict[tuple[str, str, str], list[Pair]] = {}
    notes: dict[str, None] = {}  # each once, in order
    for repeat in range(repeats):
        for classifier in classifiers:
            experiment = SplitExperiment(audit_data, classifier, (audit_data.params.random_state + repeat) % 2**32)
            for name, (measure_mistake, metric) in MISTAKES.items():
                try:
                    by_row = measure_mistake(experiment)
                except InputError as error:
                    notes[f"{name}, {classifier}: not measured: {error}"] = None
                    continue
                for row, pair in by_row.items():
                    pairs.setdefault((row, metric, classifier), []).append(pair)
        progress(f"mistakes, repeat {repeat + 1} of {repeats}")
    return list(_compute_inflations(pairs, audit_data.params)), list(notes)


def _compute_inflations(pairs: dict[tuple[str, str, str], list[Pair]], params: AuditParams) -> Iterator[Inflation]:
    ratio = params.split.test_share / (1 - params.split.test_share)
    mistakes = [mistake for mistake, _, _ in pairs]
    by_mistake = sorted(pairs.items(), key=lambda item: mistakes.index(item[0][0]))
    for (mistake, metric, classifier), of_mistake in by_mistake:
        if len(of_mistake) > 1:
            yield compute_inflation(of_mistake, ratio, params.evaluate.confidence, mistake, classifier, metric)


def _make_pair(experiment: SplitExperiment, leaking_scores: Floats) -> Pair:
    y = experiment.y_test
    return Pair(_compute_ap(y, experiment.honest_scores), _compute_ap(y, leaking_scores))


def _compute_ap(y: Ints, scores: Floats) -> float:
    return float(average_precision_score(y, scores))
