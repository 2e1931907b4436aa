"""What the representatives of the strategies use, how they react to it, and in which parts of the table they fail."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.evaluate.effects.effects import EffectSettings
from stages.evaluate.effects.row_sets import RowSets
from stages.evaluate.explanation.dependence import measure_dependence
from stages.evaluate.explanation.importance import draw_sample, measure_importance
from stages.evaluate.explanation.slices import Decisions, list_parts, measure_slices
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.evaluate.params import EvaluateParams
from stages.shared.calibration import Calibrator, calibrate, shift_prior
from stages.shared.decisions import is_positive
from stages.shared.schemas.candidate import CandidateName
from stages.shared.schemas.curves import Explanation
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.model_file import Classifier
from stages.shared.storage.parquet import Table

#: so many of the most important features have a curve of partial dependence
MAX_CURVES = 4


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

    def decide(self, scores: Floats) -> np.ndarray:
        """Return whether each row with these probabilities is predicted positive."""
        return is_positive(scores, self.scored.threshold)


def explain(
    candidates: Iterable[Explained],
    test: Table,
    features: pd.DataFrame,
    train: tuple[Table, Ints] | None,
    row_sets: RowSets,
    params: EvaluateParams,
) -> list[Explanation]:
    """Return the explanation of each candidate.

    `features` are those of `test`. `train` is the train set with the row numbers of `row_sets` before the test rows;
    None where these are the test rows alone.
    """
    settings = EffectSettings(
        "test", params.evaluate.confidence, {}, params.evaluate.n_resamples, params.random_state, 0
    )
    n_test, watched = row_sets.n_test, params.evaluate.slices
    units = row_sets.units[-n_test:]
    sample = draw_sample(features, test.target, units, test.weights, params.random_state)
    parts = list_parts(test.data if train is None else join_rows(*train, test), test.contract, watched)
    weights = np.ones(len(row_sets.y)) if row_sets.weights is None else row_sets.weights
    explanations = []
    for item in candidates:
        importance = measure_importance(item.model, sample, settings)
        columns = [entry.feature for entry in importance if entry.feature not in test.contract.text][:MAX_CURVES]
        predicted = [item.decide(item.scored.decided)]
        if train is not None:
            predicted.insert(0, item.decide(item.to_probability(item.oof)))
        decisions = Decisions(row_sets.y, np.concatenate(predicted), row_sets.units, weights)
        slices, compared = measure_slices(parts, decisions, watched, settings.confidence)
        explanations.append(
            Explanation(
                **item.name.model_dump(),
                importance=importance,
                dependence=measure_dependence(item.model, features, columns, item.to_probability),
                slices=slices,
                compared=compared,
            )
        )
    return explanations


def join_rows(train: Table, rows: Ints, test: Table) -> pa.Table:
    """Return the features of the train rows with these numbers, in this order, then those of the test rows."""
    order = np.argsort(train.rows)
    positions = order[np.searchsorted(train.rows, rows, sorter=order)]
    names = [feature.name for feature in test.contract.features]
    return pa.concat_tables([train.data.select(names).take(positions), test.data.select(names)])
