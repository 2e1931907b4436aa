"""`python -m tools.predict` on the champion of a real run."""

import json
from pathlib import Path
import shlex
import shutil
import sys

import pandas as pd
import pytest

from stages.shared.errors import IntegrityError
from stages.shared.storage.files import sha256
from tests.pipeline.project import Repository
from tests.support.forks import command_of
from tools.predict.champion import load_champion

pytestmark = pytest.mark.slow


def predict(repository: Repository, *arguments: str, check: bool = True):
    return repository.call("tools.predict", *arguments, check=check, warn="error")


def champion_scores(repository: Repository) -> pd.Series:
    """The champion's test scores as evaluate saw them, by raw row."""
    scores = pd.read_parquet(repository.path / "data/test_scores.parquet").set_index("row")
    facts = pd.read_json(repository.path / "models/champion/champion.json", typ="series")
    return scores[f"{facts['strategy']}/{facts['classifier']}"]


def test_the_stored_test_rows_get_exactly_the_scores_that_evaluate_saw(repository):
    predict(repository, "data/test.parquet", "-o", "scored.parquet")
    scored = pd.read_parquet(repository.path / "scored.parquet")
    assert list(scored["probability"]) == list(champion_scores(repository))
    assert list(scored["decision"]) == list((scored["probability"] >= scored["threshold"]).astype(int))


def test_so_they_do_where_the_champion_is_calibrated(repository):
    repository.edit_params(lambda params: params["select"].update(strategy="smote", classifier="xgboost"))
    repository.repro()
    facts = json.loads((repository.path / "models/champion/champion.json").read_text())
    stored = json.loads((repository.path / "models/smote/calibration.json").read_text())
    assert facts["calibration"] == stored["xgboost"]
    assert facts["calibration"]["method"] == "sigmoid"
    predict(repository, "data/test.parquet", "-o", "scored.parquet")
    scored = pd.read_parquet(repository.path / "scored.parquet")
    assert list(scored["probability"]) == list(champion_scores(repository))


def test_so_do_the_raw_rows_in_any_order_of_columns(repository):
    """The raw CSV, its columns turned round, without the target: equal to the bit, in CSV as well."""
    expected = champion_scores(repository)
    raw = pd.read_csv(repository.path / "data/raw/small.csv", dtype=str, keep_default_na=False)
    raw.iloc[expected.index, ::-1].drop(columns="sick").to_csv(repository.path / "new.csv", index=False)
    done = predict(repository, "new.csv", "-o", "scored.csv")
    scored = pd.read_csv(repository.path / "scored.csv")
    assert list(scored["probability"]) == list(expected)
    assert list(scored["id"]) == [f"p{row:03d}" for row in expected.index]
    assert "warning" not in done.stderr


def test_unseen_levels_are_said(repository):
    raw = (repository.path / "data/raw/small.csv").read_text().replace("north", "moon", 1)
    (repository.path / "new.csv").write_text(raw)
    done = predict(repository, "new.csv", "-o", "scored.csv")
    assert "warning: new.csv: column `ward`: 1 cell holds a level unknown to training" in done.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,age,dose,ward\np1,50,1.0,north\n", "error: new.csv: no column `smoker`"),
        ("id,age,dose,ward,smoker\np1,fifty,1.0,north,t\n", "error: new.csv: column `age`"),
        ("id,age,dose,ward,smoker\n", "error: new.csv"),
    ],
)
def test_what_breaks_the_contract_is_refused_and_nothing_is_written(repository, content, message):
    (repository.path / "new.csv").write_text(content)
    done = predict(repository, "new.csv", "-o", "scored.csv", check=False)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (repository.path / "scored.csv").exists()


