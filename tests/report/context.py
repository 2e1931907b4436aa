"""The inputs of the report, made by hand."""

from typing import Any

from stages.report.champion.selection import choose
from stages.report.context import ReportContext
from stages.report.params import ReportParams
from stages.shared.schemas.contract import Contract
from stages.shared.schemas.curves import Overlay, ThresholdCounts
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.schemas.trace import Trace
from stages.shared.schemas.tuning import Tuning
from tests.report.factory import (
    BASELINE,
    SELECT,
    Treatment,
    board_json,
    contract_json,
    overlay_json,
    thresholds_json,
    trace_json,
)  # fmt: skip


def make_context(
    *treatments: Treatment, baseline: Treatment = BASELINE, select: dict[str, str] | None = None,
    contract: dict[str, Any] | None = None, tunings: dict[str, dict[str, Any]] | None = None,
) -> ReportContext:  # fmt: skip
    """What report knows when doing nothing and `treatments` were trained."""
    content = board_json(*treatments, baseline=baseline)
    leaderboard, every = Leaderboard.model_validate(content), (baseline, *treatments)
    strategies = {
        item.name: {
            key: value for key, value in (("sampler", item.sampler), ("class_weight", item.class_weight)) if value
        }
        for item in every
    }
    named = {**SELECT, **(select or {})}
    params = ReportParams.model_validate({"random_state": 42, "select": named, "strategies": strategies})
    traces = {item.name: Trace.model_validate(trace_json(item)) for item in every}
    thresholds = [ThresholdCounts.model_validate(thresholds_json(entry)) for entry in content["candidates"]]
    overlays = [Overlay.model_validate(overlay_json(entry)) for entry in content["candidates"]]
    tuned = {
        strategy: {name: Tuning.model_validate(entry) for name, entry in classifiers.items()}
        for strategy, classifiers in (tunings or {}).items()
    }
    return ReportContext(
        params=params,
        contract=Contract.model_validate(contract or contract_json()),
        leaderboard=leaderboard,
        choice=choose(params, leaderboard),
        traces=traces,
        libraries={"numpy": ["2.4.6"]},
        inputs={"data/train.parquet": ["a" * 64]},
        thresholds={f"{item.strategy} × {item.classifier}": item for item in thresholds},
        overlays={f"{item.strategy} × {item.classifier}": item for item in overlays},
        tunings={item.name: tuned.get(item.name, {}) for item in every},
        hashes={"metrics/leaderboard.json": "c" * 64},
    )
