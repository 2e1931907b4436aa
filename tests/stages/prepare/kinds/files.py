"""Kinds of texts and files that people bring, by the names that docs/tables.md gives them."""
# ruff: noqa: E501  # a table of tables

import datetime

import pandas as pd
import pyarrow as pa

from tests.stages.prepare.kinds.kinds import (
    EXCEL,
    MOMENT,
    RED,
    SPACED,
    Kind,
    arrow,
    folder,
    frame,
    lines,
    packed,
    pandas,
    repeat,
    typed,
)
from tests.stages.prepare.tables import ROWS, csv, parquet, read

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
