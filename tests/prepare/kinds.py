"""Tables of all kinds that people bring, by the names that docs/tables.md gives them."""
# ruff: noqa: E501  # a table of tables

from collections.abc import Sequence
import csv as standard_csv
from dataclasses import dataclass, field
import datetime
import gzip
import io
from pathlib import Path
from typing import Any
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from tests.prepare.tables import GOOD, ROWS, csv, parquet, read

TWICE = 2 * ROWS
DAYS = [f"2024-{1 + row % 12:02}-{1 + row % 28:02}" for row in range(ROWS)]
NOTES = [f"he came at {row}, and left" for row in range(TWICE)]
MORE = {name: cells * 2 for name, cells in GOOD.items()}  # enough rows for the notices of numbers


@dataclass(frozen=True)
class Kind:
    """A table, the settings that go with it, and the beginning of columns as they must be read."""

    content: Any
    path: str = "data/raw/table.csv"
    params: dict[str, Any] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)

    def write(self) -> str:
        """Write the table below the current folder and return its path."""
        path = Path(self.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(self.content):
            self.content(path)
        elif isinstance(self.content, pa.Table):
            path = path.with_suffix(".parquet")
            pq.write_table(self.content, path)
        else:
            path.write_bytes(self.content if isinstance(self.content, bytes) else self.content.encode())
        return path.as_posix()


def repeat(*cells: Any, rows: int = ROWS) -> list[Any]:
    """The cells again and again."""
    return [cells[row % len(cells)] for row in range(rows)]


def text(columns: dict[str, Sequence[str]], separator: str = ",") -> str:
    """The columns as text; cells with the separator are quoted."""
    out = io.StringIO()
    writer = standard_csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerows([list(columns), *zip(*columns.values(), strict=True)])
    return out.getvalue()


def table(*cells: str, separator: str = ",", **params: Any) -> Kind:
    """The good table with a column `x` of these cells."""
    return Kind(text({**GOOD, "x": repeat(*cells)}, separator), params=params)


def numbers(*cells: str, values: list[Any], separator: str = ",", **params: Any) -> Kind:
    """The good table with a column `x` of these cells that must be read as these numbers."""
    return Kind(text({**GOOD, "x": repeat(*cells)}, separator), params=params, values={"x": values})


def typed(cells: Any, **params: Any) -> Kind:
    return Kind(parquet(x=cells), params=params)


def target(*labels: str, positive: Any, values: list[int]) -> Kind:
    """The good table with these labels as the target."""
    return Kind(csv(sick=repeat(*labels)), params={"positive": positive}, values={"sick": values})


def lines(change: Any) -> str:
    """The good table with each line changed; `change` gets the index of the line and its text."""
    return "".join(change(index, line) for index, line in enumerate(csv().splitlines(keepends=True)))


def pandas(frame: pd.DataFrame, **values: list[Any]) -> Kind:
    return Kind(lambda path: frame.to_parquet(path), "data/raw/table.parquet", values=values)


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({**GOOD, "age": [int(age) for age in GOOD["age"]], **columns})


def folder(path: Path, *, marker: bool = True, change: Any = None, stray: str = "") -> None:
    """Write the good table in two parts, below folders of a key `year`."""
    whole = parquet()
    for year, part in (("2023", whole.slice(0, 20)), ("2024", whole.slice(20))):
        inner = path / f"year={year}"
        inner.mkdir(parents=True)
        pq.write_table(change(part) if change and year == "2024" else part, inner / "part-0.parquet")
        (inner / ".part-0.parquet.crc").write_text("x")
    if marker:
        (path / "_SUCCESS").write_text("")
    if stray:
        (path / stray).write_text("x")


def packed(kind: str, *names: str) -> bytes:
    content, out = csv().encode(), io.BytesIO()
    if kind == "gz":
        return gzip.compress(content)
    if kind == "zst":
        buffer = pa.BufferOutputStream()
        with pa.CompressedOutputStream(buffer, "zstd") as stream:
            stream.write(content)
        return buffer.getvalue().to_pybytes()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


def arrow(path: Path, stream: bool = False) -> None:
    whole = parquet()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(str(path), whole.schema) as writer:
        writer.write_table(whole)


AGE = {"age": [20.0, 23.0, 26.0]}
RED = {**AGE, "colour": ["red", "blue", "red"]}
EXCEL = csv().replace(",", ";")
SPACED = csv().replace(",", ", ")
MOMENT = datetime.datetime(2024, 5, 31, 8)

TEXTS = {
    "commas": Kind(csv(), values=RED),
    "semicolons": Kind(EXCEL, values=RED),
    "tabs": Kind(csv().replace(",", "\t"), "data/raw/table.tsv", values=RED),
    "vertical bars": Kind(csv().replace(",", "|"), "data/raw/table.txt", values=RED),
    "another separator, named in data.read": Kind(csv().replace(",", ":"), params={"read": read(separator=":")}, values=RED),
    "commas within quotes in a table of semicolons": Kind(EXCEL.replace("red", '"red, dark"'), values={"colour": ["red, dark"]}),
    "two separators that fit equally well": Kind("age,colour;sick\n" + "20,red;yes\n" * 40),
    "two separators, one named in data.read": Kind(
        "age,colour;sick\n" + "20,red;yes\n23,blue;no\n" * 20,
        params={"read": read(separator=","), "target": "colour;sick", "positive": "red;yes"},
    ),
    "a line sep=;": Kind("sep=;\n" + EXCEL, values=RED),
    "a title above the header": Kind("Patients of 2024\n" + csv(), values=RED),
    "a title with separators behind it": Kind("Patients of 2024,,\n\n" + csv(), values=RED),
    "comment lines above the header": Kind("# made by hand\n# in May\n" + csv(), values=RED),
    "two texts in a line above the header": Kind("Patients,2024\n" + csv()),
    "the header in a line that data.read names": Kind("Patients,2024\n" + csv(), params={"read": read(header=2)}, values=RED),
    "data.read names a line without a row": Kind(csv(), params={"read": read(header=99)}),
    "blank lines above the header": Kind("\n\n" + csv(), values=RED),
    "spaces after separators": Kind(SPACED, values=RED),
    "spaces after separators and quotes": Kind(SPACED.replace("red", '"red, dark"'), values={"colour": ["red, dark"]}),
    "a separator at the end of every line": Kind(lines(lambda _, line: line.replace("\n", ",\n")), values=RED),
    "a separator at the end of every row": Kind(lines(lambda index, line: line.replace("\n", ",\n") if index else line), values=RED),
    "a header shorter than the rows": Kind(lines(lambda index, line: line.replace("\n", ",7\n") if index else line)),
    "a short row": Kind(lines(lambda index, line: "29,blue\n" if index == 3 else line)),
    "a row of totals at the end": Kind(csv() + "Total: 40\n"),
    "UTF-8": Kind(csv().replace("red", "grün"), values={"colour": ["grün"]}),
    "UTF-8 with a byte order mark": Kind(b"\xef\xbb\xbf" + csv().encode(), values=RED),
    "UTF-16 with a byte order mark": Kind(csv().replace("red", "grün").encode("utf-16"), values={"colour": ["grün"]}),
    "UTF-16 without a mark": Kind(csv().encode("utf-16-le")),
    "UTF-16 without a mark, named in data.read": Kind(csv().encode("utf-16-le"), params={"read": read(encoding="utf-16-le")}, values=RED),
    "Windows text (cp1252)": Kind(csv().replace("red", "10 €").encode("cp1252"), params={"categorical": ["colour"]}, values={"colour": ["10 €"]}),
    "another encoding, named in data.read": Kind(csv().replace("red", "赤").encode("shift_jis"), params={"read": read(encoding="shift_jis")}, values={"colour": ["赤"]}),
    "text that is not of the named encoding": Kind(csv().replace("red", "grün").encode("latin-1"), params={"read": read(encoding="utf-8")}),
    "UTF-8 with a damaged character": Kind(csv().replace("red", "grün").encode() + b"\xff"),
    "a NUL byte": Kind(csv().replace("red", "r\0d")),
    "a quote that is not closed": Kind(csv().replace("red", '"red', 1)),
    "line ends of Windows": Kind(csv().replace("\n", "\r\n"), values=RED),
    "an index without a name": Kind(lines(lambda index, line: f"{index - 1 if index else ''},{line}"), values=RED),
    "an index called Unnamed: 0": Kind(lines(lambda index, line: f"{index if index else 'Unnamed: 0'},{line}"), values=RED),
    "a column without a name that is no index": Kind(lines(lambda index, line: f"{7 if index else ''},{line}")),
    "a column without a name, dropped as Unnamed: 0": Kind(
        lines(lambda index, line: f"{7 if index else ''},{line}"), params={"drop": ["Unnamed: 0"]}, values=RED
    ),
    "no header": Kind("1,2,3\n" * 40),
    "two columns of one name": Kind(csv().replace("age,colour", "age,age", 1)),
}  # fmt: skip

FILES = {
    ".csv.gz": Kind(packed("gz"), "data/raw/table.csv.gz", values=RED),
    ".csv.zip": Kind(packed("zip", "table.csv"), "data/raw/table.csv.zip", values=RED),
    ".csv.zip made on a Mac": Kind(packed("zip", "table.csv", "__MACOSX/._table.csv"), "data/raw/table.csv.zip", values=RED),
    ".zip of two files": Kind(packed("zip", "a.csv", "b.csv"), "data/raw/table.csv.zip"),
    ".csv.zst": Kind(packed("zst"), "data/raw/table.csv.zst", values=RED),
    "a .zst cut short": Kind(packed("zst")[:-3], "data/raw/table.csv.zst"),
    "a .zip cut short": Kind(packed("zip", "table.csv")[:-9], "data/raw/table.csv.zip"),
    "a .gz cut short": Kind(packed("gz")[:-9], "data/raw/table.csv.gz"),
    "an Excel file called .csv": Kind(packed("zip", "xl/workbook.xml")),
    "an Excel file": Kind(b"PK", "data/raw/table.xlsx"),
    ".parquet": Kind(parquet(), values=RED),
    "a folder of Parquet parts by Spark": Kind(folder, "data/raw/table", values={**RED, "year": [2023.0]}),
    "a folder of parts with other columns": Kind(lambda path: folder(path, change=lambda part: part.drop(["colour"])), "data/raw/table"),
    "a folder of parts of other types": Kind(
        lambda path: folder(path, change=lambda part: part.set_column(0, "age", part["age"].cast(pa.string()))), "data/raw/table"
    ),
    "a folder with another file": Kind(lambda path: folder(path, stray="notes.md"), "data/raw/table"),
    "an empty folder": Kind(lambda path: path.mkdir(), "data/raw/table"),
    ".feather": Kind(arrow, "data/raw/table.feather", values=RED),
    ".arrow as a stream": Kind(lambda path: arrow(path, stream=True), "data/raw/table.arrow", values=RED),
    "a damaged .arrow": Kind(b"ARROW1 and so on", "data/raw/table.arrow"),
    "categories of pandas": pandas(frame(ward=pd.Categorical(repeat(3, 12))), ward=["3", "12"]),
    "an index of pandas that numbers the rows": pandas(frame().set_index(pd.Index([*range(20, 7 + ROWS), *range(7, 20)])), **RED),
    "an index of pandas that does not": pandas(frame().set_index(pd.Index(repeat(3, 12)))),
    "an index of pandas with a name": pandas(frame(ward=repeat(3.5, 12)).set_index("ward"), ward=[3.5, 12.0]),
    "NaN in Parquet": Kind(parquet(x=repeat(1.5, float("nan"), 2.5)), values={"x": [1.5, None, 2.5]}),
    "decimals in Parquet": Kind(parquet(x=pa.array(repeat("1.5", "2")).cast(pa.decimal128(5, 2))), values={"x": [1.5, 2.0]}),
    "lists in Parquet": typed([[1]] * ROWS),
    "bytes in Parquet": typed([b"a", b"b"] * 20),
    "numbers as text in Parquet": Kind(parquet(x=repeat("1.5", "2")), values={"x": [1.5, 2.0]}),
    "decimal commas as text in Parquet": Kind(parquet(x=repeat("1,5", "2")), values={"x": [1.5, 2.0]}),
    "dates in Parquet": Kind(parquet(x=[datetime.date(2024, 1 + row % 12, 3) for row in range(ROWS)]), values={"x_month": [1.0, 2.0]}),
    "timestamps in Parquet": Kind(parquet(x=[MOMENT + datetime.timedelta(hours=row) for row in range(ROWS)]), values={"x_hour": [8.0, 9.0]}),
    "times of the day in Parquet": typed([datetime.time(8, 30)] * ROWS),
}  # fmt: skip

NUMBERS = {
    "decimal commas": numbers("1,5", "22,75", values=[1.5, 22.75], separator=";"),
    "decimal commas within quotes": numbers("1,5", "22,75", values=[1.5, 22.75]),
    "1.234,5": numbers("1.234,5", "7", values=[1234.5, 7.0], separator=";"),
    "1 234,5": numbers("1 234,5", "7", values=[1234.5, 7.0], separator=";"),
    "1,234.5": numbers("1,234.5", "7.25", values=[1234.5, 7.25]),
    "1'234.5": numbers("1'234.5", "7", values=[1234.5, 7.0]),
    "1,234,567": numbers("1,234,567", "7", values=[1234567.0, 7.0]),
    "non-breaking spaces between thousands": numbers("1\u00a0234", "2\u202f500", values=[1234.0, 2500.0]),
    "a minus that is U+2212": numbers("−3", "4", values=[-3.0, 4.0]),
    "full-width digits": numbers("１２", "３.５", values=[12.0, 3.5]),
    "1,234 and 2,500 alone": table("1,234", "2,500"),
    "1,234 where data.read has thousands \",\"": numbers("1,234", "2,500", values=[1234.0, 2500.0], read=read(thousands=",")),
    "1,234 where data.read has thousands none": numbers("1,234", "2,500", values=[1.234, 2.5], read=read(thousands="none")),
    "1,234 where data.read has decimal \",\"": numbers("1,234", "2,500", values=[1.234, 2.5], read=read(decimal=",")),
    "1.234 beside a column of decimal commas": Kind(
        text({**GOOD, "x": repeat("1.234", "12.500"), "y": repeat("1,5", "2,25")}, ";")
    ),
    "1.234 in a table of semicolons": table("1.234", "12.500", separator=";"),
    "1.234 where data.read has thousands \".\"": numbers("1.234", "12.500", values=[1234.0, 12500.0], separator=";", read=read(thousands=".")),
    "1.234 in a table of commas": numbers("1.234", "12.500", values=[1.234, 12.5]),
    "1.5 where data.read has decimal \",\"": table("1.5", "2.25", read=read(decimal=",")),
    "one mark for decimals and thousands": table("1", read=read(decimal=",", thousands=",")),
    "1,5 and 1.5 in one column": table("1,5", "1.5"),
    "13.6%": numbers("13.6%", "5 %", values=[13.6, 5.0]),
    "$6,500": numbers("$6,500", "$800", values=[6500.0, 800.0]),
    "€ 12": numbers("€ 12", "€ 15,50", values=[12.0, 15.5]),
    "€ 1.234": table("€ 1.234", "€ 2.500"),
    "-$5": numbers("-$5", "$7", values=[-5.0, 7.0]),
    "12 kg": numbers("12 kg", "3.5 kg", values=[12.0, 3.5]),
    "12kg": numbers("12kg", "3kg", values=[12.0, 3.0]),
    "36 months, listed in data.categorical": Kind(
        table("36 months", "60 months").content, params={"categorical": ["colour", "x"]}, values={"x": ["36 months"]}
    ),
    "12 kg and 30 lb": table("12 kg", "30 lb"),
    "12 kg and 12": table("12 kg", "12"),
    "$5 and €5": table("$5", "€5"),
    "<10.6": table("<10.6", "12", "13.5"),
    "3a, 4b": Kind(table("3a", "4b").content, values={"x": ["3a", "4b"]}),
    "-7,5 and (7,5)": table("-7,5", "(7,5)"),
    "5/10": Kind(table("5/10", "6/10").content, values={"x": ["5/10", "6/10"]}),
    "exponents": numbers("1e3", "2.5E-1", values=[1000.0, 0.25]),
    "spaces around numbers": numbers(" 3 ", "4", values=[3.0, 4.0]),
    "infinity": table("inf", *map(str, range(1, 20))),
    "1e400": table("1e400", *map(str, range(1, 20))),
    "whole numbers beyond 2^53": table("9007199254740993", *map(str, range(1, 20))),
    "postal codes with leading zeros": Kind(table("00501", "0501", "90210").content, values={"x": ["00501", "0501", "90210"]}),
    "few whole numbers": Kind(text({**MORE, "x": repeat("1", "2", "3", rows=TWICE)}), values={"x": [1.0, 2.0]}),
    "a running number": Kind(text({**MORE, "x": [str(row) for row in range(TWICE)]})),
    "one number": table("7"),
    "an empty column": table(""),
    "empty cells": numbers("1", "", "2", values=[1.0, None, 2.0]),
    "marks of data.missing": numbers("1", "-9", "-9.0", "2", values=[1.0, None, None, 2.0], missing={"x": [-9]}),
    "a mark of data.missing that no cell holds": table("1", "2", missing={"x": [-9]}),
    "a mark for every column that no cell holds": table("1", "2", missing={"*": ["n/a"]}),
    **{
        f"the word {word!r} in a column of numbers": table(word, *map(str, range(1, 20)))
        for word in ("unknown", "N/A", "-", "?", "none", ".", " NA ", "nan")
    },
}  # fmt: skip

TYPES = {
    "ISO dates": Kind(table(*DAYS).content, values={"x_month": [1.0, 2.0], "x_weekday": [0.0, 4.0], "x_days": [19723.0, 19755.0]}),
    "2024-03": Kind(table("2024-03", "2023-12").content, values={"x_year": [2024.0, 2023.0], "x_month": [3.0, 12.0]}),
    "times with UTC": Kind(table("2024-03-01 08:30 UTC", "2024-03-02 09:00 UTC").content, values={"x_hour": [8.0, 9.0]}),
    "times with offsets": Kind(table("2024-03-01T08:30+02:00", "2024-03-02T09:00:00+02:00").content, values={"x_hour": [6.0, 7.0]}),
    "offsets in some times only": table("2024-03-01T08:30+02:00", "2024-03-02T09:00:00"),
    "ISO dates with empty cells": Kind(table("2024-03-01", "", "2023-03-01").content, values={"x_year": [2024.0, None, 2023.0]}),
    "ISO dates and a mark of data.missing": Kind(
        table("2024-03-01", "never", "2023-03-01").content, params={"missing": {"x": ["never"]}}, values={"x_year": [2024.0, None, 2023.0]}
    ),
    "ISO dates and a word": table(*DAYS[:19], "soon"),
    "one date": table("2024-03-01"),
    "31.12.2024": table("31.12.2024", "01.02.2024"),
    "12/31/2024": table("12/31/2024", "01/02/2024"),
    "01/02/2024": table("01/02/2024", "03/04/2024"),
    "2024/12/31": table("2024/12/31", "2024/01/02"),
    "31 Dec 2024": table("31 Dec 2024", "01 Feb 2024"),
    "31.12.2024 with its form in data.dates": Kind(
        table("31.12.2024", "01.02.2023").content, params={"dates": {"x": "%d.%m.%Y"}}, values={"x_year": [2024.0, 2023.0], "x_month": [12.0, 2.0]}
    ),
    "dates of another form than data.dates has": table("31.12.2024", "2024-12-31", dates={"x": "%d.%m.%Y"}),
    "a form of dates that is none": table("31.12.2024", dates={"x": "dd.mm.yyyy"}),
    "20241231": Kind(text({**MORE, "x": repeat("20241231", "20240102", rows=TWICE)})),
    "20241231 with its form in data.dates": Kind(
        table("20241231", "20230102").content, params={"dates": {"x": "%Y%m%d"}}, values={"x_year": [2024.0, 2023.0]}
    ),
    "dates listed in data.categorical": Kind(table(*DAYS).content, params={"categorical": ["colour", "x"]}, values={"x": DAYS[:2]}),
    "dates that are dropped": Kind(table(*DAYS).content, params={"drop": ["x"]}, values=AGE),
    "a part of a date that is called as a column": Kind(text({**GOOD, "x": DAYS, "x_days": GOOD["age"]})),
    "dates to split by": Kind(text({**GOOD, "x": DAYS}), params={"time": "x"}, values=AGE),
    "national dates to split by": Kind(
        text({**GOOD, "x": repeat("31.12.2024", "01.02.2023")}), params={"time": "x", "dates": {"x": "%d.%m.%Y"}},
        values={"x": [datetime.datetime(2024, 12, 31), datetime.datetime(2023, 2, 1)]},
    ),
    "true and false": Kind(table("true", "false").content, values={"x": ["true", "false"]}),
    "yes and no": Kind(table("yes", "no").content, values={"x": ["yes", "no"]}),
    "TRUE and true": Kind(table("TRUE", "true", "false").content, values={"x": ["TRUE", "true"]}),
    "yes, Y, no": Kind(table("yes", "y", "no").content, values={"x": ["yes", "y"]}),
    "a word for missing among categories": Kind(table("red", "unknown", "green").content, values={"x": ["red", "unknown"]}),
    "categories that differ in spaces": Kind(table("red", "red ", "green").content, values={"x": ["red", "red "]}),
    "one category": table("red"),
    "many categories": Kind(text({**MORE, "x": [f"level {row % 60}" for row in range(TWICE)]})),
    "texts that name rows": Kind(text({**MORE, "x": [f"p{row}" for row in range(TWICE)]})),
    "text that data.categorical does not list": table("red", categorical=["colour"]),
    "free text": Kind(text({**MORE, "x": NOTES})),
    "free text in data.text": Kind(text({**MORE, "x": NOTES}), params={"text": ["x"]}, values={"x": NOTES[:3]}),
    "free text in data.text and data.categorical": table(*NOTES, text=["x"], categorical=["x"]),
    "free text with gaps in data.text": Kind(
        table("", "he came", "none", "he left").content, params={"text": ["x"], "missing": {"x": ["none"]}}, values={"x": [None, "he came", None]}
    ),
    "many categories in data.text": Kind(
        text({**MORE, "x": [f"level {row % 60}" for row in range(TWICE)]}), params={"text": ["x"]}, values={"x": ["level 0"]}
    ),
    "one text in data.text": table("he came", text=["x"]),
    "no text in data.text": table("", text=["x"]),
    "numbers, dates and codes in data.text": Kind(table("007", "1,5", "2024-01-01").content, params={"text": ["x"]}, values={"x": ["007", "1,5"]}),
    "numbers of a typed file in data.text": typed([float(row) for row in range(ROWS)], text=["x"]),
    "dictionary texts in data.text": Kind(
        parquet(x=pa.array(NOTES[:ROWS]).dictionary_encode()), params={"text": ["x"]}, values={"x": NOTES[:2]}
    ),
    "data.text with a form of dates": table("31.12.2024", text=["x"], dates={"x": "%d.%m.%Y"}),
    "data.text without such a column": Kind(csv(), params={"text": ["y"]}),
    "a stray word among numbers": table("abc", *map(str, range(1, 20))),
}  # fmt: skip

TARGETS = {
    "two labels": target("yes", "no", positive="yes", values=[1, 0]),
    "labels 1 and 0": target("1", "0", positive=1, values=[1, 0]),
    "three labels and one positive": target("fraud", "chargeback", "fine", positive="fraud", values=[]),
    "three labels and a list of positives": target("fraud", "chargeback", "fine", "fine", positive=["fraud", "chargeback"], values=[1, 1, 0, 0]),
    "a list that names every label": target("yes", "no", positive=["yes", "no"], values=[]),
    "a list with a label that is not there": target("fraud", "fine", positive=["fraud", "theft"], values=[]),
    "a cut >= 7": target("7", "6.9", "8", "1", positive=">= 7", values=[1, 0, 1, 0]),
    "a cut > 7": target("7", "6.9", "8", "9", positive="> 7", values=[0, 0, 1, 1]),
    "a cut < 3": target("3", "2", "8", "9", positive="< 3", values=[0, 1, 0, 0]),
    "a cut <= 3": target("3", "2", "8", "9", positive="<= 3", values=[1, 1, 0, 0]),
    "a cut through labels": target("yes", "no", positive=">= 7", values=[]),
    "a label that looks like a cut": target(">50", "<=50", positive=">50", values=[1, 0]),
    "numbers without a cut": Kind(csv(sick=GOOD["age"], age=None), params={"positive": 20}),
    "labels in two cases": target("yes", "Yes", "no", positive="yes", values=[]),
    "labels with spaces": target("yes", "yes ", "no", positive="yes", values=[]),
    "an empty label": target("yes", "", "no", positive="yes", values=[]),
    "the frequent label as the positive one": Kind(csv(), params={"positive": "no"}, values={"sick": [0]}),
    "fewer than ten positives": Kind(csv(sick=["yes"] * 9 + ["no"] * 31)),
    "a boolean target": Kind(parquet(sick=repeat(True, False)), params={"positive": True}, values={"sick": [1, 0]}),
}  # fmt: skip

GROUPS = {"Text": TEXTS, "Files": FILES, "Numbers": NUMBERS, "Dates and categories": TYPES, "Target": TARGETS}
KINDS = {name: kind for kinds in GROUPS.values() for name, kind in kinds.items()}
