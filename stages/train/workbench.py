"""What every fit of one strategy shares: the table, the settings, and rows that are preprocessed once."""

import numpy as np
import numpy.typing as npt

from stages.shared.errors import InputError
from stages.shared.tables import Table
from stages.train.classifiers import Fitted, fit
from stages.train.combinations import Combination
from stages.train.folds import Fold
from stages.train.params import TrainParams
from stages.train.preprocess import Steps, make_steps
from stages.train.resample import Features, Prepared, Target, preprocess, resample, transform
from stages.train.samplers import Plan, make_plan
from stages.train.settings import BLEND, Settings
from stages.train.weights import ClassWeights, class_weights

Index = npt.NDArray[np.int64]


class Workbench:
    """One strategy on one table, the train side."""

    def __init__(self, table: Table, name: str, params: TrainParams) -> None:
        self.table, self.name, self.params = table, name, params
        self.strategy = params.strategies[name]
        self.features, self.y = table.features(), table.target
        every = self.strategy.classifiers or params.classifiers
        #: the settings of each classifier that is fitted; the blend is a vote of these
        self.classifiers = {classifier: settings for classifier, settings in every.items() if classifier != BLEND}
        self.blend = every.get(BLEND)
        self._key = f"strategies.{name}.classifiers" if self.strategy.classifiers else "classifiers"
        self.n_numeric = len(table.contract.numeric)

    def plan(self, tuned: Settings) -> Plan:
        """The samplers, with `tuned` in place of their own settings."""
        n_categorical, random_state = len(self.table.contract.categorical), self.params.random_state
        return make_plan(self.name, self.strategy, self.n_numeric, n_categorical, random_state, tuned)

    def steps(self) -> Steps:
        """The steps before a classifier, not fitted."""
        return make_steps(self.table.contract, self.params.preprocess)

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
        settings = {**self.classifiers[classifier], **chosen.classifier}
        weights, training = self.weights(prepared), (prepared.X, prepared.y)
        try:
            fitted = fit(
                classifier, settings, self.strategy.class_weight, weights, self.params.random_state, training, watched
            )
            if not np.isfinite(fitted.classifier.predict_proba(prepared.X[:1])).all():
                raise ValueError("its scores are no numbers; a setting is out of its range")
            return fitted
        except (ValueError, TypeError) as error:  # XGBoostError is a ValueError, and ends in a stack trace
            message = " ".join(str(error).partition("Stack trace:")[0].split())
            key = "tuning.classifiers" if chosen.classifier else self._key
            raise InputError(f"params.yaml: {key}.{classifier}: {message}") from None

    def weights(self, prepared: Prepared) -> ClassWeights:
        """What the strategy's class weight means on these rows."""
        return class_weights(self.strategy.class_weight, prepared.y)


class FoldRows:
    """The rows of one fold. The preprocessor, on which no sampler has an influence, is fitted and applied once."""

    def __init__(self, bench: Workbench, fold: Fold) -> None:
        self._bench = bench
        first, *_ = bench.steps()
        self._start = preprocess(bench.features.iloc[fold.training], bench.y[fold.training], first)
        self._validation = first[1].transform(bench.features.iloc[fold.validation]) if len(fold.validation) else None
        self.y_validation = bench.y[fold.validation]

    def prepared(self, tuned: Settings) -> Prepared:
        """The training rows, resampled with `tuned` in place of the sampler's own settings.

        Raises InputError naming the params key when the sampler cannot work with them.
        """
        bench = self._bench
        _, *rest = bench.steps()
        try:
            return resample(self._start, rest, bench.plan(tuned), bench.n_numeric)
        except InputError as error:
            key = f"strategies.{bench.name}"
            if tuned:
                key = f"tuning.samplers.{bench.strategy.sampler} with {tuned} for {key}"
            raise type(error)(f"params.yaml: {key}: {error}") from None

    def validation(self, prepared: Prepared) -> Features:
        """The validation rows as a classifier fitted on `prepared` must see them."""
        return transform(prepared.steps[1:], self._validation)
