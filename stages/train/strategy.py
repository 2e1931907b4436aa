"""What every fit of one strategy shares: the table, the settings, and rows that are preprocessed once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.shared.errors import InputError
from stages.shared.storage.parquet import Table
from stages.train.classifiers.class_weights import ClassWeights, class_weights
from stages.train.classifiers.dtypes import READ_FLOAT32
from stages.train.classifiers.registry import Fitted, Training, fit
from stages.train.folds.array_preprocessing import Arrays, steps_on_arrays
from stages.train.folds.preprocessing import Steps, make_steps
from stages.train.folds.resampling import Features, Prepared, Target, preprocess, resample, transform
from stages.train.folds.splitter import Fold
from stages.train.params import TrainParams
from stages.train.params.allowed_settings import BLEND, Settings
from stages.train.params.tuning import Grid
from stages.train.samplers.neighbors.cache import SharedNeighbours
from stages.train.samplers.plan import SHARING, Plan, make_plan
from stages.train.tuning.grid import Combination

Index = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]


class Workbench:
    """One strategy on one table, the train side."""

    def __init__(self, table: Table, name: str, params: TrainParams, threads: int = 1) -> None:
        """`threads`: how many a fit may take; no answer depends on them."""
        self.table, self.name, self.params, self.threads = table, name, params, threads
        self.strategy = params.strategies[name]
        self.frame, self.y = table.features(), table.target
        self.arrays = Arrays.of(self.frame, table.contract)
        every = self.strategy.classifiers or params.classifiers
        #: the settings of each classifier that is fitted; the blend is a vote of these
        self.classifiers = {classifier: settings for classifier, settings in every.items() if classifier != BLEND}
        self.blend = every.get(BLEND)
        self._key = f"strategies.{name}.classifiers" if self.strategy.classifiers else "classifiers"
        self.n_numeric = len(table.contract.numeric)

    def plan(self, tuned: Settings, shared: SharedNeighbours | None = None) -> Plan:
        """The samplers, with `tuned` in place of their own settings; `shared` finds their neighbours."""
        n_categorical, random_state = len(self.table.contract.categorical), self.params.random_state
        return make_plan(self.name, self.strategy, self.n_numeric, n_categorical, random_state, tuned, shared)

    def shared_neighbours(self) -> SharedNeighbours | None:
        """A search that serves every number of neighbours in the grid of the sampler, for one fold."""
        sampler = self.strategy.sampler or ""
        tried = [self.strategy.settings, *({key: k} for key, some in self._grid(sampler).items() for k in some)]
        numbers = [settings.get(key) for settings in tried for key in set(SHARING.values())]
        k_max = max((k for k in numbers if type(k) is int), default=0)
        return SharedNeighbours(k_max) if self._grid(sampler) and k_max > 0 else None

    def _grid(self, sampler: str) -> Grid:
        return self.params.tuning.samplers.get(sampler, {})

    def settings(self, classifier: str, chosen: Combination) -> Settings:
        """The settings of `classifier`, with those that were chosen in place of its own."""
        return {**self.classifiers[classifier], **chosen.classifier}

    def fit(
        self,
        classifier: str,
        chosen: Combination,
        prepared: Prepared,
        watched: tuple[Features, Target] | None = None,
    ) -> Fitted:
        """`classifier` on prepared rows; `watched` is looked at, never learned from.

        Raises InputError naming the params key when it cannot work with its settings.
        """
        settings, weights = self.settings(classifier, chosen), self.weights(prepared)
        own, seed = self.strategy.class_weight, self.params.random_state
        X = prepared.single if classifier in READ_FLOAT32 else prepared.X
        with self._blaming(classifier, chosen):
            training = Training(X, prepared.y, prepared.bins)
            fitted = fit(classifier, settings, own, weights, seed, training, watched, self.threads)
            if not np.isfinite(fitted.classifier.predict_proba(X[:1])).all():
                raise ValueError("its scores are no numbers; a setting is out of its range")
            return fitted

    @contextmanager
    def _blaming(self, classifier: str, chosen: Combination) -> Iterator[None]:
        """Names the params key where a library refuses settings."""
        try:
            yield
        except (ValueError, TypeError) as error:  # XGBoostError is a ValueError, and ends in a stack trace
            message = " ".join(str(error).partition("Stack trace:")[0].split())
            key = "tuning.classifiers" if chosen.classifier else self._key
            raise InputError(f"params.yaml: {key}.{classifier}: {message}") from None

    def weights(self, prepared: Prepared) -> ClassWeights:
        """What the strategy's class weight means on these rows."""
        return class_weights(self.strategy.class_weight, prepared.y, prepared.before)


class FoldRows:
    """The rows of one fold. The preprocessor, on which no sampler has an influence, is fitted and applied once."""

    def __init__(self, bench: Workbench, fold: Fold, named: bool = False) -> None:
        """With `named`, the steps find their columns by name, as those of a stored model must."""
        self._bench, self._named = bench, named
        first, *rest = self._steps()
        self._goes_on = bool(rest)  # else none need be made for each resampling
        self._start = preprocess(self._features(fold.training), bench.y[fold.training], first)
        self._validation = first[1].transform(self._features(fold.validation)) if len(fold.validation) else None
        self._shared = bench.shared_neighbours()
        self.y_validation = bench.y[fold.validation]
        #: by classifier and settings, an optimum that is near the next one
        self.starts: dict[str, Any] = {}

    def prepared(self, tuned: Settings) -> Prepared:
        """The training rows, resampled with `tuned` in place of the sampler's own settings.

        Raises InputError naming the params key when the sampler cannot work with them.
        """
        bench, rest = self._bench, self._steps()[1:] if self._goes_on else []
        try:
            return resample(self._start, rest, bench.plan(tuned, self._shared), bench.n_numeric)
        except InputError as error:
            key = f"strategies.{bench.name}"
            if tuned:
                key = f"tuning.samplers.{bench.strategy.sampler} with {tuned} for {key}"
            raise type(error)(f"params.yaml: {key}: {error}") from None

    def validation(self, prepared: Prepared) -> Features:
        """The validation rows as a classifier fitted on `prepared` must see them."""
        return transform(prepared.steps[1:], self._validation)

    def _steps(self) -> Steps:
        """The steps, not fitted."""
        contract, params = self._bench.table.contract, self._bench.params.preprocess
        if self._named:
            return make_steps(contract, params)
        return steps_on_arrays(contract, params, self._bench.arrays.has_gaps)

    def _features(self, rows: Index) -> Any:
        bench = self._bench
        if not self._named:
            return bench.arrays.rows(rows)
        return bench.frame if len(rows) == len(bench.frame) else bench.frame.iloc[rows]
