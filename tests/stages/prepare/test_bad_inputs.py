"""Bad input tables: each is refused with a message that names the place, the problem and the fix."""

from dataclasses import dataclass, field
import datetime
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.prepare.__main__ import main
from stages.prepare.readers import memory_estimate
from stages.prepare.readers import table as read
from stages.shared.errors import InputError
from tests.stages.prepare.tables import GOOD, POSITIVES, ROWS, SOURCE, changed, csv, index, params_of, parquet

AGES, COLOURS, SICK = GOOD["age"], GOOD["colour"], GOOD["sick"]
LINES = csv().splitlines(keepends=True)
TWICE = {name: cells * 2 for name, cells in GOOD.items()}
DAY = datetime.datetime(2024, 5, 31)
DATES = [f"2024-{month:02}-{day:02}" for month in (1, 2, 3, 4) for day in range(1, 11)]


def packed(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="none", write_page_checksum=True)
    return buffer.getvalue()


def lines(**by_line: str) -> str:
    """The good CSV with other lines in place of some; the header is line 1."""
    return "".join(changed(LINES, **{name.replace("line", "row"): line for name, line in by_line.items()}))


def flipped(content: bytes, index: int) -> bytes:
    return content[:index] + bytes([content[index] ^ 1]) + content[index + 1 :]


@dataclass(frozen=True)
class Case:
    name: str
    content: str | bytes | pa.Table | None
    expected: list[str]
    params: dict[str, Any] = field(default_factory=dict)
    path: str = SOURCE


def case(name: str, content: Any, *expected: str, path: str = SOURCE, **params: Any) -> Any:
    return pytest.param(Case(name, content, list(expected), params, path), id=name)


FILES = [
    case("missing file", None, SOURCE, "no such file"),
    case("unknown kind", "x", "data/raw/table.xlsx", "unknown kind of file", ".csv.gz", path="data/raw/table.xlsx"),
    case("absolute path", None, "params.yaml: data.path", "/etc/passwd", "outside the repository", path="/etc/passwd"),
    case("parent path", None, "params.yaml: data.path", "outside the repository", path="../table.csv"),
    case("hidden parent path", None, "outside the repository", path="data/../../table.csv"),
    case("empty file", "", SOURCE, "the file is empty"),
    case("blank lines", "\n\n\n", SOURCE, "the file is empty"),
    case("white space alone", "  \n  \n", SOURCE, "the file is empty"),
    case("header alone", LINES[0], SOURCE, "no data row"),
    case("header alone, no line end", LINES[0].strip(), SOURCE, "no data row"),
    case("short row", lines(line4="29,blue\n"), SOURCE, "data row 3 has 2 cells", "3 columns", "29,blue"),
    case("long row", lines(line4="29,blue,no,no\n"), "data row 3 has 4 cells"),
    case("row after a blank line", lines(line4="\n29,blue\n"), "data row 3 has 2 cells"),
    case("quote not closed", lines(line4='29,"blue,no\n'), SOURCE, "line 4", "quote"),
    case("quote not closed in the last cell", lines(line4='29,blue,"no\n'), "line 4", "quote"),
    case("two quotes not closed", lines(line4='29,blue,"no\n', line9='44,blue,"no\n'), "line 4", "quote"),
    case("quote closed too early", lines(line4='29,"bl"ue,no\n'), "line 4", "quote"),
    case("quote not closed in the header", '"age' + csv()[3:], SOURCE, "quote"),
    case("a damaged character", csv().replace("red", "grün").encode() + b"\xff", "not UTF-8", "0xff", "line 42"),
    case("UTF-16 without a mark", csv().encode("utf-16-le"), "NUL byte at byte offset 1"),
    case("NUL byte", lines(line4="29,bl\0ue,no\n"), SOURCE, "NUL byte", "line 4"),
    case("gzip cut short", gzip.compress(csv().encode())[:-9], "table.csv.gz", "gzip", path="data/raw/table.csv.gz"),
    case("gzip with a flipped bit", flipped(gzip.compress(csv().encode()), 60), "gzip", path="data/raw/table.csv.gz"),
    case("CSV called gzip", csv(), "table.csv.gz", "gzip", path="data/raw/table.csv.gz"),
    case("gzip called CSV", gzip.compress(csv().encode()), SOURCE, "gzip", ".csv.gz"),
    case("Parquet called CSV", packed(parquet()), SOURCE, "looks like Parquet"),
    case("Excel called CSV", b"PK\x03\x04 and so on", SOURCE, "Excel"),
    case("CSV called Parquet", csv(), "table.parquet", "Parquet", path="data/raw/table.parquet"),
    case("Parquet cut short", packed(parquet())[:-20], "table.parquet", path="data/raw/table.parquet"),
    case("Parquet with a flipped bit", flipped(packed(parquet()), 100), "table.parquet", path="data/raw/table.parquet"),
    case("Parquet without rows", parquet().slice(0, 0), "table.parquet", "no data row"),
]  # fmt: skip