def pipe(repository: Repository, command: str, check: bool = True):
    """Run a line of a shell in which PREDICT scores standard input into standard output, from another folder."""
    # a fork needs all three streams
    python = (
        [sys.executable, "-m", "tools.predict"] if ">&-" in command or "<&-" in command else command_of("tools.predict")
    )
    line = shlex.join([*python, "-", "-o", "-", "--champion", str(repository.path / "models/champion")])
    command = f"export PYTHONPATH=$PWD PYTHONWARNINGS=error; cd data/raw; {command.replace('PREDICT', line)}"
    return repository.run("sh", "-c", command, check=check)


def test_standard_input_and_output_give_what_files_give(repository):
    predict(repository, "data/raw/small.csv", "-o", "scored.csv")
    expected = (repository.path / "scored.csv").read_text()
    done = pipe(repository, "PREDICT < small.csv")
    assert done.stdout == expected
    assert done.stderr.startswith("standard output: ")
    assert pipe(repository, "gzip -c small.csv | PREDICT").stdout == expected
    predict(repository, "data/test.parquet", "-o", "scored.csv")
    assert pipe(repository, "PREDICT < ../test.parquet").stdout == (repository.path / "scored.csv").read_text()
    assert pipe(repository, "PREDICT < small.csv | head -1; true").stdout.startswith('"id","probability"')


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("PREDICT < /dev/null", "error: standard input: the file is empty"),
        ("PREDICT <&-", "error: standard input: is closed"),
        ("printf 'PK\\003\\004' | PREDICT", "error: standard input: looks like a zip file"),
        ("(cat small.csv; echo p1) | PREDICT", "error: standard input: data row"),
        ("(head -1 small.csv; echo p1) | PREDICT", "error: standard input: data row 1 has 1 cells"),
    ],
)
def test_what_standard_input_may_not_hold_is_refused_and_nothing_is_written(repository, command, message):
    done = pipe(repository, command, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("PREDICT < small.csv > /dev/full", 75, "error: standard output: no space left on device"),
        ("PREDICT < small.csv >&-", 2, "error: standard output: is closed"),
    ],
)
def test_a_standard_output_that_takes_nothing_is_named(repository, command, code, message):
    done = pipe(repository, command, check=False)
    assert done.returncode == code
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1


