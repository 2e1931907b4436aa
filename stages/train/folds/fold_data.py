"""The rows of one fold: preprocessed once, resampled once for each setting of the sampler.

The first preprocessing step is before every sampler, so all resamplings of a fold share it.
"""

from typing import Any

import pandas as pd

from stages.shared.classifiers import Settings
from stages.shared.errors import InputError
from stages.shared.storage.arrow import Floats, Ints
from stages.train.folds.preprocessing import make_steps
from stages.train.folds.resampling import Prepared, preprocess, resample, transform
from stages.train.folds.splitter import Fold
from stages.train.strategy.context import StrategyContext


class FoldData:
    """The training and validation rows of one fold."""

    def __init__(self, context: StrategyContext, fold: Fold) -> None:
        """Fit the first step on the training rows of `fold` and apply it to both parts."""
        self._context = context
        first, *_ = make_steps(context.table.contract, context.params.preprocess)
        self._training = preprocess(
            self._select(fold.training),
            context.y[fold.training],
            first,
            context.whole_columns,
            None if context.fit_weight is None else context.fit_weight[fold.training],
        )
        self._validation = first[1].transform(self._select(fold.validation)) if len(fold.validation) else None
        self.y_validation = context.y[fold.validation]
        self.weight_validation = context.select_weights(fold.validation)
        #: by classifier and settings: an optimum from which the next search for an optimum starts
        self.starts: dict[str, Any] = {}

    def resample(self, sampler_params: Settings) -> Prepared:
        """Return the training rows, resampled with `sampler_params` in place of the strategy's own settings.

        Raises InputError with the params key when the sampler cannot work with them.
        """
        context = self._context
        _, *rest = make_steps(context.table.contract, context.params.preprocess)
        try:
            plan = context.plan(sampler_params)
            return resample(self._training, rest, plan, context.n_numeric, context.negatives_kept)
        except InputError as error:
            key = f"strategies.{context.name}"
            if sampler_params:
                key = f"tuning.samplers.{context.strategy.sampler} with {sampler_params} for {key}"
            raise type(error)(f"params.yaml: {key}: {error}") from None

    def transform_validation(self, prepared: Prepared) -> Floats:
        """Return the validation rows, transformed for a classifier fitted on `prepared`."""
        return transform(prepared.steps[1:], self._validation)

    def _select(self, indices: Ints) -> pd.DataFrame:
        frame = self._context.frame
        return frame if len(indices) == len(frame) else frame.iloc[indices]