NAMES = [
    case("two columns of one name", lines(line1="age,age,sick\n"), SOURCE, "columns 1 and 2", "`age`"),
    case("two typed columns of one name", parquet().rename_columns(["age", "age", "sick"]), "columns 1 and 2", "`age`"),
    case("column without a name", lines(line1="age,,sick\n"), SOURCE, "`Unnamed: 1`", "has no name", "index=False"),
    case("name with white space", lines(line1="age, colour,sick\n"), SOURCE, "' colour'", "white space"),
    case("name over two lines", lines(line1='age,"col\nour",sick\n'), SOURCE, "'col\\nour'", "unprintable character"),
    case("no header", csv()[len(LINES[0]) :].replace("red", "1").replace("yes", "1"), SOURCE, "names are numbers"),
    case("our own name", csv(__row__=AGES), SOURCE, "`__row__`", "rename"),
    case("our other name", csv(__group__=AGES), SOURCE, "`__group__`", "rename"),
]  # fmt: skip

ROLES = [
    case("no such target", csv(), "params.yaml: data.target", "`sik`", "did you mean `sick`", target="sik"),
    case("nothing like the target", csv(), "data.target", "there are `age`, `colour`, `sick`", target="zzz"),
    case("no such drop", csv(), "params.yaml: data.drop", "`color`", "did you mean `colour`", drop=["color"]),
    case("no such key", csv(), "params.yaml: data.key", "`agee`", "did you mean `age`", key=["agee"]),
    case("no such categorical", csv(), "params.yaml: data.categorical", "`color`", categorical=["color"]),
    case("no such missing", csv(), "params.yaml: data.missing", "`agee`", "did you mean `age`", missing={"agee": [0]}),
    case("no such group", csv(), "params.yaml: split.group", "`patient`", group="patient"),
    case("no such time", csv(), "params.yaml: split.time", "`day`", time="day"),
    case("target dropped", csv(), "data.target and data.drop", "`sick`", drop=["sick"]),
    case("target grouped by", csv(), "data.target and split.group", "`sick`", group="sick"),
    case("key dropped", csv(), "data.drop and data.key", "`age`", drop=["age"], key=["age"]),
    case("category dropped", csv(), "data.drop and data.categorical", drop=["colour"], categorical=["colour"]),
    case("time as group", csv(), "split.group and split.time", "`age`", group="age", time="age"),
    case("missing marks on the target", csv(), "data.missing", "`sick` is no feature", missing={"sick": ["no"]}),
    case("no feature left", csv(), "data.drop", "no feature is left", drop=["age", "colour"]),
    case("the target alone", csv(age=None, colour=None), "no feature is left of 1 columns"),
]  # fmt: skip

TARGETS = [
    case("empty target cells", csv(sick=changed(SICK, row3="", row7="")), SOURCE, "`sick`", "data rows 3 and 7"),
    case("three labels", csv(sick=changed(SICK, row3="maybe")), "3 different labels", "'maybe' × 1"),
    case("one label", csv(sick=["yes"] * ROWS), "1 different labels", f"'yes' × {ROWS}"),
    case("numbers to predict", csv(sick=AGES, age=None), "40 different labels", "'47' × 1, 30 more", positive=20),
    case("label with a space", csv(sick=changed(SICK, row3=" yes")), "' yes' × 1", "white space"),
    case("label in capitals", csv(sick=changed(SICK, row3="Yes")), "'Yes' × 1", "case"),
    case("two labels alike", csv(sick=["Yes"] * 20 + ["yes"] * 20), "differ only in", "2 different labels"),
    case("1 and 1.0", csv(sick=changed(["1"] * 20 + ["0"] * 20, row3="1.0")), "'1.0' × 1", "number form", positive=1),
    case("no such label", csv(), "params.yaml: data.positive", "'ill'", "'yes' and 'no'", positive="ill"),
    case("no such number", csv(sick=["1"] * 20 + ["0"] * 20), "data.positive: 2 is", "'1' and '0'", positive=2),
    case("true for a number", csv(sick=["1"] * 20 + ["0"] * 20), "data.positive: True is", positive=True),
    case("9 positives", csv(sick=["yes"] * 9 + ["no"] * 31), SOURCE, "has 9 positives", "at least 10"),
    case("9 negatives", csv(sick=["yes"] * 31 + ["no"] * 9), "has 9 negatives", "at least 10"),
    case("fewer positives than folds", csv(), "has 12 positives", "at least 13", "cv.n_splits = 13", n_splits=13),
    case("target of times", parquet(sick=[DAY] * ROWS), "`sick`", "timestamp"),
]  # fmt: skip

