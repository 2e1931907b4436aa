"""One honest split of the user's table with one classifier, against which each mistake is measured."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from stages.shared.classifiers import CLASSIFIERS
from stages.shared.errors import InputError
from stages.shared.schemas.contract import Contract
from stages.shared.storage.arrow import Bools, Floats, Ints
from stages.shared.storage.parquet import Table
from stages.split.assignment import draw_test_mask
from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.fitting import FitRequest, fit
from stages.train.folds.preprocessing import count_numbers, make_steps
from stages.train.folds.resampling import Prepared, prepare_fold, transform
from stages.train.folds.splitter import make_folds
from stages.train.params import CvParams, Strategy
from stages.train.samplers.plan import make_plan
from tools.audit.params import AuditParams
from tools.audit.run import find_groups

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


def fit_and_score(
    classifier: str, params: AuditParams, random_state: int, X: Floats, y: Ints, X_scored: Floats
) -> Floats:
    """Return scores of `X_scored` by `classifier`, with its settings in params, fitted on `X` and `y`."""
    spec, settings, equal = CLASSIFIERS[classifier], params.classifiers[classifier], ClassWeights(1.0, 1.0)
    return fit(FitRequest(spec, settings, None, equal, random_state, X, y)).scores(X_scored)


@dataclass(frozen=True)
class AuditData:
    """An unsplit table, with what does not depend on the split."""

    table: Table
    params: AuditParams

    @cached_property
    def features(self) -> "pd.DataFrame":
        """The features as models take them."""
        return self.table.features()

    @cached_property
    def y(self) -> Ints:
        """The target, shape (rows,)."""
        return self.table.target

    @cached_property
    def groups(self) -> Ints:
        """The group of each row, shape (rows,)."""
        return find_groups(self.table, self.params.split.duplicates)


def check_classes(y: Ints, train: Bools, test: Bools) -> None:
    """Raise InputError when train or test, masks of shape (rows,), lacks a class."""
    if any(len(np.unique(y[rows])) < 2 for rows in (train, test)):
        raise InputError("a random split leaves train or test without one of the classes")


@dataclass(frozen=True)
class SplitExperiment:
    """One random split of whole groups, and one classifier; results that several mistakes need are computed once."""

    audit_data: AuditData
    classifier: str
    seed: int

    @cached_property
    def test(self) -> Bools:
        """The test set as a mask, shape (rows,). Raises InputError when train or test lacks a class."""
        test = draw_test_mask(
            self.audit_data.groups, self.audit_data.y, self.audit_data.params.split.test_share, self.seed
        )
        check_classes(self.audit_data.y, ~test, test)
        return test

    @cached_property
    def y_test(self) -> Ints:
        """The target of the test set."""
        return self.audit_data.y[self.test]

    @cached_property
    def honest_scores(self) -> Floats:
        """Scores of the test set by a model that was fitted on train alone."""
        return self.score_rows(~self.test, self.test)

    @cached_property
    def out_of_fold(self) -> Floats:
        """Out-of-fold scores of the train set."""
        train = np.flatnonzero(~self.test)
        cv = CvParams(n_splits=self.audit_data.params.cv.n_splits, n_repeats=1)
        oof = np.empty(len(train))
        for fold in make_folds(self.audit_data.y[train], self.audit_data.groups[train], cv, self.seed):
            oof[fold.validation] = self.score_rows(train[fold.training], train[fold.validation])
        return oof

    def prepare(self, rows: Bools | Ints, strategy: Strategy = PLAIN) -> Prepared:
        """Return the rows preprocessed and resampled, by steps fitted on them."""
        audit_data = self.audit_data
        features, contract = audit_data.features.iloc[rows], audit_data.table.contract
        return prepare(features, audit_data.y[rows], contract, audit_data.params, strategy, self.seed)

    def fit_and_score(self, X: Floats, y: Ints, X_scored: Floats) -> Floats:
        """Return scores of `X_scored` by the classifier fitted on `X` and `y`."""
        return fit_and_score(self.classifier, self.audit_data.params, self.seed, X, y, X_scored)

    def score_rows(self, training: Bools | Ints, scored: Bools | Ints, strategy: Strategy = PLAIN) -> Floats:
        """Return scores of the rows `scored` by a model of which every part was fitted on the rows `training`."""
        prepared = self.prepare(training, strategy)
        X_scored = transform(prepared.steps, self.audit_data.features.iloc[scored])
        return self.fit_and_score(prepared.X, prepared.y, X_scored)
