"""Command line of the stage `report`: metrics/ and models/ → reports/, models/champion/ and metrics/selected.json."""

import argparse
from typing import TYPE_CHECKING

from stages.report.params import ReportParams
from stages.shared import paths
from stages.shared.errors import run_cli
from stages.shared.params import read_params

if TYPE_CHECKING:
    from pathlib import Path

    from stages.report.context import ReportContext


def main() -> None:
    """Choose the champion by the folds of the train set, and write the report and models/champion/."""
    parser = argparse.ArgumentParser(prog="python -m stages.report", description=main.__doc__)
    parser.parse_args()
    params = read_params(ReportParams)

    from stages.report.build import build
    from stages.report.champion.artifacts import make_refit_recipe
    from stages.report.champion.selection import flat_metrics
    from stages.report.loading import read_context
    from stages.report.rendering.html import to_html
    from stages.report.rendering.markdown import to_markdown
    from stages.shared.storage.files import atomic_folder, sha256, write_json, write_text

    context = read_context(params)
    page = build(context)
    html, markdown = to_html(page), to_markdown(page)
    with atomic_folder(paths.CHAMPION) as folder:
        _write_champion(folder, context)
    recipe = make_refit_recipe(context, sha256(paths.CHAMPION / paths.MANIFEST))
    write_json(paths.REFIT_RECIPE, recipe.model_dump() if recipe else {})
    write_json(paths.SELECTED, {"strategy": context.champion.strategy, **flat_metrics(context.champion)})
    write_text(paths.REPORT_HTML, html)
    write_text(paths.REPORT_MD, markdown)


def _write_champion(folder: "Path", context: "ReportContext") -> None:
    import shutil
    import zipfile

    from stages.report.champion.artifacts import card_facts, make_facts, needs_imblearn
    from stages.report.rendering.markdown import to_card
    from stages.shared.calibration import parse_calibration
    from stages.shared.storage.files import read_json, sha256, write_json, write_text
    from stages.shared.storage.manifest import write_manifest

    best, model = context.champion, folder / paths.CHAMPION_MODEL
    shutil.copyfile(paths.MODELS / best.strategy / f"{best.classifier}.skops", model)
    shutil.copyfile(paths.CONTRACT, folder / paths.CONTRACT.name)
    with zipfile.ZipFile(model) as archive:
        write_text(folder / paths.CHAMPION_CARD, to_card(card_facts(context, needs_imblearn(archive))))
    digest = sha256(model)
    path = paths.MODELS / best.strategy / paths.CALIBRATION
    calibrator = parse_calibration(path, read_json(path))[best.classifier]
    write_json(folder / paths.CHAMPION_FACTS, make_facts(context, digest, calibrator).model_dump())
    write_manifest(folder, strategy=best.strategy, classifier=best.classifier, model=digest)


if __name__ == "__main__":
    run_cli(main)
