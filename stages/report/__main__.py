"""The door of report: `python -m stages.report`."""

import argparse
from typing import TYPE_CHECKING, Any

from stages.report.params import ReportParams
from stages.shared import paths
from stages.shared.errors import IntegrityError, run_cli
from stages.shared.params import read_params

if TYPE_CHECKING:
    from pathlib import Path

    from stages.report.context import Findings
    from stages.report.explain.prediction import PredictionTrace
    from stages.shared.schemas.contract import Contract
    from stages.shared.schemas.leaderboard import Candidate
    from stages.shared.schemas.tuning import Tuning


def main() -> None:
    """Chooses the champion by the folds of train, and writes the verdict, the report and models/champion/."""
    parser = argparse.ArgumentParser(prog="python -m stages.report", description=main.__doc__)
    parser.parse_args()
    params = read_params(ReportParams)

    from stages.report.build import build
    from stages.report.champion.artifacts import refit_recipe
    from stages.report.rendering.html import to_html, to_markdown
    from stages.report.selection import flat_metrics
    from stages.shared.storage.files import atomic_folder, sha256, write_json, write_text

    findings = read_findings(params)
    page = build(findings)
    html, markdown = to_html(page), to_markdown(page)
    with atomic_folder(paths.CHAMPION) as folder:
        _write_champion(folder, findings)
    recipe = refit_recipe(findings, sha256(paths.CHAMPION / paths.MANIFEST))
    write_json(paths.REFIT_RECIPE, recipe.model_dump() if recipe else {})
    write_json(paths.SELECTED, {"strategy": findings.champion.strategy, **flat_metrics(findings.champion)})
    write_text(paths.REPORT_HTML, html)
    write_text(paths.REPORT_MD, markdown)


def read_findings(params: ReportParams) -> "Findings":
    """All that the report is written from; the model folders only after their hashes were checked."""
    from stages.report.context import Findings, by_candidate, merged
    from stages.report.selection import check_agreement, choose
    from stages.shared.schemas.base import parse
    from stages.shared.schemas.contract import Contract
    from stages.shared.schemas.curves import Overlay, ThresholdCounts
    from stages.shared.schemas.leaderboard import Leaderboard
    from stages.shared.schemas.trace import Trace
    from stages.shared.storage.files import read_json, sha256

    board = parse(Leaderboard, paths.LEADERBOARD, read_json(paths.LEADERBOARD))
    contract = parse(Contract, paths.CONTRACT, read_json(paths.CONTRACT))
    flat = {name: read_json(paths.STRATEGY_METRICS / f"{name}.json") for name in params.strategies}
    check_agreement(params, board, flat)
    choice = choose(params, board)
    manifests = {name: _trusted_manifest(name) for name in params.strategies}
    trace_files = {name: paths.MODELS / name / paths.TRACE for name in params.strategies}
    traces = {name: parse(Trace, path, read_json(path)) for name, path in trace_files.items()}
    libraries = merged([manifest["libraries"] for manifest in manifests.values()])
    inputs = merged([manifest["inputs"] for manifest in manifests.values()])
    at, over = (paths.CURVES / f"{name}.json" for name in ("thresholds", "overlays"))
    thresholds = by_candidate(board, at, parse(list[ThresholdCounts], at, read_json(at)))
    overlays = by_candidate(board, over, parse(list[Overlay], over, read_json(over)))
    manifest_files = [paths.MODELS / name / paths.MANIFEST for name in params.strategies]
    hashes = {path.as_posix(): sha256(path) for path in (*manifest_files, paths.LEADERBOARD)}
    tunings = {name: _tuning(name) for name in params.strategies}
    return Findings(
        params, contract, board, choice, traces, libraries, inputs, thresholds, overlays, tunings, hashes,
        _traced(choice.champion, contract),
    )  # fmt: skip


def _traced(champion: "Candidate", contract: "Contract") -> "PredictionTrace":
    """One made row on its way through the champion, whose folder has been checked."""
    from stages.report.explain.prediction import trace_prediction
    from stages.shared.calibration import parse_calibration
    from stages.shared.storage.files import read_json
    from stages.shared.storage.model_file import load_model

    folder = paths.MODELS / champion.strategy
    where = folder / paths.CALIBRATION
    calibrator = parse_calibration(where, read_json(where))[champion.classifier]
    model = load_model(folder / f"{champion.classifier}.skops")
    return trace_prediction(model, contract, calibrator, champion.threshold)


def _tuning(strategy: str) -> "dict[str, Tuning]":
    """What was tuned for a strategy, by classifier; nothing where the file is absent."""
    from stages.shared.schemas.base import parse
    from stages.shared.schemas.tuning import Tuning
    from stages.shared.storage.files import read_json

    path = paths.MODELS / strategy / paths.TUNING
    return parse(dict[str, Tuning], path, read_json(path)) if path.is_file() else {}


def _trusted_manifest(strategy: str) -> dict[str, Any]:
    """The manifest of a strategy's model folder, found to be the one that metrics/cv speaks of."""
    from stages.shared.schemas.base import parse
    from stages.shared.schemas.cross_validation import CvRecord
    from stages.shared.storage.files import read_json, sha256
    from stages.shared.storage.manifest import check_manifest

    source, folder = paths.CV_METRICS / f"{strategy}.json", paths.MODELS / strategy
    promised = parse(CvRecord, source, read_json(source)).manifest
    manifest = check_manifest(folder)
    actual = sha256(folder / paths.MANIFEST)
    if actual != promised:
        raise IntegrityError(
            f"{folder / paths.MANIFEST}: its SHA-256 is {actual}, {source} says {promised}; these are not the models "
            "that were measured, restore both with `dvc checkout` or `dvc repro`"
        )
    return manifest


def _write_champion(folder: "Path", findings: "Findings") -> None:
    import shutil
    import zipfile

    from stages.report.champion.artifacts import card_facts, facts, needs_imblearn
    from stages.report.rendering.html import to_card
    from stages.shared.calibration import parse_calibration
    from stages.shared.storage.files import read_json, sha256, write_json, write_text
    from stages.shared.storage.manifest import write_manifest

    best, model = findings.champion, folder / paths.CHAMPION_MODEL
    shutil.copyfile(paths.MODELS / best.strategy / f"{best.classifier}.skops", model)
    shutil.copyfile(paths.CONTRACT, folder / paths.CONTRACT.name)
    with zipfile.ZipFile(model) as archive:
        write_text(folder / paths.CHAMPION_CARD, to_card(card_facts(findings, needs_imblearn(archive))))
    digest = sha256(model)
    path = paths.MODELS / best.strategy / paths.CALIBRATION
    calibrator = parse_calibration(path, read_json(path))[best.classifier]
    write_json(folder / paths.CHAMPION_FACTS, facts(findings, digest, calibrator).model_dump())
    write_manifest(folder, strategy=best.strategy, classifier=best.classifier, model=digest)


if __name__ == "__main__":
    run_cli(main)
