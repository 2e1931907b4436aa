"""Scores a table of any size part by part, in several processes.

Neither the parts nor the number of processes change a result. Messages about cells that break the contract are those of
the whole table. For them the columns of these cells are read once more, one at a time.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from stages.prepare.apply_contract import MIN_ROWS, apply_contract
from stages.prepare.readers.batches import Batches
from stages.shared.errors import ErrorCollector, InputError
from stages.shared.schemas.contract import Contract, Feature
from stages.shared.storage.arrow import Floats, to_floats
from stages.shared.storage.model_file import STEP
from stages.train.execution.worker_pool import WorkerPool, get_result
from tools.predict.champion import Champion
from tools.predict.scoring import Scored, check_keys, pack, score_part, select_features
from tools.predict.unusual import Counts, Unusual, judge_counts

#: cells of a part, roughly
PART_CELLS = 1 << 20


@dataclass
class Summary:
    """The numbers of scored rows and of positive decisions, and the warnings."""

    rows: int = 0
    alarms: int = 0  # rows that are decided positive
    unusual: list[Unusual] = field(default_factory=list)


@dataclass
class _CellRecord:
    """Faults, counts and dates of the cells of all parts so far."""

    faults: set[str] = field(default_factory=set)
    counts: Counts = field(default_factory=Counter)
    dates: dict[str, list[pa.ChunkedArray]] = field(default_factory=dict)

    def add(self, part: Scored) -> None:
        self.faults.update(part.faults)
        self.counts.update(part.counts)
        for column, cells in part.dates.items():
            self.dates.setdefault(column, []).append(cells)


def choose_size(contract: Contract) -> int:
    """Return the rows of a part."""
    return max(1, PART_CELLS // len(contract.features) // STEP) * STEP


def score_rows(
    rows: Batches, champion: Champion, write: Callable[[pa.Table], None], workers: int = 1, size: int | None = None
) -> Summary:
    """Score a table; `write` gets the results in the order of the rows, in parts of `size` rows, a multiple of STEP.

    Raises InputError when the table lacks a column of the contract, holds cells of another type, or has no rows. What
    was written until then is of no use.
    """
    contract, summary, cells = champion.contract, Summary(), _CellRecord()
    size = size or choose_size(contract)
    errors = ErrorCollector()
    waiting: deque[Future[Scored]] = deque()

    def finish() -> None:
        part = get_result(waiting.popleft())
        cells.add(part)
        if part.table is not None and not cells.faults:
            write(part.table)
            summary.alarms += pc.sum(part.table["decision"]).as_py()

    with WorkerPool(champion, workers if rows.max_rows >= size + STEP else 1) as pool:
        get_result(pool.submit(_wait_for_work))  # processes are forked before reading begins, which has threads
        for raw in split_rows(rows.read(_list_columns(contract)), size):
            if not summary.rows:
                with errors.collect():
                    check_keys(raw, contract, rows.source)
            check_only = bool(errors.problems or cells.faults)
            waiting.append(pool.submit(score_part, pack(raw), rows.source, summary.rows, check_only))
            summary.rows += raw.num_rows
            if len(waiting) > workers:
                finish()
        while waiting:
            finish()
    errors.check()
    if not summary.rows:
        raise InputError(f"{rows.source}: no rows below the header; nothing to score")
    _refuse_faults(rows, contract, cells)
    summary.unusual = judge_counts(cells.counts, contract, lambda feature: _read_numbers(rows, contract, feature))
    return summary


def split_rows(tables: Iterable[pa.Table], size: int) -> Iterator[pa.Table]:
    """Yield the rows in tables of `size` rows, but the last: from STEP up to `size` + STEP; fewer only if it is all."""
    held: list[pa.Table] = []
    n_rows = 0
    for table in tables:
        held.append(table)
        n_rows += table.num_rows
        if n_rows < size + STEP:
            continue
        whole = pa.concat_tables(held)
        start = 0
        while n_rows - start >= size + STEP:
            yield whole.slice(start, size)
            start += size
        held, n_rows = [whole.slice(start)], n_rows - start
    if n_rows:
        yield pa.concat_tables(held)


def _wait_for_work(champion: Champion) -> None:
    """Do nothing."""


def _list_columns(contract: Contract) -> set[str]:
    return {*contract.key, *(feature.column for feature in contract.features)}


def _refuse_faults(rows: Batches, contract: Contract, cells: _CellRecord) -> None:
    """Raise InputError for cells that break the contract, with the messages of the whole table."""
    suspects = [
        feature
        for feature in contract.features
        if feature.name in cells.faults
        or (feature.type == "categorical" and _lacks_known_level(feature, cells.counts))
        or (feature.date and not _are_of_one_kind(cells.dates.get(feature.column, []), feature, contract, rows.source))
    ]
    errors = ErrorCollector()
    for feature in suspects:
        with errors.collect():
            _read_feature(rows, contract, feature)
    errors.check()


def _lacks_known_level(feature: Feature, counts: Counts) -> bool:
    cells, missing, unknown = (counts[feature.name, what] for what in ("cells", "missing", "unknown"))
    return cells >= MIN_ROWS and 0 < unknown == cells - missing


def _are_of_one_kind(dates: list[pa.ChunkedArray], feature: Feature, contract: Contract, source: str) -> bool:
    """Return whether all dates have an offset from UTC, or none has one; parts may differ."""
    chunks = [chunk for cells in dates for chunk in cells.chunks]
    if not chunks:
        return True
    table = pa.table({feature.column: pa.chunked_array(chunks)})
    try:
        apply_contract(table, select_features(contract, [feature]), source)
    except InputError:
        return False
    return True


def _read_feature(rows: Batches, contract: Contract, feature: Feature) -> pa.ChunkedArray:
    """Return a feature of the whole table. Raises InputError where it breaks the contract."""
    raw = pa.concat_tables(rows.read([feature.column]))
    return apply_contract(raw, select_features(contract, [feature]), rows.source)[0].column(0)


def _read_numbers(rows: Batches, contract: Contract, feature: Feature) -> Floats:
    return to_floats(_read_feature(rows, contract, feature).combine_chunks().drop_null())
