"""The leaderboard in a few lines for a terminal."""

from collections import Counter
from typing import Any


def summary(leaderboard: dict[str, Any]) -> list[str]:
    """One line a strategy, then one of the whole."""
    rows = {(row["strategy"], row["classifier"]): row for row in leaderboard["candidates"]}
    standing = [rows[place["strategy"], place["classifier"]] for place in leaderboard["strategies"]]
    return [*(_strategy(row) for row in standing), _whole(leaderboard)]


def _strategy(row: dict[str, Any]) -> str:
    test, (low, high) = row["test"], row["intervals"]["average_precision"]
    return (
        f"evaluate {row['strategy']} {row['classifier']}: average precision {test['average_precision']:.3f} "
        f"[{low:.3f}, {high:.3f}], f1 {test['f1']:.3f} at threshold {row['threshold']:.3f}"
    )


def _whole(leaderboard: dict[str, Any]) -> str:
    test, metric = leaderboard["data"]["test"], leaderboard["settings"]["metric"]
    verdicts = Counter(
        found["verdict"]
        for found in leaderboard["comparisons"]
        if found["scope"] == "strategy" and found["metric"] == metric
    )
    against = "/".join(leaderboard["settings"]["reference"].values())
    return (
        f"evaluate: {len(leaderboard['candidates'])} candidates on {test['rows']} test rows, {test['positives']} "
        f"positive; against {against} in {metric}: {verdicts['better']} better, {verdicts['worse']} worse, "
        f"{verdicts['tie']} tie"
    )
