"""Estimated effects of many tables beside the true ones."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.shared.simulation import CONFIDENCE
from stages.evaluate.effects.effects import Comparison
from stages.evaluate.effects.estimates import POWER
from stages.evaluate.uncertainty.jackknife import normal_quantile
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.leaderboard import Effect

#: what names an effect; the mean over the classifiers has an empty classifier
CELL = ["strategy", "classifier", "metric"]


class Estimates:
    """The estimated effects of many tables, and the true effects on each of them."""

    def __init__(self) -> None:
        self._effects: list[dict[str, Any]] = []
        self._truths: list[dict[str, Any]] = []

    def add(self, run: int, rows: str, effects: Iterable[Effect], margins: Mapping[str, float]) -> None:
        """Add the effects that were estimated on the table `run`, from its `rows`: all, or fewer."""
        self._effects += [
            {**effect.model_dump(), "run": run, "rows": rows, "margin": margins[effect.metric]} for effect in effects
        ]

    def add_truth(self, comparison: Comparison, metric: str, gains: Sequence[float]) -> None:
        """Add the true effect on a table, with the gain of each classifier."""
        cell = {"strategy": comparison.strategy, "classifier": comparison.classifier, "metric": metric}
        self._truths.append({**cell, "truth": float(np.mean(gains))})

    def compare_with_truth(self) -> pd.DataFrame:
        """Return the estimated effects, and how each differs from the truth: the mean over the tables."""
        effects, truths = (
            pd.DataFrame(records).fillna({"classifier": ""}) for records in (self._effects, self._truths)
        )
        effects = effects.join(truths.groupby(CELL)["truth"].mean(), on=CELL)
        gain = effects["truth"] * effects["metric"].map(lambda name: METRICS[name].sign)
        verdict, half = effects["verdict"], (effects["high"] - effects["low"]) / 2
        # an effect of the detectable size is half a width and 0.84 errors away
        error = (effects["minimum_detectable"] - half) / normal_quantile(0.6)
        return effects.assign(
            error=error,
            holds=(effects["estimate"] - effects["truth"]).abs() <= normal_quantile(CONFIDENCE) * error + 1e-6,
            false=((verdict == "better") & (gain <= 0)) | ((verdict == "worse") & (gain >= 0)),
            false_same=(verdict == "same") & (effects["truth"].abs() > effects["margin"]),
            decided=verdict != "cannot_tell",
            needed=half - (effects["estimate"] - effects["truth"]),
        )


def summarize_cells(judged: pd.DataFrame, rows: str) -> pd.DataFrame:
    """Return a row for each effect that was estimated from these rows."""
    groups = judged[judged["rows"] == rows].groupby(CELL, sort=False)
    means = groups[["holds", "false_same", "decided", "minimum_detectable", "estimate", "truth", "error"]].mean()
    return means.assign(
        spread=groups["estimate"].std() / means["error"],
        bias=(means["estimate"] - means["truth"]).abs() / means["error"],
        median_error=groups["error"].median(),
        # the true effect whose intervals leave out 0 in a share of POWER of the tables
        said_of_true=means["minimum_detectable"] / groups["needed"].quantile(POWER),
    )


def split_means(judged: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    """Yield the mean effects over the classifiers, and the effects with one classifier."""
    yield "mean effects", judged[judged["classifier"] == ""]
    yield "one classifier", judged[judged["classifier"] != ""]
