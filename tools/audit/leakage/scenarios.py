"""Common mistakes, made on purpose: each gives an honest and a leaking score.

The difference shows a user what the mistake would be worth on their own table.
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
from tools.audit.leakage.experiments import AuditData, Trial, check_classes
from tools.audit.params import AuditParams
from tools.audit.report.findings import Inflation, Pair, compute_inflation

METRIC = "average_precision"

#: share of the rows that are repeated on purpose where the table has no duplicates
REPEATED = 0.1

#: standard deviation of the noise on the copy of the target, whose classes are 1 apart
NOISE = 0.2

#: the name of that copy
DISGUISE = "__disguise__"


def find_smote(params: AuditParams) -> Strategy:
    """Return the first SMOTE strategy of params, without its weights, or SMOTE with its defaults."""
    settings = next((entry.settings for entry in params.strategies.values() if entry.sampler == "SMOTE"), {})
    return Strategy(sampler="SMOTE", **settings)


def count_duplicates(table: Table) -> int:
    """Return the number of rows that repeat an earlier one in every feature."""
    numbers = find_duplicates(table)
    return len(numbers) - len(np.unique(numbers))


def repeat_rows(audit_data: AuditData, seed: int) -> AuditData:
    """Return the table with a random tenth of its rows repeated."""
    rows = audit_data.table.data.num_rows
    repeated = np.random.RandomState(seed).choice(rows, max(1, round(REPEATED * rows)), replace=False)
    data = audit_data.table.data.take(np.concatenate([np.arange(rows), repeated]))
    return replace(audit_data, table=replace(audit_data.table, data=data))


def add_disguised_target(audit_data: AuditData, seed: int) -> AuditData:
    """Return the table with one more feature: the target with noise."""
    table = audit_data.table
    values = audit_data.y + np.random.RandomState(seed).normal(scale=NOISE, size=len(audit_data.y))
    feature = Feature(name=DISGUISE, type="numeric", missing=0.0)
    contract = table.contract.model_copy(update={"features": [*table.contract.features, feature]})
    data = table.data.append_column(DISGUISE, from_numpy(values, pa.float64()))
    return replace(audit_data, table=replace(table, data=data, contract=contract))


def smote_before_split(trial: Trial) -> dict[str, Pair]:
    """Resample the whole table with SMOTE, then split it; score with and without the synthetic test rows.

    Synthetic rows are split at random, real ones as in the honest run. Average precision rises with prevalence, which
    SMOTE raises; on the real rows alone only the leak is left.
    """
    audit_data, test, smote = trial.audit_data, trial.test, find_smote(trial.audit_data.params)
    everything = trial.prepare(np.ones(len(test), dtype=np.bool_), smote)  # real rows first, as imbalanced-learn gives
    made = np.random.RandomState(trial.seed).random_sample(len(everything.y) - len(test))
    scored = np.concatenate([test, made < audit_data.params.split.test_share])
    leaking = trial.learn(everything.X[~scored], everything.y[~scored], everything.X[scored])
    honest = _precision(trial.y_test, trial.scores(~test, test, smote))
    return {
        "smote_before_split": Pair(honest, _precision(everything.y[scored], leaking)),
        "smote_before_split_real_rows": Pair(honest, _precision(trial.y_test, leaking[: test.sum()])),
    }


def scaling_before_split(trial: Trial) -> dict[str, Pair]:
    """Fit imputing, encoding and scaling on the whole table, then split it."""
    test = trial.test
    everything = trial.prepare(np.ones(len(test), dtype=np.bool_))
    leaking = trial.learn(everything.X[~test], everything.y[~test], everything.X[test])
    return {"scaling_before_split": _pair(trial, leaking)}


def threshold_on_test(trial: Trial) -> dict[str, Pair]:
    """Choose the threshold with the best F1 on test, instead of on out-of-fold scores of train."""
    y, scores = trial.y_test, trial.honest
    honest = tune_threshold(trial.audit_data.y[~trial.test], trial.out_of_fold, Policy("f1"))
    leaking = tune_threshold(y, scores, Policy("f1"))
    values = f1(counts_at(np.array([honest, leaking]), y, scores))
    return {"threshold_on_test": Pair(float(values[0]), float(values[1]))}


def duplicates_across_split(trial: Trial) -> dict[str, Pair]:
    """Split by single rows; the honest model learns from train without the duplicates of test rows."""
    audit_data = trial.audit_data
    if not count_duplicates(audit_data.table):
        audit_data = repeat_rows(audit_data, trial.seed)
    trial, numbers = replace(trial, audit_data=audit_data), find_duplicates(audit_data.table)
    test = draw_test_mask(np.arange(len(numbers)), audit_data.y, audit_data.params.split.test_share, trial.seed)
    copies = np.isin(numbers, numbers[test])
    check_classes(audit_data.y, ~test & ~copies, test)
    honest, leaking = (trial.scores(training, test) for training in (~test & ~copies, ~test))
    return {"duplicates_across_split": Pair(*(_precision(audit_data.y[test], one) for one in (honest, leaking)))}


def target_in_disguise(trial: Trial) -> dict[str, Pair]:
    """Add a column: the target with a little noise."""
    wrong = replace(trial, audit_data=add_disguised_target(trial.audit_data, trial.seed))
    return {"target_in_disguise": _pair(trial, wrong.scores(~trial.test, trial.test))}


#: each mistake by its name, measured by a function that names its rows of the table, and the metric
MISTAKES: dict[str, tuple[Callable[[Trial], dict[str, Pair]], str]] = {
    "smote_before_split": (smote_before_split, METRIC),
    "scaling_before_split": (scaling_before_split, METRIC),
    "threshold_on_test": (threshold_on_test, "f1"),
    "duplicates_across_split": (duplicates_across_split, METRIC),
    "target_in_disguise": (target_in_disguise, METRIC),
}


def measure(
    audit_data: AuditData, classifiers: list[str], repeats: int, progress: Callable[[str], None]
) -> tuple[list[Inflation], list[str]]:
    """Return all mistakes with all classifiers on the same `repeats` splits, and notes on those that failed."""
    pairs: dict[tuple[str, str, str], list[Pair]] = {}
    notes: dict[str, None] = {}  # each once, in order
    for repeat in range(repeats):
        for classifier in classifiers:
            trial = Trial(audit_data, classifier, (audit_data.params.random_state + repeat) % 2**32)
            for name, (make_mistake, metric) in MISTAKES.items():
                try:
                    measured = make_mistake(trial)
                except InputError as error:
                    notes[f"{name}, {classifier}: not measured: {error}"] = None
                    continue
                for row, pair in measured.items():
                    pairs.setdefault((row, metric, classifier), []).append(pair)
        progress(f"mistakes, repeat {repeat + 1} of {repeats}")
    return list(_inflations(pairs, audit_data.params)), list(notes)


def _inflations(pairs: dict[tuple[str, str, str], list[Pair]], params: AuditParams) -> Iterator[Inflation]:
    ratio = params.split.test_share / (1 - params.split.test_share)
    mistakes = [mistake for mistake, _, _ in pairs]
    by_mistake = sorted(pairs.items(), key=lambda item: mistakes.index(item[0][0]))
    for (mistake, metric, classifier), measured in by_mistake:
        if len(measured) > 1:
            yield compute_inflation(measured, ratio, params.evaluate.confidence, mistake, classifier, metric)


def _pair(trial: Trial, leaking: Floats) -> Pair:
    return Pair(_precision(trial.y_test, trial.honest), _precision(trial.y_test, leaking))


def _precision(y: Ints, scores: Floats) -> float:
    return float(average_precision_score(y, scores))
