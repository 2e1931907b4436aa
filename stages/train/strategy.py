"""The context of one strategy: its table, its params and how its samplers and classifiers are built.

Every fit of a strategy uses the same context, in this process or in a worker.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from stages.shared.errors import InputError
from stages.shared.storage.parquet import Table
from stages.train.classifiers.class_weights import ClassWeights, class_weights
from stages.train.classifiers.registry import READS_FLOAT32, Fitted, Training, fit
from stages.train.folds.array_preprocessing import Arrays
from stages.train.folds.resampling import Features, Prepared, Target
from stages.train.params import TrainParams
from stages.train.params.allowed_settings import BLEND, Settings
from stages.train.params.tuning import Grid
from stages.train.samplers.neighbors.cache import NeighborCache
from stages.train.samplers.plan import NEIGHBOR_SETTINGS, Plan, make_plan
from stages.train.tuning.grid import CandidateParams


class StrategyContext:
    """One strategy on one table, the train set."""

    def __init__(self, table: Table, name: str, params: TrainParams, threads: int = 1) -> None:
        """Read the features of `table`. A fit may use `threads` threads; results do not depend on them."""
        self.table, self.name, self.params, self.threads = table, name, params, threads
        self.strategy = params.strategies[name]
        self.frame, self.y = table.features(), table.target
        self.arrays = Arrays.of(self.frame, table.contract)
        settings = self.strategy.classifiers or params.classifiers
        #: the settings of each classifier that is fitted; the blend combines these
        self.classifiers = {classifier: value for classifier, value in settings.items() if classifier != BLEND}
        self.blend = settings.get(BLEND)
        self._key = f"strategies.{name}.classifiers" if self.strategy.classifiers else "classifiers"
        self.n_numeric = len(table.contract.numeric)

    def plan(self, sampler_params: Settings, neighbor_cache: NeighborCache | None = None) -> Plan:
        """Return the samplers, with `sampler_params` in place of the strategy's own settings."""
        n_categorical, random_state = len(self.table.contract.categorical), self.params.random_state
        return make_plan(
            self.name, self.strategy, self.n_numeric, n_categorical, random_state, sampler_params, neighbor_cache
        )

    def neighbor_cache(self) -> NeighborCache | None:
        """Return a cache that serves every number of neighbors in the sampler's grid, for one fold."""
        grid: Grid = self.params.tuning.samplers.get(self.strategy.sampler or "", {})
        candidates = [self.strategy.settings, *({key: value} for key, values in grid.items() for value in values)]
        numbers = [settings.get(key) for settings in candidates for key in set(NEIGHBOR_SETTINGS.values())]
        k_max = max((k for k in numbers if type(k) is int), default=0)
        return NeighborCache(k_max) if grid and k_max > 0 else None

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
        settings, weights = self.settings(classifier, candidate), self.weights(prepared)
        class_weight, random_state = self.strategy.class_weight, self.params.random_state
        X = prepared.single if classifier in READS_FLOAT32 else prepared.X
        with self._naming_params(classifier, candidate):
            training = Training(X, prepared.y, prepared.bins)
            fitted = fit(classifier, settings, class_weight, weights, random_state, training, eval_set, self.threads)
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
