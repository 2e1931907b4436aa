"""What tuning tried, as values over the sampling ratio: a line for each other setting of the sampler."""

from dataclasses import dataclass
import json
from typing import Any

from stages.report.formatting import LOWER_IS_BETTER
from stages.shared.schemas.cross_validation import MeanStd
from stages.shared.schemas.tuning import Tuning, TuningTrial

#: how many lines a chart can carry
_LINES = 8


@dataclass(frozen=True)
class Sweep:
    """What tuning found for one candidate: a value of every metric for each line and ratio."""

    name: str
    chosen: float
    metric: str  # what the tuning went for
    ratios: list[float]  # rising
    lines: list[str]  # the other settings of the sampler, such as k_neighbors = 3
    metrics: dict[str, list[list[MeanStd | None]]]  # metric -> line -> ratio

    def data(self) -> dict[str, Any]:
        """The sweep as the script takes it: means and standard deviations, null where nothing was tried."""
        cells = {
            metric: [[spread and [spread.mean, spread.sd] for spread in line] for line in lines]
            for metric, lines in self.metrics.items()
        }
        return {
            "name": self.name, "chosen": self.chosen, "ratios": self.ratios, "lines": self.lines, "metrics": cells,
        }  # fmt: skip


def find_sweeps(tunings: dict[str, dict[str, Tuning]]) -> list[Sweep]:
    """The candidates for which more than one ratio was tried, in the order of params.yaml."""
    result = []
    for strategy, classifiers in tunings.items():
        for classifier, tuning in classifiers.items():
            tried = [item for item in tuning.results if _ratio(item.sampler) is not None]
            ratios = sorted({ratio for item in tried if (ratio := _ratio(item.sampler)) is not None})
            if len(ratios) > 1:
                result.append(_make_sweep(f"{strategy} × {classifier}", tuning, tried, ratios))
    return result


def _make_sweep(name: str, tuning: Tuning, tried: list[TuningTrial], ratios: list[float]) -> Sweep:
    lines = list(dict.fromkeys(_line(item.sampler) for item in tried))[:_LINES]
    best: dict[tuple[str, float | None], TuningTrial] = {}
    sign = 1 if tuning.metric in LOWER_IS_BETTER else -1
    for item in sorted(tried, key=lambda item: sign * item.metrics[tuning.metric].mean):
        best.setdefault((_line(item.sampler), _ratio(item.sampler)), item)  # of several settings of the classifier
    metrics = {
        metric: [
            [result.metrics[metric] if (result := best.get((line, ratio))) else None for ratio in ratios]
            for line in lines
        ]
        for metric in tried[0].metrics
    }
    chosen = _ratio(tuning.chosen.sampler)
    return Sweep(name, ratios[0] if chosen is None else chosen, tuning.metric, ratios, lines, metrics)


def _ratio(sampler: dict[str, Any]) -> float | None:
    value = sampler.get("sampling_strategy")
    return float(value) if isinstance(value, int | float) else None


def _line(sampler: dict[str, Any]) -> str:
    others = {key: value for key, value in sampler.items() if key != "sampling_strategy"}
    words = (f"{key} = {value if isinstance(value, str) else json.dumps(value)}" for key, value in others.items())
    return ", ".join(words) or "as in params.yaml"
