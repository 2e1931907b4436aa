"""How much memory training takes, and how many folds may therefore run at the same time.

The estimate counts copies of the table that exist together. It is an upper bound of what was measured (docs/speed.md).
"""

from dataclasses import dataclass

from stages.shared.runtime.memory import check_memory
from stages.shared.storage.parquet import Table
from stages.train.folds.preprocessing import count_numbers
from stages.train.params import Strategy, TrainParams
from stages.train.samplers.registry import SAMPLERS

#: bytes of a float64
NUMBER = 8

#: float64 copies of the training rows of a fold, before they are resampled: taken, imputed, scaled
COPIES = 3

#: copies after that: the output of the sampler and, half as large, what trees read, with bins and indices
GROWN_COPIES = 2.25

#: bytes of a row besides its columns: scores, weights, gradients, and the indices of a forest's trees
A_ROW = 400

#: bytes of the libraries and the models of all classifiers
FIXED = 700 << 20

#: bytes of each row that is searched for neighbors: candidate pairs
A_SEARCHED_ROW = 1500

#: square matrices of logistic regression for each C: the Hessian, its scales, scaled, inverted
HESSIANS = 4

#: copies of the rows while logistic regression turns them into the basis of their span
SPAN_COPIES = 3

ADVICE = (
    "take fewer rows or columns, a sampler that removes rows (RandomUnderSampler with class_weight: prevalence), "
    "or a machine with more memory"
)


@dataclass(frozen=True)
class Need:
    """Bytes that training takes: `shared` once, and `each` for every fold that runs at the same time."""

    shared: int
    each: int


def estimate_memory(table: Table, strategy: Strategy, params: TrainParams) -> Need:
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
    grown = max(grown_rows(table, strategy, params), rows)
    searches_all = strategy.sampler is not None and SAMPLERS[strategy.sampler].searches_all_rows
    searched = (grown if searches_all else 0) + int(table.target.sum())
    # the table as it was read, its columns as arrays, and once more as a frame for the fit on all of it
    shared = rows * (3 * NUMBER * before + 8 * NUMBER * (n_categorical + len(contract.text))) + 3 * texts
    each = rows * COPIES * NUMBER * before + grown * (GROWN_COPIES * NUMBER * after + A_ROW) + searched * A_SEARCHED_ROW
    return Need(int(shared), int(each + _logistic_bytes(grown, after, params)))


def _logistic_bytes(rows: int, columns: int, params: TrainParams) -> int:
    """Return the bytes of logistic regression, whose unknowns are as many as the columns, or as the rows if fewer."""
    if "logistic_regression" not in params.classifiers:
        return 0
    penalties = len(params.tuning.classifiers.get("logistic_regression", {}).get("C", [])) or 1
    span = SPAN_COPIES * rows * columns if columns > rows else 0
    return NUMBER * (span + HESSIANS * penalties * (min(rows, columns) + 1) ** 2)


def grown_rows(table: Table, strategy: Strategy, params: TrainParams) -> int:
    """Return the largest number of rows that the sampler of `strategy` can give on the train set."""
    if strategy.sampler is None:
        return len(table.target)
    positive = int(table.target.sum())
    larger, smaller = max(positive, len(table.target) - positive), min(positive, len(table.target) - positive)
    tried = [strategy.settings.get("sampling_strategy", "auto")]
    tried += params.tuning.samplers.get(strategy.sampler, {}).get("sampling_strategy", [])
    return max(larger + _smaller_class(ratio, larger, smaller) for ratio in tried)


def _smaller_class(ratio: object, larger: int, smaller: int) -> int:
    if isinstance(ratio, dict):
        return max(smaller, int(ratio.get("positive", 0)))
    return max(smaller, int(larger * ratio) if isinstance(ratio, int | float) else larger)


def plan_workers(where: str, needed: Need, cores: int, available: int | None) -> tuple[int, int]:
    """Return how many folds to run at the same time, and with how many threads each: as many as fit into memory.

    Raises InputError when not even one fits. `where` begins its message.
    """
    check_memory(where, FIXED + needed.shared + needed.each, available, ADVICE)
    if available is None:
        return cores, 1
    workers = max(1, min(cores, (available - FIXED - needed.shared) // max(1, needed.each)))
    return int(workers), cores // int(workers)
