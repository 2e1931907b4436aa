"""The context of one strategy: its table, its params and how its samplers and classifiers are built.

Every fit of a strategy uses the same context, in this process or in a worker.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from stages.shared.classifiers import BLEND, CLASSIFIERS, Settings
from stages.shared.errors import InputError
from stages.shared.storage.parquet import Table
from stages.train.classifiers.class_weights import ClassWeights, class_weights
from stages.train.classifiers.fitting import FitRequest, Fitted, fit
from stages.train.folds.resampling import Features, Prepared, Target
from stages.train.params import TrainParams
from stages.train.samplers.plan import Plan, make_plan
from stages.train.tuning.grid import CandidateParams


class StrategyContext:
    """One strategy on one table, the train set."""

    def __init__(self, table: Table, name: str, params: TrainParams, threads: int = 1) -> None:
        """Read the features of `table`. A fit may use `threads` threads; results do not depend on them."""
        self.table, self.name, self.params, self.threads = table, name, params, threads
        self.strategy = params.strategies[name]
        self.frame, self.y = table.features(), table.target
        settings = self.strategy.classifiers or params.classifiers
        #: the settings of each classifier that is fitted; the blend combines these
        self.classifiers = {classifier: value for classifier, value in settings.items() if classifier != BLEND}
        self.blend = settings.get(BLEND)
        self._key = f"strategies.{name}.classifiers" if self.strategy.classifiers else "classifiers"
        self.n_numeric = len(table.contract.numeric)

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
        eval_set: tuple[Features, Target] | None = None,
    ) -> Fitted:
        """Fit `classifier` on prepared rows; `eval_set` is only scored, for a training curve.

        Raises InputError with the params key when the classifier cannot work with its settings.
        """
        spec = CLASSIFIERS[classifier]
        X = prepared.as_float32 if spec.reads_float32 else prepared.X
        with self._naming_params(classifier, candidate):
            request = FitRequest(
                spec,
                self.settings(classifier, candidate),
                self.strategy.class_weight,
                self.weights(prepared),
                self.params.random_state,
                X,
                prepared.y,
                eval_set,
                self.threads,
                prepared.bins,
            )
            fitted = fit(request)
            if not np.isfinite(fitted.classifier.predict_proba(X[:1])).all():
                raise ValueError("its scores are not finite; a setting is out of its range")
            return fitted

    @contextmanager
    def _naming_params(self, classifier: str, candidate: CandidateParams) -> Iterator[None]:
        """Turn a library's error into an InputError with the params key."""
        try:
            yield
        except (ValueError, TypeError) as error:  # XGBoostError is a ValueError, and ends in a stack trace
            message = " ".join(str(error).partition("Stack trace:")[0].split())
            key = "tuning.classifiers" if candidate.classifier else self._key
            raise InputError(f"params.yaml: {key}.{classifier}: {message}") from None

    def weights(self, prepared: Prepared) -> ClassWeights:
        """Return the class weights of the strategy on these rows."""
        return class_weights(self.strategy.class_weight, prepared.y, prepared.before)
