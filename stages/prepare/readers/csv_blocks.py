"""The rows of CSV text whose bytes are in order, block by block."""

from collections.abc import Iterator
from dataclasses import dataclass, field
import io

import pyarrow as pa
import pyarrow.csv as pacsv

from stages.prepare.messages import one_line, shortened
from stages.prepare.readers.csv_validation import LONGEST, Pieces, Stream
from stages.shared.errors import InputError

#: bytes that pyarrow parses at once; it keeps several such blocks, and small ones keep memory low
BLOCK = 1 << 20
#: so many ragged lines are shown, the rest are counted
SHOWN = 5


@dataclass(frozen=True)
class Rows:
    """A text with this header.

    `quoted` says whether there are quotes in it, and so perhaps line ends within cells; no record has more bytes than
    `longest`, or else more than 64 MiB, which are refused.
    """

    pieces: Pieces
    source: str
    header: list[str]
    quoted: bool
    longest: int

    @property
    def block_size(self) -> int:
        """The bytes of a block; a record must fit into one."""
        return max(BLOCK, min(self.longest, LONGEST))

    def blocks(self, names: list[str]) -> Iterator[pa.RecordBatch]:
        """The rows after the header: string columns of these names, null where a cell is empty; none without rows.

        Raises InputError, after the last block, when lines are longer or shorter than the header, or there are none.
        """
        ragged = _Ragged(self.source)
        rows, skip = 0, 1  # the header is read as a row, so that pyarrow invents no names
        try:
            for batch in self._reader(names, ragged):
                block = batch.slice(min(skip, batch.num_rows)).rename_columns(names)
                skip -= batch.num_rows - block.num_rows
                rows += block.num_rows
                if block.num_rows:
                    yield block
        except pa.ArrowInvalid as error:
            raise InputError(
                f"{self.source}: cannot be read as CSV ({one_line(error)}); save it again as plain CSV"
            ) from None
        ragged.check()
        if not rows:
            raise InputError(f"{self.source}: holds a header but no data row; it must hold both")

    def _reader(self, names: list[str], ragged: "_Ragged") -> pacsv.CSVStreamingReader:
        places = [f"f{self.header.index(name)}" for name in names]
        one = len(self.header) == 1
        return pacsv.open_csv(
            io.BufferedReader(Stream(self.pieces())),  # whole blocks, however long the pieces
            # threads would lose the row numbers
            pacsv.ReadOptions(autogenerate_column_names=True, use_threads=False, block_size=self.block_size),
            # with one column, a blank line is a missing value
            pacsv.ParseOptions(
                newlines_in_values=self.quoted, invalid_row_handler=ragged.add, ignore_empty_lines=not one
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(places, pa.string()), include_columns=places, null_values=[""],
                strings_can_be_null=True, check_utf8=False,
            ),
        )  # fmt: skip


@dataclass
class _Ragged:
    """Lines that are longer or shorter than the header: the first few, and how many there are."""

    source: str
    problems: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, row: pacsv.InvalidRow) -> str:
        """Keeps what is wrong with `row`; tells pyarrow to go on without it."""
        self.count += 1
        if self.count <= SHOWN:
            self.problems.append(
                # pyarrow counts the header as row 1
                f"{self.source}: data row {row.number - 1} has {row.actual_columns} cells where the header names "
                f"{row.expected_columns} columns: {shortened(row.text)}; give every row one cell for each column"
            )
        return "skip"

    def check(self) -> None:
        """Raises InputError when there were any."""
        if self.count > SHOWN:
            more = self.count - SHOWN
            self.problems.append(
                f"{self.source}: {more} more rows are longer or shorter than the header; mend them too"
            )
        if self.problems:
            raise InputError(self.problems)
