"""Command line of the stage `report`: metrics/ and models/ → reports/, models/champion/ and metrics/selected.json."""

import argparse

from stages.report.params import ReportParams
from stages.shared import paths
from stages.shared.errors import run_cli
from stages.shared.params import read_params
from stages.shared.runtime.stage_lock import lock_stage


def main() -> None:
    """Select the champion by cross-validation, and write the report and models/champion/."""
    parser = argparse.ArgumentParser(prog="python -m stages.report", description=main.__doc__)
    parser.parse_args()
    params = read_params(ReportParams)
    lock_stage("report")

    from stages.report.build import build_page
    from stages.report.champion.artifacts import make_refit_recipe, write_champion
    from stages.report.loading import load_context
    from stages.report.rendering.html import to_html
    from stages.report.rendering.markdown import to_markdown
    from stages.shared.storage.files import atomic_folder, sha256, write_json, write_text

    context = load_context(params)
    page = build_page(context)
    html, markdown = to_html(page), to_markdown(page)
    with atomic_folder(paths.CHAMPION) as folder:
        write_champion(folder, context)
    recipe = make_refit_recipe(context, sha256(paths.CHAMPION / paths.MANIFEST))
    write_json(paths.REFIT_RECIPE, recipe.model_dump() if recipe else {})
    write_json(paths.SELECTED, {"strategy": context.champion.strategy, **context.champion.flatten()})
    write_text(paths.REPORT_HTML, html)
    write_text(paths.REPORT_MD, markdown)
    print(f"report: {page.verdict[0]}")
    print(f"report: the champion is {context.champion}; {paths.REPORT_HTML} has the rest")


if __name__ == "__main__":
    run_cli(main)
