"""The rows of validated CSV text, as Arrow batches of a bounded size."""

from collections.abc import Iterator
from dataclasses import dataclass, field
import io

import pyarrow as pa
import pyarrow.csv as pacsv

from stages.prepare.readers.csv_validation import MAX_LINE_BYTES, Chunks, Scan, Stream
from stages.shared.errors import InputError
from stages.shared.messages import shorten, single_line
from stages.shared.schemas.contract import Dialect

#: bytes that pyarrow parses at once; it keeps several blocks, so small ones keep memory low
BLOCK = 1 << 20
#: a message lists at most so many ragged lines
MAX_SHOWN = 5


@dataclass(frozen=True)
class CsvRows:
    """The rows of a text whose bytes, quotes and header are checked; they can be read as often as needed.

    Records of more than 64 MiB are refused. Where the dialect is `trailing`, the first line lacks the last column.
    """

    chunks: Chunks
    source: str
    header: list[str]
    dialect: Dialect
    scanned: Scan

    @property
    def block_size(self) -> int:
        """The bytes of a block; a record must fit into one."""
        return max(BLOCK, min(self.scanned.longest, MAX_LINE_BYTES))

    def blocks(self, names: list[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows after the header as string columns of these names, null where a cell is empty.

        Raises InputError, after the last block, for lines longer or shorter than the header, or when there is no row.
        """
        ragged = _Ragged(self.source, header_is_short=self.dialect.trailing)
        rows, skip = 0, int(not self.dialect.trailing)  # the header is read as a row, so that pyarrow invents no names
        try:
            for batch in self._open_reader(names, ragged):
                block = batch.slice(min(skip, batch.num_rows)).rename_columns(names)
                skip -= batch.num_rows - block.num_rows
                rows += block.num_rows
                if block.num_rows:
                    yield block
        except pa.ArrowInvalid as error:
            raise InputError(
                f"{self.source}: cannot be read as CSV ({single_line(error)}); save it again as plain CSV"
            ) from None
        ragged.check()
        if not rows:
            raise InputError(f"{self.source}: holds a header but no data row; it must hold both")

    def _open_reader(self, names: list[str], ragged: "_Ragged") -> pacsv.CSVStreamingReader:
        indices = [f"f{self.header.index(name)}" for name in names]
        is_single = len(self.header) == 1
        return pacsv.open_csv(
            io.BufferedReader(Stream(self.chunks())),  # whole blocks, however long the pieces
            # threads would lose the row numbers
            pacsv.ReadOptions(
                column_names=[f"f{index}" for index in range(len(self.header))], use_threads=False,
                block_size=self.block_size,
            ),
            # with one column, a blank line is a missing value
            pacsv.ParseOptions(
                delimiter=self.dialect.separator, newlines_in_values=self.scanned.quoted,
                invalid_row_handler=ragged.add, ignore_empty_lines=not is_single,
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(indices, pa.string()), include_columns=indices, null_values=[""],
                strings_can_be_null=True, check_utf8=False,
            ),
        )  # fmt: skip


@dataclass
class _Ragged:
    """Lines that are longer or shorter than the header: the first few as problems, and their number."""

    source: str
    header_is_short: bool
    problems: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, row: pacsv.InvalidRow) -> str:
        """Record the problem of `row` and let pyarrow skip it."""
        if self.header_is_short and row.number == 1:
            return "skip"
        self.count += 1
        if self.count <= MAX_SHOWN:
            self.problems.append(
                # pyarrow counts the header as row 1
                f"{self.source}: data row {row.number - 1} has {row.actual_columns} cells where the header names "
                f"{row.expected_columns} columns: {shorten(row.text)}; give every row one cell for each column"
            )
        return "skip"

    def check(self) -> None:
        """Raise InputError when there were such lines."""
        if self.count > MAX_SHOWN:
            more = self.count - MAX_SHOWN
            self.problems.append(f"{self.source}: {more} more rows are longer or shorter than the header; fix them too")
        if self.problems:
            raise InputError(self.problems)
