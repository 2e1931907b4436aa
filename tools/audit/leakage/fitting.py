"""Preprocessing and fitting as in the stage train, on any rows; the audit has no models of its own."""

from typing import TYPE_CHECKING

from stages.shared.classifiers import CLASSIFIERS
from stages.shared.schemas.contract import Contract
from stages.shared.storage.arrow import Floats, Ints
from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.fitting import FitRequest, fit
from stages.train.folds.preprocessing import count_numbers, make_steps
from stages.train.folds.resampling import Prepared, prepare_fold
from stages.train.params import Strategy
from stages.train.samplers.plan import make_plan
from tools.audit.params import AuditParams

if TYPE_CHECKING:
    import pandas as pd

#: the strategy without any treatment
PLAIN = Strategy()


def prepare(
    features: "pd.DataFrame", y: Ints, contract: Contract, params: AuditParams, strategy: Strategy, random_state: int
) -> Prepared:
    """Return the rows preprocessed and resampled by `strategy`, with every step fitted on these rows alone.

    Raises InputError when the sampler cannot run on them.
    """
    n_numeric, n_categorical = count_numbers(contract), len(contract.categorical)
    plan = make_plan("audit", strategy, n_numeric, n_categorical, random_state)
    return prepare_fold(features, y, make_steps(contract, params.preprocess), plan, n_numeric)


def scores(classifier: str, params: AuditParams, random_state: int, X: Floats, y: Ints, X_scored: Floats) -> Floats:
    """Return scores of `X_scored` by `classifier`, with its settings in params, fitted on `X` and `y`."""
    spec, settings, equal = CLASSIFIERS[classifier], params.classifiers[classifier], ClassWeights(1.0, 1.0)
    return fit(FitRequest(spec, settings, None, equal, random_state, X, y)).scores(X_scored)
