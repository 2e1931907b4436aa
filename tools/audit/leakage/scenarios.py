"""The wrong ways, gone on purpose: what each makes of a score that was honest before."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from sklearn.metrics import average_precision_score

from stages.evaluate.thresholds.counts import counts_at
from stages.evaluate.thresholds.tuning import tune_threshold
from stages.shared.errors import InputError
from stages.shared.metrics.confusion import f1
from stages.shared.storage.arrow import Floats, Ints
from stages.split.assignment import draw_test_mask
from stages.split.groups import find_duplicates
from tools.audit.intervals import inflation
from tools.audit.leakage.experiments import Bench, Trial
from tools.audit.leakage.fixtures import n_duplicates, smote_of, with_disguise, with_repeats
from tools.audit.params import AuditParams
from tools.audit.report.findings import Inflation, Pair


def smote_before_split(trial: Trial) -> dict[str, Pair]:
    """SMOTE on the whole table, then the split; also with the synthetic rows of the test side left out of the score.

    The synthetic rows are parted by lot, the real ones as in the honest run. Average precision rises with
    prevalence, which SMOTE lifts; on the real rows alone only the leak is left.
    """
    audit_data, test, smote = trial.audit_data, trial.test, smote_of(trial.audit_data.params)
    everything = trial.prepare(np.ones(len(test), dtype=np.bool_), smote)  # real rows first, as imbalanced-learn gives
    made = np.random.RandomState(trial.seed).random_sample(len(everything.y) - len(test))
    held = np.concatenate([test, made < audit_data.params.split.test_size])
    leaking = trial.learn(everything.X[~held], everything.y[~held], everything.X[held])
    honest = _precision(trial.y_test, trial.scores(~test, test, smote))
    return {
        "smote_before_split": Pair(honest, _precision(everything.y[held], leaking)),
        "smote_before_split_real_rows": Pair(honest, _precision(trial.y_test, leaking[: test.sum()])),
    }


def scaling_before_split(trial: Trial) -> dict[str, Pair]:
    """Imputing, encoding and scaling fitted on the whole table, then the split."""
    test = trial.test
    everything = trial.prepare(np.ones(len(test), dtype=np.bool_))
    leaking = trial.learn(everything.X[~test], everything.y[~test], everything.X[test])
    return {"scaling_before_split": _pair(trial, leaking)}


def threshold_on_test(trial: Trial) -> dict[str, Pair]:
    """The threshold with the best F1 on test, instead of on out-of-fold scores of train."""
    y, scores = trial.y_test, trial.honest
    honest = tune_threshold(trial.audit_data.y[~trial.test], trial.out_of_fold, "f1")
    leaking = tune_threshold(y, scores, "f1")
    values = f1(counts_at(np.array([honest, leaking]), y, scores))
    return {"threshold_on_test": Pair(float(values[0]), float(values[1]))}


def duplicates_across_split(trial: Trial) -> dict[str, Pair]:
    """A split by single rows, which parts duplicates, against the same without the twins of test rows in train."""
    audit_data = trial.audit_data
    if not n_duplicates(audit_data.table):
        audit_data = with_repeats(audit_data, trial.seed)
    trial, numbers = replace(trial, audit_data=audit_data), find_duplicates(audit_data.table)
    test = draw_test_mask(np.arange(len(numbers)), audit_data.y, audit_data.params.split.test_size, trial.seed)
    twins = np.isin(numbers, numbers[test])
    honest, leaking = (trial.scores(training, test) for training in (~test & ~twins, ~test))
    return {
        "duplicates_across_split": Pair(_precision(audit_data.y[test], honest), _precision(audit_data.y[test], leaking))
    }


def target_in_disguise(trial: Trial) -> dict[str, Pair]:
    """One more column: the target with a little noise."""
    wrong = replace(trial, audit_data=with_disguise(trial.audit_data, trial.seed))
    return {"target_in_disguise": _pair(trial, wrong.scores(~trial.test, trial.test))}


@dataclass(frozen=True)
class Way:
    """A wrong way: how it is measured, by which metric, and the rows that it gives in the table."""

    measure: Callable[[Trial], dict[str, Pair]]
    metric: str = "average_precision"


WAYS: dict[str, Way] = {
    "smote_before_split": Way(smote_before_split),
    "scaling_before_split": Way(scaling_before_split),
    "threshold_on_test": Way(threshold_on_test, "f1"),
    "duplicates_across_split": Way(duplicates_across_split),
    "target_in_disguise": Way(target_in_disguise),
}


def measure(
    audit_data: Bench, classifiers: list[str], repeats: int, progress: Callable[[str], None]
) -> tuple[list[Inflation], list[str]]:
    """Every way with every classifier on the same `repeats` splits, and what could not be measured, with the reason."""
    pairs: dict[tuple[str, str, str], list[Pair]] = {}
    notes: dict[str, None] = {}  # each once, in order
    for repeat in range(repeats):
        for classifier in classifiers:
            trial = Trial(audit_data, classifier, (audit_data.params.random_state + repeat) % 2**32)
            for name, way in WAYS.items():
                try:
                    measured = way.measure(trial)
                except InputError as error:
                    notes[f"{name}, {classifier}: not measured: {error}"] = None
                    continue
                for row, pair in measured.items():
                    pairs.setdefault((row, way.metric, classifier), []).append(pair)
        progress(f"wrong ways, repeat {repeat + 1} of {repeats}")
    return list(_inflations(pairs, audit_data.params)), list(notes)


def _inflations(pairs: dict[tuple[str, str, str], list[Pair]], params: AuditParams) -> Iterator[Inflation]:
    ratio = params.split.test_size / (1 - params.split.test_size)
    ways = [row for row, _, _ in pairs]
    for (row, metric, classifier), found in sorted(pairs.items(), key=lambda item: ways.index(item[0][0])):
        if len(found) > 1:
            yield inflation(found, ratio, params.evaluate.confidence, row, classifier, metric)


def _pair(trial: Trial, leaking: Floats) -> Pair:
    return Pair(_precision(trial.y_test, trial.honest), _precision(trial.y_test, leaking))


def _precision(y: Ints, scores: Floats) -> float:
    return float(average_precision_score(y, scores))
