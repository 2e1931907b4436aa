"""Explanations of models: the importance of features, partial dependence, and the slices in which a model fails."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.evaluate.effects.row_sets import RowSets
from stages.evaluate.explanation.dependence import measure_dependence
from stages.evaluate.explanation.importance import draw_sample, measure_importance
from stages.evaluate.explanation.slices import Decisions, find_columns, list_parts, measure_slices
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.evaluate.params import EvaluateParams
from stages.shared.calibration import Calibrator, calibrate, shift_prior
from stages.shared.metrics.decisions import is_positive
from stages.shared.schemas.candidate import CandidateName
from stages.shared.schemas.contract import ROW
from stages.shared.schemas.curves import Explanation
from stages.shared.storage.arrow import Floats, Ints, thin, to_ints
from stages.shared.storage.model_file import Classifier
from stages.shared.storage.parquet import Table

#: so many of the most important features have a curve of partial dependence
MAX_CURVES = 4

#: slices count at most this many rows of a class, as RowSets keeps as many groups
MAX_OF_CLASS = 20_000


@dataclass(frozen=True)
class TrainRows:
    """Rows of the train set that have out-of-fold scores: a reader of a column, and their positions, shape (rows,)."""

    read: Callable[[str], pa.ChunkedArray]
    positions: Ints

    @classmethod
    def find(cls, read: Callable[[str], pa.ChunkedArray], row_numbers: Ints) -> "TrainRows":
        """Return the rows with these numbers in the raw table, in this order."""
        stored = to_ints(read(ROW).combine_chunks())
        order = np.argsort(stored)
        return cls(read, order[np.searchsorted(stored, row_numbers, sorter=order)])


@dataclass(frozen=True)
class Explained:
    """A candidate to explain: its model, its scores of the test set, and its raw scores out of fold, shape (rows,)."""

    name: CandidateName
    model: Classifier
    calibrator: Calibrator
    scored: ScoredCandidate
    oof: Floats

    def to_probability(self, scores: Floats) -> Floats:
        """Return the probabilities of raw scores, at the prevalence in use."""
        return shift_prior(calibrate(scores, self.calibrator), self.scored.prior_shift)


def explain(
    candidates: Iterable[Explained],
    test: Table,
    features: pd.DataFrame,
    train: TrainRows | None,
    row_sets: RowSets,
    params: EvaluateParams,
) -> list[Explanation]:
    """Return the explanation of each candidate.

    `features` are those of `test`. `train` locates the train rows of `row_sets`; it is None if only test rows count.
    """
    settings, n_test, watched = params.evaluate, row_sets.n_test, params.evaluate.slices
    groups = row_sets.groups[-n_test:]
    sample = draw_sample(features, test.target, groups, test.weights, params.random_state)
    rows = thin_classes(row_sets.y)
    weights = np.ones(len(row_sets.y)) if row_sets.weights is None else row_sets.weights
    share = np.where(np.arange(len(row_sets.y)) < len(row_sets.y) - n_test, 1 / row_sets.repeats, 1.0)
    columns = find_columns(test.contract, watched)
    parts = list_parts(join_rows(train, test, rows, [item.name for item in columns]), columns, watched)
    explanations = []
    for item in candidates:
        importance = measure_importance(
            item.model, sample, settings.confidence, settings.n_resamples, params.random_state
        )
        used = [entry.feature for entry in importance if entry.feature not in test.contract.text][:MAX_CURVES]
        probabilities = [item.scored.decided]
        if train is not None:
            probabilities.insert(0, item.to_probability(item.oof))
        predicted = is_positive(np.concatenate(probabilities), item.scored.threshold)
        decisions = Decisions(row_sets.y[rows], predicted[rows], row_sets.groups[rows], weights[rows], share[rows])
        slices, compared, worse = measure_slices(parts, decisions, watched, settings.confidence)
        explanations.append(
            Explanation(
                **item.name.model_dump(),
                importance=importance,
                dependence=measure_dependence(item.model, features, used, item.to_probability),
                slices=slices,
                compared=compared,
                worse=worse,
            )
        )
    return explanations


def thin_classes(y: Ints) -> Ints:
    """Return the rows that slices count: of a class with more than MAX_OF_CLASS rows an even part.

    Rates within a class do not depend on how many rows of the other class there are.
    """
    classes = (np.flatnonzero(y == label) for label in (0, 1))
    return np.sort(np.concatenate([thin(rows, MAX_OF_CLASS) for rows in classes]))


def join_rows(train: TrainRows | None, test: Table, rows: Ints, names: Iterable[str]) -> pa.Table:
    """Return these columns of these rows: those of `train` come first, then those of `test`."""
    n_train = 0 if train is None else len(train.positions)
    of_train, of_test = rows[rows < n_train], rows[rows >= n_train] - n_train
    columns = {}
    for name in names:
        column = test.data.column(name).take(of_test)
        if train is not None:
            column = pa.chunked_array([*train.read(name).take(train.positions[of_train]).chunks, *column.chunks])
        columns[name] = column
    return pa.table(columns)
