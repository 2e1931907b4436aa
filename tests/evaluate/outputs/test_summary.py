"""The lines for a terminal."""

from typing import Any

from stages.evaluate.outputs.summary import summary


def compared(verdict: str, scope: str = "strategy", metric: str = "roc_auc") -> dict[str, str]:
    return {"scope": scope, "metric": metric, "verdict": verdict}


def test_a_line_a_strategy_and_one_of_the_whole() -> None:
    row: dict[str, Any] = {"threshold": 0.25, "test": {"average_precision": 0.9, "f1": 0.8}}
    row["intervals"] = {"average_precision": [0.85, 0.9451]}
    names = [{"strategy": "baseline", "classifier": "mlp"}, {"strategy": "smote", "classifier": "mlp"}]
    leaderboard = {
        "data": {"test": {"rows": 100, "positives": 10}},
        "settings": {"metric": "roc_auc", "reference": names[0]},
        "candidates": [{**name, **row} for name in reversed(names)],
        "strategies": names,
        "comparisons": [
            compared("better"), compared("tie"), compared("tie"),
            compared("worse", scope="classifier"), compared("worse", metric="f1"),
        ],
    }  # fmt: skip
    assert summary(leaderboard) == [
        "evaluate baseline mlp: average precision 0.900 [0.850, 0.945], f1 0.800 at threshold 0.250",
        "evaluate smote mlp: average precision 0.900 [0.850, 0.945], f1 0.800 at threshold 0.250",
        "evaluate: 2 candidates on 100 test rows, 10 positive; "
        "against baseline/mlp in roc_auc: 1 better, 0 worse, 2 tie",
    ]
