"""Metrics at an operating point on ten rows that can be counted by hand, and the names that give them."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from stages.report.params import ReportParams
from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS, OPERATING_POINTS, get_points, list_compared, list_selectable
from stages.shared.params import load_yaml, read_params

ROOT = Path(__file__).parents[4]

#: the rows at 0.8 are tied: a positive and a negative
Y = np.array([1, 0, 1, 0, 0, 1, 0, 0, 0, 0])
SCORES = np.array([0.9, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("recall_at_precision(0.9)", 1 / 3),  # the first row alone
        ("recall_at_precision(0.6)", 2 / 3),  # the first three rows have a precision of 2 / 3
        ("recall_at_precision(0.5)", 1.0),  # three of six
        ("precision_at_recall(0.3)", 1.0),
        ("precision_at_recall(0.6)", 2 / 3),
        ("precision_at_recall(0.7)", 1 / 2),
        ("precision_in_top(1)", 1.0),
        ("precision_in_top(2)", 1.5 / 2),  # half of the tied rows, so half of their positive
        ("precision_in_top(0.2)", 1.5 / 2),
        ("precision_in_top(0.25)", 1.75 / 2.5),
        ("precision_in_top(100)", 3 / 10),
        ("recall_in_top(3)", 2 / 3),
        ("recall_in_top(100)", 1.0),
        ("lift_in_top(0.3)", (2 / 3) / 0.3),
        ("net_benefit(0.5)", (3 - 3) / 10),
        ("net_benefit(0.75)", (2 - 1 * 3) / 10),  # a row at 0.8 or more counts 1 or −3
        ("net_benefit(0.2)", (3 - 6 / 4) / 10),  # the row with exactly 0.2 is predicted positive
    ],
)
def test_the_definitions(name: str, value: float) -> None:
    assert METRICS[name].score(Y, SCORES) == pytest.approx(value)
    order = np.random.RandomState(0).permutation(10)
    assert METRICS[name].score(Y[order], SCORES[order]) == pytest.approx(value)


def test_no_threshold_reaches_the_precision() -> None:
    assert METRICS["recall_at_precision(0.9)"].score(Y, -SCORES) == 0


@pytest.mark.parametrize("name", ["recall_at_precision(0.55)", "precision_at_recall(0.7)", "precision_in_top(0.3)",
                                  "recall_in_top(0.3)", "lift_in_top(0.3)", "net_benefit(0.4)"])  # fmt: skip
def test_a_weight_of_two_is_the_row_twice(name: str) -> None:
    weights = np.array([1, 2, 1, 3, 1, 2, 1, 1, 4, 1])
    twice = METRICS[name].score(np.repeat(Y, weights), np.repeat(SCORES, weights))
    assert METRICS[name].score(Y, SCORES, weights.astype(float)) == pytest.approx(twice)
    assert METRICS[name].score(Y, SCORES, 0.1 * weights) == pytest.approx(twice)


def test_a_number_of_rows_is_the_same_share_of_other_sets() -> None:
    metric = METRICS["precision_in_top(20)"]
    assert (metric.for_other_sets(100).parameter, metric.count_top(100), metric.count_top(10)) == (0.2, 20, 10)
    for name in ("precision_in_top(0.2)", "recall_at_precision(0.2)", "roc_auc"):
        assert METRICS[name].for_other_sets(100) == METRICS[name]


def test_the_registry_lists_them_only_where_they_are_named() -> None:
    name = "lift_in_top(0.05)"
    assert get_points("roc_auc", name) == (name,)
    assert name not in METRICS
    assert name not in list_selectable()
    assert [*list_selectable(name)] == [*list_selectable(), name]
    assert list_compared(name)["ranking"] == ("average_precision", "roc_auc", name)
    assert (METRICS[name].label, METRICS[name].limit) == ("lift in the top 5 %", 20)
    assert METRICS["recall_in_top(1000)"].label == "recall in the top 1,000 rows"
    with pytest.raises(KeyError):
        METRICS["lift_in_top(0)"]


def read(tmp_path: Path, metric: object) -> str:
    content = load_yaml(ROOT / "params.yaml")
    content["select"]["metric"] = metric
    (tmp_path / "params.yaml").write_text(json.dumps(content))  # JSON is YAML
    return read_params(ReportParams, tmp_path / "params.yaml").select.metric


@pytest.mark.parametrize("kind", OPERATING_POINTS)
def test_params_and_schema_accept_every_kind(kind: str, tmp_path: Path) -> None:
    schema = json.loads((ROOT / "params.schema.json").read_text())["$defs"]["SelectParams"]["properties"]["metric"]
    assert read(tmp_path, f"{kind}(0.25)") == f"{kind}(0.25)"
    jsonschema.validate(f"{kind}(0.25)", schema)
    for wrong in (kind, f"{kind}(x)"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


@pytest.mark.parametrize(
    ("metric", "problem"),
    [
        ("recal_at_precision(0.9)", "must be one of average_precision, roc_auc, brier_score, log_loss, recall_at"),
        ("f1", "must be one of average_precision"),
        ("precision", "must be one of average_precision"),
        ("recall_at_precision", "recall_at_precision needs a number between 0 and 1 in brackets, such as"),
        ("net_benefit(1)", "net_benefit needs a number between 0 and 1 in brackets, such as net_benefit(0.1); found"),
        ("lift_in_top(2.5)", "lift_in_top needs a number between 0 and 1 or a whole number of rows in brackets"),
        (0.9, "input should be a valid string"),
    ],
)
def test_a_wrong_name_is_one_line(metric: object, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, metric)
    (line,) = raised.value.problems
    assert line.startswith(f"{tmp_path}/params.yaml: select.metric: {problem}")
