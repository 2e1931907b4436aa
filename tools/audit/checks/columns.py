"""Checks of single columns: which of them predict the target alone, identify rows, or are constant.

The first two are the most common leaks of a table.
"""

from collections.abc import Iterator

import numpy as np
from scipy import stats

from stages.prepare.columns.notices import is_running
from stages.prepare.columns.text_checks import ID_ROWS, ID_SHARE
from stages.shared import paths
from stages.shared.storage.arrow import to_bools, to_floats
from stages.shared.storage.parquet import Table
from stages.split.groups import encode_cells
from tools.audit.checks.univariate import WRONG, compute_feature_auc, compute_level_auc, compute_missing_auc
from tools.audit.report.findings import Finding, Severity, locate_column, quote
from tools.audit.run import Run

#: a single column with a higher ROC-AUC is suspicious
SUSPICIOUS = 0.95

#: rank correlation with the row number above which a column follows the order of the file
FOLLOWS = 0.99


def find_near_perfect(run: Run) -> list[Finding]:
    """Find features that predict the target alone, on train. Numbers with few different values also count as levels."""
    y = run.train.target
    areas = {}
    for feature in run.train.contract.features:
        cells = run.train.data.column(feature.name)
        levels = encode_cells(cells)
        areas[feature.name] = compute_feature_auc(y, feature, cells, run.folds)
        if feature.type == "numeric" and levels.max() < run.params.preprocess.max_categories:
            areas[feature.name] = max(areas[feature.name], compute_level_auc(y, levels, run.folds))
    return _make_auc_findings(areas, "this column alone", "no column alone predicts the target")


def find_missingness(run: Run) -> list[Finding]:
    """Find features whose missing cells predict the target, on train."""
    gaps = {feature.name: _find_missing(run.train, feature.name) for feature in run.train.contract.features}
    areas = {name: compute_missing_auc(run.train.target, mask) for name, mask in gaps.items() if mask.any()}
    if not areas:
        return [Finding("fine", str(paths.TRAIN), "no feature has a missing cell")]
    return _make_auc_findings(areas, "whether the cell is missing", "in no column do missing cells predict the target")


def find_id_like(run: Run) -> list[Finding]:
    """Find features that identify the row, or follow the order of the raw file."""
    findings = list(_find_identifying(run.prepared))
    return findings or [Finding("fine", str(paths.PREPARED), "no feature identifies the rows or follows their order")]


def find_constant(run: Run) -> list[Finding]:
    """Find features with one value throughout train."""
    problem, fix = "has one value in every row of train, so no model can use it", "name it in data.drop"
    findings = [
        Finding("suspicious", locate_column(paths.TRAIN, feature.name), problem, fix)
        for feature in run.train.contract.features
        if encode_cells(run.train.data.column(feature.name)).max() == 0
    ]
    return findings or [Finding("fine", str(paths.TRAIN), "every feature has more than one value")]


def _make_auc_findings(areas: dict[str, float], what: str, nothing: str) -> list[Finding]:
    findings = []
    for name, area in sorted(areas.items(), key=lambda item: -item[1]):
        if area <= SUSPICIOUS:
            continue
        severity: Severity = "wrong" if area > WRONG else "suspicious"
        verb, fix = (
            ("almost perfectly predicts", "name it in data.drop unless it is truly known before the target")
            if severity == "wrong"
            else ("nearly predicts", "if it is not known when a prediction is needed, name it in data.drop")
        )
        problem = f"{what} {verb} the target (ROC-AUC {area:.3f} on train)"
        findings.append(Finding(severity, locate_column(paths.TRAIN, name), problem, fix))
    best = max(areas, key=lambda name: areas[name])
    highest = f"the highest ROC-AUC is {areas[best]:.3f}, of {quote(best)}"
    return findings or [Finding("fine", str(paths.TRAIN), f"{nothing} ({highest})")]


def _find_identifying(table: Table) -> Iterator[Finding]:
    for feature in table.contract.features:
        cells = table.data.column(feature.name)
        missing, location = _find_missing(table, feature.name), locate_column(paths.PREPARED, feature.name)
        distinct, present = len(np.unique(encode_cells(cells)[~missing])), int((~missing).sum())
        if feature.type == "text" or present <= ID_ROWS or distinct <= ID_SHARE * present:
            continue
        fix = "name it in data.key, or in split.time if it counts time"
        if feature.type == "categorical":
            problem = f"has {distinct} levels in {present} rows; it seems to identify them"
            yield Finding("suspicious", location, problem, fix)
            continue
        values = to_floats(cells.combine_chunks())[~missing]
        if is_running(values):
            problem = "is a running number, which identifies a row and does not describe it"
            yield Finding("wrong", location, problem, fix)
        elif abs(correlation := float(stats.spearmanr(values, table.rows[~missing]).statistic)) > FOLLOWS:
            order = f"its order follows the rows of the raw file (rank correlation {correlation:.3f})"
            problem = f"{distinct} different values in {present} rows, and {order}"
            yield Finding("suspicious", location, problem, fix)


def _find_missing(table: Table, name: str) -> np.ndarray:
    return to_bools(table.data.column(name).is_null().combine_chunks())
