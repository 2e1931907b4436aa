"""The memory that training needs, and the number of folds that may run at the same time.

The estimate counts copies of the table that exist together. It is above all measured values (docs/speed.md).
"""

from dataclasses import dataclass

from stages.shared.runtime.memory import check_memory
from stages.shared.storage.parquet import Table
from stages.train.folds.preprocessing import count_numbers
from stages.train.params import Strategy, TrainParams
from stages.train.samplers.registry import SAMPLERS

#: bytes of a float64
FLOAT64_BYTES = 8

#: float64 copies of the training rows of a fold, before they are resampled: taken, imputed, scaled
COPIES = 3

#: copies after that: the output of the sampler and, half as large, what trees read, with bins and indices
RESAMPLED_COPIES = 2.25

#: bytes of a row besides its columns: scores, weights, gradients, and the indices of a forest's trees
ROW_BYTES = 400

#: bytes of the libraries and the models of all classifiers
FIXED_BYTES = 700 << 20

#: bytes of each row that is searched for neighbors: candidate pairs
SEARCHED_ROW_BYTES = 1500

#: square matrices of logistic regression for each C: the Hessian, its scales, scaled, inverted
HESSIANS = 4

#: copies of the rows while logistic regression turns them into the basis of their span
SPAN_COPIES = 3

ADVICE = (
    "take fewer rows or columns, a sampler that removes rows (RandomUnderSampler with class_weight: prevalence), "
    "or a machine with more memory"
)


@dataclass(frozen=True)
class MemoryNeed:
    """Bytes that training takes: `shared` once, and `per_fold` for every fold that runs at the same time."""

    shared: int
    per_fold: int


def estimate_memory(table: Table, strategy: Strategy, params: TrainParams) -> MemoryNeed:
    """Return the memory that `strategy` needs on the train set `table`."""
    rows, contract = len(table.target), table.contract
    n_numeric, n_categorical = count_numbers(contract), len(contract.categorical)
    levels = sum(
        min(len(feature.categories or []), params.preprocess.max_categories) + 1
        for feature in contract.features
        if feature.type == "categorical"
    )
    texts = sum(table.data.column(name).nbytes for name in contract.text)
    before, after = n_numeric + n_categorical, n_numeric + levels
    grown = max(count_resampled_rows(table, strategy, params), rows)
    searches_all = strategy.sampler is not None and SAMPLERS[strategy.sampler].searches_all_rows
    searched = (grown if searches_all else 0) + int(table.target.sum())
    # three copies: the table as read, its columns as arrays, and the frame of the fit on the whole train set
    shared = rows * (3 * FLOAT64_BYTES * before + 8 * FLOAT64_BYTES * (n_categorical + len(contract.text))) + 3 * texts
    per_fold = (
        rows * COPIES * FLOAT64_BYTES * before
        + grown * (RESAMPLED_COPIES * FLOAT64_BYTES * after + ROW_BYTES)
        + searched * SEARCHED_ROW_BYTES
    )
    return MemoryNeed(int(shared), int(per_fold + _count_logistic_bytes(grown, after, params)))


def _count_logistic_bytes(rows: int, columns: int, params: TrainParams) -> int:
    """Return the bytes of logistic regression, whose unknowns are as many as the columns, or as the rows if fewer."""
    if "logistic_regression" not in params.classifiers:
        return 0
    penalties = len(params.tuning.classifiers.get("logistic_regression", {}).get("C", [])) or 1
    span = SPAN_COPIES * rows * columns if columns > rows else 0
    return FLOAT64_BYTES * (span + HESSIANS * penalties * (min(rows, columns) + 1) ** 2)


def count_resampled_rows(table: Table, strategy: Strategy, params: TrainParams) -> int:
    """Return the largest number of rows that the sampler of `strategy` can give on the train set."""
    if strategy.sampler is None:
        return len(table.target)
    positive = int(table.target.sum())
    larger, smaller = max(positive, len(table.target) - positive), min(positive, len(table.target) - positive)
    ratios = [strategy.settings.get("sampling_strategy", "auto")]
    ratios += params.tuning.samplers.get(strategy.sampler, {}).get("sampling_strategy", [])
    return max(larger + _count_smaller_class(ratio, larger, smaller) for ratio in ratios)


def _count_smaller_class(ratio: object, larger: int, smaller: int) -> int:
    if isinstance(ratio, dict):
        return max(smaller, int(ratio.get("positive", 0)))
    return max(smaller, int(larger * ratio) if isinstance(ratio, int | float) else larger)


def plan_workers(key: str, needed: MemoryNeed, cores: int, available: int | None) -> tuple[int, int]:
    """Return how many folds to run at the same time, and with how many threads each: as many as fit into memory.

    Raises InputError when not even one fits. Its message begins with `key`, a key of params.yaml.
    """
    check_memory(key, FIXED_BYTES + needed.shared + needed.per_fold, available, ADVICE)
    if available is None:
        return cores, 1
    workers = max(1, min(cores, (available - FIXED_BYTES - needed.shared) // max(1, needed.per_fold)))
    return int(workers), cores // int(workers)
