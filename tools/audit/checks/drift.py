"""The check for drift: a classifier tries to tell the rows of train and test apart.

A test score is no estimate for rows of another distribution.
"""

import numpy as np
import pyarrow as pa
from sklearn.metrics import roc_auc_score

from stages.evaluate.uncertainty.cv_differences import corrected_interval
from stages.report.formatting import format_interval, format_percent
from stages.shared import paths
from stages.shared.errors import InputError
from stages.shared.storage.arrow import Ints, from_numpy
from stages.shared.storage.parquet import Table
from stages.train.folds.resampling import transform
from stages.train.folds.splitter import Fold, make_folds
from stages.train.params import CvParams
from tools.audit.checks.univariate import compute_feature_auc
from tools.audit.leakage.experiments import PLAIN, fit_and_score, prepare
from tools.audit.params import AuditParams
from tools.audit.report.findings import Finding, quote
from tools.audit.run import Run, sample_rows

BOTH = f"{paths.TRAIN} and {paths.TEST}"


def find_drift(run: Run) -> list[Finding]:
    """Classify rows as train or test, out of fold; suspicious when the interval of the ROC-AUC lies above 0.5.

    This is the classifier two-sample test (Friedman 2003; Lopez-Paz & Oquab 2017). The folds split no group, because
    the split keeps groups whole, so one half of a group would reveal the other. The interval is that of a mean over
    folds. DeLong's interval, over rows, was a quarter too narrow on random splits.
    """
    is_test = run.is_test.astype(np.int64)
    kept = _list_comparable(run)
    kept = kept[sample_rows(run.both.groups[kept], is_test[kept], run.rows, run.params.random_state)]
    table = Table(run.both.data.take(from_numpy(kept, pa.int64())), run.both.contract, run.both.flow)
    is_test = is_test[kept]
    cv = CvParams(n_splits=run.params.cv.n_splits, n_repeats=1)
    try:
        folds = make_folds(is_test, table.groups, cv, run.params.random_state)
    except InputError:
        result = f"drift was not measured: train or test has fewer than {cv.n_splits} groups"
        return [Finding("fine", BOTH, result)]
    areas = [_compute_fold_auc(table, is_test, fold, run.params) for fold in folds]
    confidence = run.params.evaluate.confidence
    low, high = corrected_interval(areas, 1 / (cv.n_splits - 1), confidence)
    bounds = format_interval("roc_auc", max(low, 0), min(high, 1))
    measured_auc = f"ROC-AUC {np.mean(areas):.3f}, {format_percent(confidence)} interval {bounds}"
    if low <= 0.5:
        return [Finding("fine", BOTH, f"a classifier cannot tell them apart ({measured_auc})")]
    column, column_auc = _find_most_different(table, is_test, folds)
    most = f"{quote(column)} differs most (ROC-AUC {column_auc:.3f} alone)"
    result = f"a classifier tells them apart ({measured_auc}); {most}"
    return [Finding("suspicious", BOTH, result, _suggest_fix(run.params))]


def _list_comparable(run: Run) -> Ints:
    """Return the rows of both sets, and of test as large a share of the negatives as split.negatives left of train."""
    share, y = run.train.contract.negatives_kept or 1.0, run.both.target
    draws = np.random.RandomState(run.params.random_state).uniform(size=len(y))
    return np.flatnonzero(~run.is_test | (y == 1) | (draws < share))


def _suggest_fix(params: AuditParams) -> str:
    if params.split.time:
        return "the split is by time, so the data changed: expect less than the test score, and retrain often"
    return "a random split seldom differs by chance: look for a group of rows that split.group should name"


def _compute_fold_auc(table: Table, is_test: Ints, fold: Fold, params: AuditParams) -> float:
    features = table.features()
    rows = (features.iloc[fold.training], is_test[fold.training])
    prepared = prepare(*rows, table.contract, params, PLAIN, params.random_state)
    X = transform(prepared.steps, features.iloc[fold.validation])
    scores = fit_and_score(params.measuring[-1], params, params.random_state, prepared.X, prepared.y, X)
    return float(roc_auc_score(is_test[fold.validation], scores))


def _find_most_different(table: Table, is_test: Ints, folds: list[Fold]) -> tuple[str, float]:
    areas = {
        feature.name: compute_feature_auc(is_test, feature, table.data.column(feature.name), folds)
        for feature in table.contract.features
    }
    column = max(areas, key=lambda name: areas[name])
    return column, areas[column]