def test_a_fault_far_down_leaves_no_result_and_no_temporary_file(repository):
    lines = (repository.path / "data/raw/small.csv").read_text().splitlines()
    header, rows = lines[0], lines[1:]
    cells = dict(zip(header.split(","), rows[0].split(","), strict=True))
    broken = ",".join({**cells, "age": "old"}.values())
    many = [rows[number % len(rows)] for number in range(220_000)]
    (repository.path / "new.csv").write_text("\n".join([header, *many, broken]) + "\n")
    before = set(repository.path.iterdir())
    done = predict(repository, "new.csv", "-o", "scored.csv", check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: new.csv: column `age`, data row 220001: 'old' is not a number")
    assert set(repository.path.iterdir()) == before


def test_a_damaged_champion_is_refused_before_it_is_parsed(repository):
    model = repository.path / "models/champion/model.skops"
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.unlink()
    model.write_bytes(content)
    done = predict(repository, "data/test.parquet", "-o", "scored.parquet", check=False)
    assert done.returncode == 3
    assert "error: models/champion/model.skops: its SHA-256 is" in done.stderr


def test_the_champion_loads_without_imbalanced_learn(repository):
    """No sampler is in a stored model."""
    (repository.path / "imblearn").mkdir()
    (repository.path / "imblearn" / "__init__.py").write_text("raise ImportError('imblearn is blocked')\n")
    assert repository.run(sys.executable, "-c", "import imblearn", check=False).returncode == 1
    command = (sys.executable, "-W", "error", "-m", "tools.predict", "data/test.parquet", "-o", "s.parquet")
    repository.run(*command)
    assert list(pd.read_parquet(repository.path / "s.parquet")["probability"]) == list(champion_scores(repository))


def test_a_link_to_itself_is_replaced_by_the_result(repository):
    (repository.path / "loop.csv").symlink_to("loop.csv")
    predict(repository, "data/test.parquet", "-o", "loop.csv")
    assert (repository.path / "loop.csv").is_file()


@pytest.mark.parametrize("output", ["data", "nowhere/scored.csv"])
def test_an_output_that_cannot_be_written_is_refused(repository, output):
    done = predict(repository, "data/test.parquet", "-o", output, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_what_is_unusual_is_said_and_listed(repository):
    raw = pd.read_csv(repository.path / "data/raw/small.csv")
    raw.assign(dose=raw["dose"] * 1000, age=None).to_csv(repository.path / "new.csv", index=False)
    done = predict(repository, "new.csv", "-o", "scored.csv", "--report", "unusual.json")
    report = json.loads((repository.path / "unusual.json").read_text())
    found = {(item["column"], item["kind"]): item["cells"] for item in report["warnings"]}
    assert report["rows"] == len(raw)
    assert found["age", "empty"] == len(raw)
    assert ("dose", "unit") in found
    assert "warning: new.csv: column `age`: every cell is missing" in done.stderr


def agree(champion: Path) -> None:
    """Write the hashes of what is there into the manifest."""
    manifest = json.loads((champion / "manifest.json").read_text())
    manifest["files"] = {name: sha256(champion / name) for name in manifest["files"]}
    replace(champion / "manifest.json", manifest)


def replace(path: Path, content) -> None:
    path.unlink()  # DVC may have linked it to its cache
    path.write_text(json.dumps(content))


STEPS = {"method": "isotonic", "limits": [-5, 5]}
OTHERS = {"name": "other", "type": "numeric", "missing": 0.0}

NONSENSE = {
    "no threshold": ("champion.json", lambda facts: {key: facts[key] for key in facts if key != "threshold"}),
    "NaN": ("champion.json", lambda facts: {**facts, "threshold": float("nan")}),
    "negative": ("champion.json", lambda facts: {**facts, "threshold": -5}),
    "beyond 1": ("champion.json", lambda facts: {**facts, "threshold": 2}),
    "falling": ("champion.json", lambda facts: {**facts, "calibration": {**STEPS, "x": [0, 1], "y": [0.9, 0.1]}}),
    "turned": ("champion.json", lambda facts: {**facts, "calibration": {**STEPS, "x": [1, 0], "y": [0.1, 0.9]}}),
    "lengths": ("champion.json", lambda facts: {**facts, "calibration": {**STEPS, "x": [0, 1], "y": [0.1]}}),
    "another model": ("champion.json", lambda facts: {**facts, "model": "0" * 64}),
    "labels": ("champion.json", lambda facts: {**facts, "positive": facts["negative"], "negative": "yes"}),
    "a list": ("champion.json", lambda facts: [facts]),
    "no features": ("contract.json", lambda contract: {**contract, "features": []}),
    "order": ("contract.json", lambda contract: {**contract, "features": contract["features"][::-1]}),
    "names": ("contract.json", lambda contract: {**contract, "features": [OTHERS, *contract["features"][1:]]}),
    "more": ("contract.json", lambda contract: {**contract, "features": [*contract["features"], OTHERS]}),
    "types": ("contract.json", lambda contract: {
        **contract, "features": [{**item, "type": "categorical"} for item in contract["features"]]
    }),
}  # fmt: skip


def test_nonsense_is_refused_though_the_hashes_agree(repository, tmp_path):
    whole, champion = repository.path / "models/champion", tmp_path / "champion"
    load_champion(whole)
    for name, (file, change) in NONSENSE.items():
        shutil.copytree(whole, champion)
        replace(champion / file, change(json.loads((champion / file).read_text())))
        agree(champion)
        with pytest.raises(IntegrityError, match="not as `report` writes it; run `dvc repro` again") as caught:
            load_champion(champion)
        assert len(caught.value.problems) == 1, name
        shutil.rmtree(champion)
