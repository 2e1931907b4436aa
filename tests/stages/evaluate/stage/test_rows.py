"""The stage evaluate: which rows count, and how rows of a group count."""

from collections.abc import Callable
from dataclasses import replace
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.errors import InputError
from stages.shared.schemas.contract import Notice
from stages.shared.storage.files import sha256, write_json
from stages.shared.storage.manifest import write_manifest
from stages.shared.storage.parquet import Table, read_parquet, read_table, write_columns, write_table
from tests.stages.evaluate.conftest import PARAMS, write_params

pytestmark = pytest.mark.slow


def trust_again(repository: Path, strategy: str) -> None:
    """Make the manifest and the record of a strategy agree with its changed files."""
    folder = repository / "models" / strategy
    inputs = json.loads((folder / "manifest.json").read_text())["inputs"]
    (folder / "manifest.json").unlink()
    write_manifest(folder, strategy=strategy, inputs=inputs)
    path = repository / f"metrics/cv/{strategy}.json"
    write_json(path, json.loads(path.read_text()) | {"manifest": sha256(folder / "manifest.json")})


def rewrite_test(repository: Path, **changes: Any) -> Table:
    """data/test.parquet with another contract."""
    path = repository / "data/test.parquet"
    table = read_table(path)
    table = replace(table, contract=table.contract.model_copy(update=changes))
    write_table(path, table)
    return table


def test_effects_come_from_all_rows_or_from_test_alone(run_stage: Callable[[], Any], repository: Path) -> None:
    """Half of the out-of-fold scores changed: the effects from all rows change, those from test do not."""

    def estimates(rows: str) -> list[float]:
        write_params(repository, evaluate=PARAMS["evaluate"] | {"rows": rows})
        found = run_stage()
        assert {item["rows"] for item in found["effects"]} == {rows}
        return [item["estimate"] for item in found["effects"]]

    before = {rows: estimates(rows) for rows in ("all", "test")}
    folder = repository / "models/smote"
    oof = read_parquet(folder / "oof.parquet")
    columns = {name: oof[name].to_numpy().copy() for name in oof.column_names}
    columns["naive_bayes"][::2] = 0.5
    write_columns(folder / "oof.parquet", columns)
    trust_again(repository, "smote")
    assert estimates("all") != before["all"]
    assert estimates("test") == before["test"]


def test_other_folds_than_those_of_the_first_strategy_are_refused(
    run_stage: Callable[[], Any], repository: Path
) -> None:
    folder = repository / "models/smote"
    oof = read_parquet(folder / "oof.parquet")
    columns = {name: oof[name].to_numpy().copy() for name in oof.column_names}
    columns["fold"][:] = 0
    write_columns(folder / "oof.parquet", columns)
    trust_again(repository, "smote")
    with pytest.raises(InputError, match=r"models/smote/oof\.parquet: has other rows or folds than the first strategy"):
        run_stage()


def test_rows_of_one_group_count_as_one(run_stage: Callable[[], dict[str, Any]], repository: Path) -> None:
    """The same rows, five in a group: the values stay, the intervals of one candidate and of a pair change."""
    by_row = run_stage()
    table = rewrite_test(repository, group="patient")
    groups = pa.array(np.argsort(np.argsort(table.features()["age"])) // 5)  # rows of similar age
    data = table.data.set_column(table.data.column_names.index("__group__"), "__group__", groups)
    write_table(repository / "data/test.parquet", replace(table, data=data))
    by_group = run_stage()
    for one, other in zip(by_row["candidates"], by_group["candidates"], strict=True):
        assert one["test"] == other["test"]
        assert one["intervals"]["roc_auc"] != other["intervals"]["roc_auc"]
        assert one["intervals"]["specificity"] != other["intervals"]["specificity"]
    ends = [{(item["low"], item["high"]) for item in found["comparisons"]} for found in (by_row, by_group)]
    assert ends[0] != ends[1]


def test_what_the_split_noticed_and_the_scored_part_of_train(
    run_stage: Callable[[], dict[str, Any]], repository: Path
) -> None:
    """By time the effects are of the rows that the folds scored, and of test."""
    notice = Notice(column=None, kind="dropped_rows", message="split.gap: 3 rows")
    rewrite_test(repository, time="day", noticed=[notice])
    leaderboard = run_stage()
    assert leaderboard["noticed"] == [notice.model_dump()]
    assert leaderboard["data"]["out_of_fold"] == {"rows": 260, "positives": 60, "weighted_positives": None}
    assert {effect["rows"] for effect in leaderboard["effects"]} == {"all"}
    assert "each fold scores a period of train" in " ".join(leaderboard["notes"])
