"""The rows of one fold: preprocessed once, resampled once for each setting of the sampler.

No sampler influences the first preprocessing step, so all resamplings of a fold share it.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from stages.shared.errors import InputError
from stages.train.folds.array_preprocessing import steps_on_arrays
from stages.train.folds.preprocessing import Steps, make_steps
from stages.train.folds.resampling import Features, Prepared, preprocess, resample, transform
from stages.train.folds.splitter import Fold
from stages.train.params.allowed_settings import Settings
from stages.train.strategy import StrategyContext


class FoldData:
    """The training and validation rows of one fold."""

    def __init__(self, context: StrategyContext, fold: Fold, as_frame: bool = False) -> None:
        """Fit and apply the first step. With `as_frame` the steps select columns by name, as stored models must."""
        self._context, self._as_frame = context, as_frame
        first, *rest = self._make_steps()
        self._has_more_steps = bool(rest)  # otherwise none is made for each resampling
        self._training = preprocess(self._select(fold.training), context.y[fold.training], first)
        self._validation = first[1].transform(self._select(fold.validation)) if len(fold.validation) else None
        self._neighbor_cache = context.neighbor_cache()
        self.y_validation = context.y[fold.validation]
        #: by classifier and settings: an optimum from which the next search for an optimum starts
        self.starts: dict[str, Any] = {}

    def resample(self, sampler_params: Settings) -> Prepared:
        """Return the training rows, resampled with `sampler_params` in place of the strategy's own settings.

        Raises InputError with the params key when the sampler cannot work with them.
        """
        context, rest = self._context, self._make_steps()[1:] if self._has_more_steps else []
        try:
            return resample(self._training, rest, context.plan(sampler_params, self._neighbor_cache), context.n_numeric)
        except InputError as error:
            key = f"strategies.{context.name}"
            if sampler_params:
                key = f"tuning.samplers.{context.strategy.sampler} with {sampler_params} for {key}"
            raise type(error)(f"params.yaml: {key}: {error}") from None

    def transform_validation(self, prepared: Prepared) -> Features:
        """Return the validation rows, transformed for a classifier fitted on `prepared`."""
        return transform(prepared.steps[1:], self._validation)

    def _make_steps(self) -> Steps:
        contract, params = self._context.table.contract, self._context.params.preprocess
        if self._as_frame:
            return make_steps(contract, params)
        return steps_on_arrays(contract, params, self._context.arrays.has_gaps)

    def _select(self, indices: npt.NDArray[np.int64]) -> Any:
        context = self._context
        if not self._as_frame:
            return context.arrays.rows(indices)
        return context.frame if len(indices) == len(context.frame) else context.frame.iloc[indices]