CELLS = [
    case("infinity", csv(age=changed(AGES, row17="inf")), SOURCE, "`age`, data row 17", "'inf' is infinite"),
    case("minus infinity", csv(age=changed(AGES, row17="-Infinity")), "data row 17", "'-Infinity' is infinite"),
    case("1e400", csv(age=changed(AGES, row17="1e400")), "data row 17", "'1e400' is infinite"),
    case("infinity in Parquet", parquet(age=[float("inf"), *map(float, AGES[1:])]), "`age`, data row 1:", "infinite"),
    case("a stray text", csv(age=changed(AGES, row17="abc")), "`age`, data row 17", "'abc'", "39 of 40", "categorical"),
    case("NA in a number", csv(age=changed(AGES, row1="NA", row2="NA")), "data rows 1 and 2", '`age: ["NA"]` to'),
    case("nan in a number", csv(age=changed(AGES, row9="nan")), "data row 9", "'nan' is not a number"),
    case("two stray texts", csv(age=changed(AGES, row1="a", row2="b")), "data row 1:", "data row 2:"),
    case("a mark in half of the cells", csv(age=["?"] * 20 + AGES[20:]), "data rows 1, 2, 3, 4, 5 and 15 more", "'?'"),
    case("2^53 + 1", csv(age=changed(AGES, row17="9007199254740993")), "data row 17", "2^53", "data.key"),
    case("2^53 + 1 in Parquet", parquet(age=[2**53 + 1, *range(ROWS - 1)]), "data row 1:", "9007199254740993", "2^53"),
    case("thousands", csv(age=changed(AGES, row17='"1,234"')), "data row 17", "'1,234'", "thousands"),
    case("ISO dates and a word", csv(day=changed(DATES, row5="soon")), "`day`, data row 5", "'soon'", "ISO date"),
    case("British dates", csv(day=["31/05/2024"] * ROWS), "`day`", "dates", "'31/05/2024'"),
    case("texts that name rows", csv(**TWICE, id=[f"p{row}" for row in range(2 * ROWS)]), "`id`",
         "80 different texts in 80 rows", "data.key"),
    case("empty column", csv(dose=[""] * ROWS), "`dose`", "every cell is missing", "data.drop"),
    case("column of marks", csv(dose=["0", "0.0"] * 20), "`dose`", "every cell is missing", missing={"dose": [0]}),
    case("column of nulls", parquet(dose=[None] * ROWS), "`dose`", "every cell is missing"),
    case("text that is not listed", csv(), "`colour`", "'red'", "does not list it", categorical=["age"]),
    case("booleans that are not listed", parquet(smoker=[True, False] * 20), "`smoker`", categorical=["colour"]),
    case("a list for a feature", parquet(dose=[[1]] * ROWS), "`dose`", "list<", "data.drop"),
    case("a struct for a feature", parquet(dose=[{"a": 1}] * ROWS), "`dose`", "struct<"),
    case("bytes for a feature", parquet(dose=[b"a", b"b"] * 20), "`dose`", "binary"),
    case("a listed time", parquet(day=[DAY] * ROWS), "`day`", "timestamp", categorical=["colour", "day"]),
    case("bytes for a key", parquet(name=[b"a"] * ROWS), "`name`", "binary", key=["name"]),
    case("bytes for a group", parquet(team=pa.array([b"ab"] * ROWS, pa.binary(2))), "`team`", "binary", group="team"),
    case("rows without a group", csv(team=changed(COLOURS, row5="")), "`team`", "row 5", "split.group", group="team"),
    case("rows without a time", csv(day=changed(DATES, row5="")), "`day`", "data row 5", time="day"),
    case("null times", parquet(day=changed([DAY] * ROWS, row5=None)), "`day`", "data row 5", time="day"),
    case("a time that is none", csv(day=changed(DATES, row5="soon")), "`day`, data row 5", "ISO date", time="day"),
    case("infinite time", csv(day=changed(AGES, row5="inf")), "`day`", "infinite in data row 5", time="day"),
    case("offsets here and there", csv(day=changed(DATES, row5="2024-05-31T08+02:00")), "`day`", "offset", time="day"),
    case("a time beyond all time", parquet(day=pa.array([2**62] * ROWS, pa.timestamp("ms"))), "invalid", time="day"),
    case("a boolean time", parquet(day=[True] * ROWS), "`day`", "bool", time="day"),
]  # fmt: skip

