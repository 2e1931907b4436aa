"""metrics/curves/explanations.json of the whole stage."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stages.shared.schemas.base import parse
from stages.shared.schemas.curves import Explanation
from stages.shared.storage.files import read_json
from tests.stages.evaluate.conftest import PARAMS, write_params

pytestmark = pytest.mark.slow


def read_explanations(repository: Path) -> dict[str, Explanation]:
    path = repository / "metrics/curves/explanations.json"
    return {str(item): item for item in parse(list[Explanation], path, read_json(path))}


def test_the_representative_of_each_strategy_is_explained(
    run_stage: Callable[[], dict[str, Any]], repository: Path
) -> None:
    leaderboard = run_stage()
    explanations = read_explanations(repository)
    assert list(explanations) == [f"{item['strategy']} × {item['classifier']}" for item in leaderboard["strategies"]]
    for item in explanations.values():
        assert len(item.importance) == 3  # every feature of the table
        assert {entry.feature for entry in item.dependence} == {entry.feature for entry in item.importance}
        assert item.slices
        assert not any(entry.watched for entry in item.slices)


def test_slices_count_train_rows_out_of_fold_unless_test_alone_counts(
    run_stage: Callable[[], dict[str, Any]], repository: Path
) -> None:
    def count_rows() -> list[int]:
        run_stage()
        return [entry.rows for item in read_explanations(repository).values() for entry in item.slices]

    every = count_rows()
    write_params(repository, evaluate=PARAMS["evaluate"] | {"rows": "test"})
    assert max(count_rows()) < 60 < max(every)  # a quartile of 120 negatives, or of 320


def test_the_slices_of_a_watched_column_are_all_listed(
    run_stage: Callable[[], dict[str, Any]], repository: Path
) -> None:
    run_stage()
    feature = next(iter(read_explanations(repository).values())).importance[0].feature
    write_params(repository, evaluate=PARAMS["evaluate"] | {"slices": [feature]})
    run_stage()
    watched = [entry for entry in next(iter(read_explanations(repository).values())).slices if entry.watched]
    assert [entry.metric for entry in watched] == ["recall", "specificity"] * 4  # four quartiles
    assert {entry.column for entry in watched} == {feature}
