"""Reading of all inputs of the report; the hashes of a model folder are checked before its files are read."""

from pathlib import Path
from typing import Any, TypeVar

from stages.report.champion.prediction import trace_predictions
from stages.report.champion.selection import check_agreement, choose_champion
from stages.report.context import ReportContext
from stages.report.params import ReportParams
from stages.shared import paths
from stages.shared.errors import InputError, IntegrityError
from stages.shared.schemas.base import parse
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.contract import Contract
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.schemas.curves import DecisionCurve, Explanation, Overlay, ThresholdCounts
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.schemas.trace import Trace
from stages.shared.schemas.tuning import Tuning
from stages.shared.storage.files import read_json, sha256
from stages.shared.storage.manifest import check_manifest
from stages.shared.storage.one_run import check_one_run

T = TypeVar("T", ThresholdCounts, Overlay, DecisionCurve)


def load_context(params: ReportParams) -> ReportContext:
    """Return all inputs of the report. Raises InputError or IntegrityError if they do not belong together."""
    content = read_json(paths.LEADERBOARD)
    leaderboard = parse(Leaderboard, paths.LEADERBOARD, content)
    contract = parse(Contract, paths.CONTRACT, read_json(paths.CONTRACT))
    names = [row.strategy for row in leaderboard.strategies]
    check_agreement(params, leaderboard)
    check_one_run(content, selected=False)
    choice = choose_champion(params, leaderboard)
    manifests = {name: _read_manifest(name) for name in names}
    trace_files = {name: paths.MODELS / name / paths.TRACE for name in names}
    thresholds, overlays, net_benefit = (
        paths.CURVES / f"{name}.json" for name in ("thresholds", "overlays", "net_benefit")
    )
    manifest_files = [paths.MODELS / name / paths.MANIFEST for name in names]
    return ReportContext(
        params=params,
        contract=contract,
        leaderboard=leaderboard,
        choice=choice,
        traces={name: parse(Trace, path, read_json(path)) for name, path in trace_files.items()},
        libraries=merge_values([manifest["libraries"] for manifest in manifests.values()]),
        inputs=merge_values([manifest["inputs"] for manifest in manifests.values()]),
        thresholds=_read_by_candidate(leaderboard, thresholds, ThresholdCounts),
        overlays=_read_by_candidate(leaderboard, overlays, Overlay),
        tunings={name: _read_tuning(name) for name in names},
        decision_curves=(_read_by_candidate(leaderboard, net_benefit, DecisionCurve) if net_benefit.is_file() else {}),
        explanation=_read_explanation(choice.champion),
        hashes={path.as_posix(): sha256(path) for path in (*manifest_files, paths.LEADERBOARD)},
        predictions=trace_predictions(choice.champion, contract),
    )


def _read_explanation(champion: Candidate) -> Explanation | None:
    """Return what explains the champion, or else the candidate that represents its strategy."""
    path = paths.CURVES / "explanations.json"
    explanations = parse(list[Explanation], path, read_json(path))
    of_strategy = [item for item in explanations if item.strategy == champion.strategy]
    return min(of_strategy, key=lambda item: item.classifier != champion.classifier, default=None)


def merge_values(mappings: list[dict[str, str]]) -> dict[str, list[str]]:
    """Return for each key the different values in `mappings`, sorted: a single value if all agree."""
    keys = {key: None for mapping in mappings for key in mapping}
    return {key: sorted({mapping[key] for mapping in mappings if key in mapping}) for key in keys}


def _read_by_candidate(leaderboard: Leaderboard, path: Path, model: type[T]) -> dict[str, T]:
    """Return the entries of a curves file by candidate. Raises InputError if they are not the leaderboard's."""
    entries: list[T] = parse(list[model], path, read_json(path))  # type: ignore[valid-type]
    items = {f"{item.strategy} × {item.classifier}": item for item in entries}
    names = [str(candidate) for candidate in leaderboard.candidates]
    if list(items) != names:
        difference = (sorted(set(items) ^ set(names)) or ["their order"])[0]
        raise InputError(
            f"{path}: not about the same candidates as metrics/leaderboard.json ({difference}); run `dvc repro` again"
        )
    return items


def _read_tuning(strategy: str) -> dict[str, Tuning]:
    """Return the tuning of a strategy by classifier; empty if the file is absent."""
    path = paths.MODELS / strategy / paths.TUNING
    return parse(dict[str, Tuning], path, read_json(path)) if path.is_file() else {}


def _read_manifest(strategy: str) -> dict[str, Any]:
    """Return the manifest of a strategy's model folder, checked to be the one that metrics/cv names."""
    source, folder = paths.CV_METRICS / f"{strategy}.json", paths.MODELS / strategy
    expected = parse(CvRecord, source, read_json(source)).manifest
    manifest = check_manifest(folder)
    actual = sha256(folder / paths.MANIFEST)
    if actual != expected:
        raise IntegrityError(
            f"{folder / paths.MANIFEST}: its SHA-256 is {actual}, {source} says {expected}; these are not the models "
            "that were measured, restore both with `dvc checkout` or `dvc repro`"
        )
    return manifest
