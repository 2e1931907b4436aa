"""The context of one strategy: its table, its params and how its samplers and classifiers are built.

Every fit of a strategy uses the same context, in this process or in a worker.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import numpy as np
from sklearn.utils._param_validation import InvalidParameterError
from xgboost.core import XGBoostError

from stages.shared.classifiers import BLEND, CLASSIFIERS, Settings
from stages.shared.errors import InputError, NotApplicableError
from stages.shared.runtime.progress import ignore
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.parquet import Table
from stages.train.classifiers.class_weights import ClassWeights, RowWeights, compute_class_weights
from stages.train.classifiers.fitting import FitRequest, Fitted, fit
from stages.train.folds.preprocessing import count_numbers
from stages.train.folds.resampling import Prepared
from stages.train.params import TrainParams
from stages.train.samplers.plan import Plan, make_plan
from stages.train.tuning.grid import CandidateParams


class StrategyContext:
    """One strategy on one table, the train set."""

    def __init__(
        self, table: Table, name: str, params: TrainParams, threads: int = 1, without: Collection[str] = ()
    ) -> None:
        """Read the features of `table`. A fit may use `threads` threads; results do not depend on them.

        `without` names classifiers of the strategy that are left out.
        """
        self.table, self.name, self.params, self.threads = table, name, params, threads
        self.strategy, self.without = params.strategies[name], tuple(without)
        self.frame, self.y, self.sample_weight = table.features(), table.target, table.weights
        self.negatives_kept = table.contract.negatives_kept or 1.0
        #: fits take the rows that split.negatives left as they are; calibration exchanges the odds afterwards
        self.fit_weight: RowWeights = None
        if table.contract.weight is not None:
            self.fit_weight = self.sample_weight * np.where(self.y == 0, self.negatives_kept, 1.0)
        settings = self.strategy.classifiers or params.classifiers
        #: the settings of each classifier that is fitted; the blend combines these
        self.classifiers = {
            classifier: value for classifier, value in settings.items() if classifier not in (BLEND, *without)
        }
        self.blend = None if BLEND in without else settings.get(BLEND)
        #: called with what begins, and with each fit that has finished
        self.begin: Callable[[str], None] = ignore
        self.finish: Callable[[str], None] = ignore
        self._key = f"strategies.{name}.classifiers" if self.strategy.classifiers else "classifiers"
        self.n_numeric = count_numbers(table.contract)
        numeric = [feature for feature in table.contract.features if feature.type == "numeric"]
        #: indices of the numeric columns of few whole numbers
        self.whole_columns = [index for index, feature in enumerate(numeric) if feature.whole_values]

    def select_weights(self, rows: Ints) -> RowWeights:
        """Return how much the rows at these positions count in a score; None where all count the same."""
        return None if self.sample_weight is None else self.sample_weight[rows]

    def plan(self, sampler_params: Settings) -> Plan:
        """Return the samplers, with `sampler_params` in place of the strategy's own settings."""
        n_categorical, random_state = len(self.table.contract.categorical), self.params.random_state
        return make_plan(self.name, self.strategy, self.n_numeric, n_categorical, random_state, sampler_params)

    def settings(self, classifier: str, candidate: CandidateParams) -> Settings:
        """Return the settings of `classifier`, with the candidate's params in place of those in params.yaml."""
        return {**self.classifiers[classifier], **candidate.classifier}

    def fit(
        self,
        classifier: str,
        candidate: CandidateParams,
        prepared: Prepared,
        eval_set: tuple[Floats, Ints] | None = None,
    ) -> Fitted:
        """Fit `classifier` on prepared rows; `eval_set` is only scored, for a training curve.

        Raises InputError with the params key when a setting is invalid, and NotApplicableError when the classifier
        cannot work on these rows.
        """
        spec = CLASSIFIERS[classifier]
        X = prepared.as_float32 if spec.reads_float32 else prepared.X
        with self._naming_params(classifier, candidate):
            request = FitRequest(
                spec=spec,
                settings=self.settings(classifier, candidate),
                class_weight=self.strategy.class_weight,
                weights=self.weights(prepared),
                random_state=self.params.random_state,
                X=X,
                y=prepared.y,
                eval_set=eval_set,
                n_jobs=self.threads,
                bins=prepared.bins,
                sample_weight=prepared.sample_weight,
            )
            fitted = fit(request)
            if not np.isfinite(fitted.classifier.predict_proba(X[:1])).all():
                raise ValueError("its scores are not finite; a setting is out of its range")
            return fitted

    @contextmanager
    def _naming_params(self, classifier: str, candidate: CandidateParams) -> Iterator[None]:
        """Turn a library's error into an error of this project with the params key."""
        try:
            yield
        except (ValueError, TypeError) as error:  # XGBoostError is a ValueError, and ends in a stack trace
            message = " ".join(str(error).partition("Stack trace:")[0].split())
            key = "tuning.classifiers" if candidate.classifier else self._key
            problem = f"params.yaml: {key}.{classifier}: {message}"
            # only scikit-learn distinguishes errors of settings and of rows; errors of XGBoost are mostly about
            # settings
            if isinstance(error, TypeError | InvalidParameterError | XGBoostError):
                raise InputError(problem) from None
            raise NotApplicableError(problem, classifier) from None

    def weights(self, prepared: Prepared) -> ClassWeights:
        """Return the class weights of the strategy on these rows."""
        return compute_class_weights(self.strategy.class_weight, prepared.y, prepared.before, prepared.sample_weight)