PARAMS = [
    case("categorical mistyped", csv(), "params.yaml: data.categorical", "auto or a list", "'aut'", categorical="aut"),
    case("positive as an empty list", csv(), "params.yaml: data.positive", "one label", positive=[]),
    case("positive as a list of lists", csv(), "params.yaml: data.positive", "one label", positive=[["yes"]]),
    case("positive left empty", csv(), "params.yaml: data.positive", "one label", "None", positive=None),
    case("true as a mark", csv(), "params.yaml: data.missing.age.0", "text or a number", missing={"age": [True]}),
    case("one fold", csv(), "params.yaml: cv.n_splits", n_splits=1),
]


@pytest.mark.parametrize("bad", [*FILES, *NAMES, *ROLES, *TARGETS, *CELLS, *PARAMS])
def test_bad_input_is_refused_with_a_message_that_helps(
    bad: Case, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = index(bad.content, bad.path)
    (repository / "params.yaml").write_text(json.dumps(params_of(path, **bad.params)))
    monkeypatch.setattr("sys.argv", ["prepare"])
    with pytest.raises(InputError) as caught:
        main()
    for problem in caught.value.problems:
        assert problem.startswith((f"{path}: ", "params.yaml: "))
        assert "; " in problem  # problem; fix
        assert "\n" not in problem
    for fragment in bad.expected:
        assert fragment in str(caught.value)
    assert sorted(item.name for item in (repository / "data").iterdir()) == ["raw"]  # nothing written, not even half


def test_all_problems_of_a_table_are_listed_at_once(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index(csv(age=changed(AGES, row17="inf"), day=["31.12.2024"] * ROWS, sick=changed(SICK, row3="")))
    (repository / "params.yaml").write_text(json.dumps(params_of()))
    monkeypatch.setattr("sys.argv", ["prepare"])
    with pytest.raises(InputError) as caught:
        main()
    assert [problem.split("`")[1] for problem in caught.value.problems] == ["age", "day", "sick"]


def test_all_problems_of_the_params_are_listed_at_once(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index(csv())
    (repository / "params.yaml").write_text(json.dumps(params_of(target="sik", drop=["color"], group="team")))
    monkeypatch.setattr("sys.argv", ["prepare"])
    with pytest.raises(InputError) as caught:
        main()
    assert [problem.split(": ")[1] for problem in caught.value.problems] == ["data.target", "split.group", "data.drop"]


@pytest.mark.parametrize("path", [SOURCE, "data/raw/table.csv.gz", "data/raw/table.parquet"])
def test_no_file_may_unpack_beyond_the_cap(path: str, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_estimate, "MAX_BYTES", 1000)
    text = csv() * 4  # more than 1000 bytes as text, less as gzip
    content = {
        "csv": text.encode(),
        "gz": gzip.compress(text.encode()),
        "parquet": packed(parquet(x=AGES, y=AGES, z=AGES)),
    }
    index(content[path.rsplit(".", 1)[1]], path)
    with pytest.raises(InputError, match=r"more than 1,000 bytes when unpacked"):
        read.read_columns(Path(path))


def test_a_folder_is_no_table(repository: Path) -> None:
    Path(SOURCE).mkdir()
    with pytest.raises(InputError, match="is a folder"):
        read.read_columns(Path(SOURCE))


def test_the_good_table_passes_so_that_each_case_fails_for_its_own_reason(prepared: Any) -> None:
    assert prepared(csv()).table.contract.positives == POSITIVES
    assert prepared(parquet()).table.contract.positives == POSITIVES
