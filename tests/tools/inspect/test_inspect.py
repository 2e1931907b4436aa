"""`python -m tools.inspect` on small tables: what it says of the columns, what it proposes, and what it writes."""

from collections.abc import Callable, Sequence
import io
from pathlib import Path
import shutil

import pytest
from ruamel.yaml import YAML

from stages.prepare.columns.parsing import MissingValues
from stages.prepare.columns.type_inference import TypeRules
from stages.prepare.params import AUTO
from stages.prepare.read_facts import get_read_facts
from stages.prepare.readers.table import has_schema, read_columns
from stages.shared.errors import InputError
from tools.inspect.__main__ import main
from tools.inspect.columns import ColumnProfile, profile_column
from tools.inspect.params_file import to_yaml, write_params
from tools.inspect.proposal import Proposal, propose

ROOT = Path(__file__).parents[3]
ROWS = 120

Inspect = Callable[[dict[str, Sequence[object]]], list[ColumnProfile]]


@pytest.fixture
def inspect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inspect:
    """Inspects a table of these columns, in a working folder with a copy of params.yaml."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)

    def inspect(columns: dict[str, Sequence[object]]) -> list[ColumnProfile]:
        lines = [";".join(columns), *(";".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
        Path("table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        raw = read_columns(Path("table.csv"), lambda names: {name: MissingValues.of({}, name) for name in names})
        rules = TypeRules(None, [], AUTO, {}, has_schema(raw), get_read_facts(raw))
        return [profile_column("table.csv", name, raw.column(name), rules) for name in raw.column_names]

    return inspect


def make_columns(**others: Sequence[object]) -> dict[str, Sequence[object]]:
    """Return a numeric column, a category and a target with 20 rare rows among 120, and `others` before them."""
    return {
        **others,
        "dose": [f"{row * 7 % 31 + 0.5}" for row in range(ROWS)],
        "ward": ["north" if row % 3 else "south" for row in range(ROWS)],
        "sick": ["yes" if row % 6 == 0 else "no" for row in range(ROWS)],
    }


def values(proposal: Proposal) -> dict[str, object]:
    return {key: setting.value for key, setting in (*proposal.data.items(), *proposal.split.items())}


@pytest.mark.parametrize(
    ("name", "cells", "kind", "role"),
    [
        ("patient", [f"P{row:04d}" for row in range(ROWS)], "text", "key"),
        ("number", list(range(1000, 1000 + ROWS)), "numeric", "key"),
        ("case_id", [row * row for row in range(ROWS)], "numeric", "key"),
        ("area", [row * row for row in range(ROWS)], "numeric", "feature"),
        ("note", [f"he said {row} words to me" for row in range(ROWS)], "text", "feature"),
        ("reply", [f"he said {row % 60} words to me" for row in range(ROWS)], "text", "feature"),
        ("title", [f"title {row % 60}" for row in range(ROWS)], "categorical", "feature"),
        ("gone", [""] * ROWS, "empty", "drop"),
        ("seen", [f"2024-0{1 + row % 9}-1{row % 10}" for row in range(ROWS)], "date", "feature"),
        ("price", [f"${row},{row % 90 + 10}0" for row in range(1, ROWS + 1)], "numeric", "feature"),
        ("code", ["0501" if row % 2 else "00501" for row in range(ROWS)], "categorical", "feature"),
        ("bound", ["<10" if row % 2 else str(row) for row in range(ROWS)], "unclear", "drop"),
    ],
)
def test_the_kind_and_the_role_of_a_column(
    inspect: Inspect, name: str, cells: list[object], kind: str, role: str
) -> None:
    column = inspect(make_columns(**{name: cells}))[0]
    assert (column.kind, column.role) == (kind, role)
    assert (role == "feature" and kind != "text") == (column.reason == "")


def test_words_for_missing_and_a_single_form_of_dates_are_proposed(inspect: Inspect) -> None:
    score = ["unknown" if row % 40 == 0 else "?" if row % 50 == 1 else row % 17 for row in range(ROWS)]
    seen = [f"{13 + row % 15}.0{1 + row % 9}.2023" for row in range(ROWS)]
    proposal = propose("table.csv", inspect(make_columns(score=score, seen=seen)))
    assert values(proposal)["missing"] == {"score": ["unknown", "?"]}
    assert values(proposal)["dates"] == {"seen": "%d.%m.%Y"}
    assert proposal.data["missing"].reason == "score: 'unknown' and '?': 6 cells"
    assert proposal.split["time"].reason.startswith("'seen' may order the rows")


def test_sentences_are_proposed_as_text(inspect: Inspect) -> None:
    proposal = propose("table.csv", inspect(make_columns(note=[f"he said {row} words to me" for row in range(ROWS)])))
    assert (values(proposal)["text"], values(proposal)["drop"]) == (["note"], [])
    assert proposal.data["text"].reason == "note: 120 different sentences in 120 rows"


def test_rows_that_may_belong_together_are_said_and_not_decided(inspect: Inspect) -> None:
    proposal = propose("table.csv", inspect(make_columns(household_id=[row // 2 for row in range(ROWS)])))
    assert values(proposal)["group"] is None
    assert proposal.split["group"].reason == "'household_id' may show which rows belong together; if so, name it"


def test_the_target_has_a_usual_name_or_stands_last(inspect: Inspect) -> None:
    columns = make_columns()
    assert values(propose("table.csv", inspect(columns)))["target"] == "sick"
    first = {"churn": columns["sick"], **{name: columns[name] for name in ("dose", "ward")}}
    proposal = propose("table.csv", inspect(first))
    assert (values(proposal)["target"], values(proposal)["positive"]) == ("churn", "yes")
    assert proposal.data["positive"].reason == "the rarer label: 20 of 120 rows"


def test_a_target_that_is_not_clear_must_be_named(inspect: Inspect) -> None:
    columns = make_columns()
    columns = {"sick": columns["sick"], "ward": columns["ward"], "dose": columns["dose"]}
    found = inspect(columns)
    with pytest.raises(
        InputError, match=r"table\.csv: the target is not clear: columns with two labels are 'sick', 'w"
    ):
        propose("table.csv", found)
    assert values(propose("table.csv", found, target="ward"))["positive"] == "south"
    with pytest.raises(InputError, match=r"--target: no column `wart` in table\.csv"):
        propose("table.csv", found, target="wart")
    with pytest.raises(InputError, match=r"target `dose`: holds 31 different values and 0 empty cells"):
        propose("table.csv", found, target="dose")
    assert values(propose("table.csv", found, target="dose", positive=">= 29"))["positive"] == ">= 29"


def test_of_two_equally_frequent_labels_the_usual_name_is_positive(inspect: Inspect) -> None:
    columns = make_columns()
    columns["sick"] = ["no" if row % 2 or row == 0 else "yes" for row in range(ROWS)]
    assert values(propose("table.csv", inspect(columns)))["positive"] == "yes"
    columns["sick"] = ["yes" if row % 2 or row == 0 else "no" for row in range(ROWS)]
    assert values(propose("table.csv", inspect(columns)))["positive"] == "yes"


def test_written_params_keep_their_comments_and_take_a_second_proposal(inspect: Inspect) -> None:
    """The difference are the values, and a comment behind each that has a reason."""
    before = Path("params.yaml").read_text()
    found = inspect(make_columns(patient=[f"P{row:04d}" for row in range(ROWS)]))
    write_params(Path("params.yaml"), propose("table.csv", found))
    written = Path("params.yaml").read_text()
    content = YAML(typ="safe").load(written)
    assert (content["data"]["path"], content["data"]["key"]) == ("table.csv", ["patient"])
    assert "  target: sick  # has two labels, is the last column\n" in written
    comments = [line for line in before.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in written.splitlines() if line.lstrip().startswith("#")] == comments
    assert len(written.splitlines()) == len(before.splitlines())
    write_params(Path("params.yaml"), propose("table.csv", found, positive="no"))
    again = Path("params.yaml").read_text()
    assert again == written.replace(
        "positive: yes  # the rarer label: 20 of 120 rows", "positive: no  # named by --positive"
    )


def test_the_printed_sections_are_the_written_ones(inspect: Inspect) -> None:
    proposal = propose("table.csv", inspect(make_columns()))
    printed = YAML(typ="safe").load(to_yaml(proposal))
    write_params(Path("params.yaml"), proposal)
    written = YAML(typ="safe").load(Path("params.yaml").read_text())
    for section in ("data", "split"):
        assert printed[section].items() <= written[section].items()


def test_null_is_a_word_in_params_and_other_yaml_is_written_as_before(inspect: Inspect) -> None:
    """ruamel.yaml keeps representers by class: one of YAML() itself would change every later file of the process."""
    write_params(Path("params.yaml"), propose("table.csv", inspect(make_columns())))
    assert "group: null" in Path("params.yaml").read_text()
    stream = io.StringIO()
    YAML().dump({"group": None}, stream)
    assert stream.getvalue() == "group:\n"


def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    monkeypatch.setattr("sys.argv", ["inspect", *arguments])
    main()
    return capsys.readouterr().out


def test_the_command_names_what_prepare_notices_copies_and_a_copy_of_the_target(
    inspect: Inspect, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = make_columns()
    columns = {"answer": ["a" if row == "yes" else "b" for row in columns["sick"]], **columns}
    inspect({name: [*cells, *cells[:7]] for name, cells in columns.items()})
    shown = call(monkeypatch, capsys, "table.csv")
    assert "table.csv: 127 rows, 4 columns" in shown
    assert "noticed: table.csv: is read as text separated by semicolons" in shown
    assert "noticed: column `answer` alone predicts the target almost perfectly (ROC-AUC 1.000)" in shown
    assert "noticed: split.duplicates: " in shown
    assert " rows equal an earlier row in every feature" in shown
    assert Path("params.yaml").read_text() == (ROOT / "params.yaml").read_text()
    assert "`data` and `split` are written" in call(monkeypatch, capsys, "table.csv", "--write")
    assert YAML(typ="safe").load(Path("params.yaml").read_text())["data"]["target"] == "sick"


def test_long_names_and_labels_are_cut(
    inspect: Inspect, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rare = ["yes" * 3000 if row % 6 == 0 else "no" for row in range(ROWS)]
    inspect({"c" * 10_000: ["1"] * ROWS, **make_columns(), "sick": rare})
    assert max(map(len, call(monkeypatch, capsys, "table.csv", "--target", "sick").splitlines())) <= 410


def test_a_table_elsewhere_is_inspected_and_not_written(
    inspect: Inspect, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    inspect(make_columns())
    elsewhere = str(tmp_path / "table.csv")
    assert "sick" in call(monkeypatch, capsys, elsewhere)
    with pytest.raises(InputError, match="is outside the repository; copy the table to data/raw/"):
        call(monkeypatch, capsys, elsewhere, "--write")


@pytest.mark.parametrize(
    ("table", "target", "positive"), [("hypothyroid", "diagnosis", "hypothyroid"), ("pima", "diabetes", "pos")]
)
def test_the_shipped_tables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], table: str, target: str, positive: str
) -> None:
    """Every other setting is the usual one, as in params.yaml."""
    monkeypatch.chdir(ROOT)
    shown = call(monkeypatch, capsys, f"data/raw/{table}.csv")
    content = YAML(typ="safe").load(
        shown[shown.index("\ndata:\n") : shown.index("\nIf this is right")].split("noticed")[0]
    )
    expected = YAML(typ="safe").load((ROOT / "params.yaml").read_text())
    expected["data"] |= {"path": f"data/raw/{table}.csv", "target": target, "positive": positive}
    for section in ("data", "split"):
        assert content[section].items() <= expected[section].items()
