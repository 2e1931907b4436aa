"""The inputs of the report, made by hand."""

from dataclasses import replace
from typing import Any

from stages.report.champion.selection import choose_champion
from stages.report.context import ReportContext
from stages.report.params import ReportParams
from stages.shared.schemas.contract import Contract
from stages.shared.schemas.curves import Explanation, Overlay, ThresholdCounts
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.schemas.trace import Trace
from stages.shared.schemas.tuning import Tuning
from tests.stages.report.made.factory import BASELINE, Treatment, contract_json, leaderboard_json, params_json
from tests.stages.report.made.runs import explanation_json, overlay_json, thresholds_json, trace_json


def make_context(
    *treatments: Treatment, baseline: Treatment = BASELINE, champion: tuple[str, str] | None = None,
    contract: dict[str, Any] | None = None, tunings: dict[str, dict[str, Any]] | None = None, **select: Any,
) -> ReportContext:  # fmt: skip
    """Return the context after training of `baseline` and `treatments`; `champion` replaces the selected one."""
    content, every = leaderboard_json(*treatments, baseline=baseline), (baseline, *treatments)
    leaderboard = Leaderboard.model_validate(content)
    params = ReportParams.model_validate(params_json(every, **select))
    choice = choose_champion(params, leaderboard)
    thresholds = [ThresholdCounts.model_validate(thresholds_json(entry)) for entry in content["candidates"]]
    overlays = [Overlay.model_validate(overlay_json(entry)) for entry in content["candidates"]]
    return ReportContext(
        params=params,
        contract=Contract.model_validate(contract or contract_json()),
        leaderboard=leaderboard,
        choice=replace(choice, champion=leaderboard.candidate(*champion)) if champion else choice,
        traces={item.name: Trace.model_validate(trace_json(item)) for item in every},
        libraries={"numpy": ["2.4.6"]},
        inputs={"data/train.parquet": ["a" * 64]},
        thresholds={f"{item.strategy} × {item.classifier}": item for item in thresholds},
        overlays={f"{item.strategy} × {item.classifier}": item for item in overlays},
        tunings={
            item.name: {
                name: Tuning.model_validate(entry) for name, entry in (tunings or {}).get(item.name, {}).items()
            }
            for item in every
        },
        hashes={"metrics/leaderboard.json": "c" * 64},
        explanation=Explanation.model_validate(explanation_json(content["strategies"][0])),
    )
