"""Command line of the stage `report`: metrics/ and models/ → reports/, models/champion/ and metrics/selected.json."""

import argparse
import os

from stages.report.params import ReportParams
from stages.shared import paths
from stages.shared.errors import run_cli
from stages.shared.params import read_params
from stages.shared.runtime.progress import Progress
from stages.shared.runtime.stage_lock import lock_stage

#: environment variable set by tools.repro, which prints the verdict itself, also if this stage does not run
QUIET = "EVENHAND_QUIET_REPORT"


def main() -> None:
    """Select the champion by cross-validation, write the report and models/champion/, and print the verdict."""
    parser = argparse.ArgumentParser(prog="python -m stages.report", description=main.__doc__)
    parser.parse_args()
    params = read_params(ReportParams)
    lock_stage("report")
    with Progress("report", "imports the libraries") as progress:
        lines = report(params, progress)
    if QUIET not in os.environ:
        print(*lines, sep="\n")


def report(params: ReportParams, progress: Progress) -> list[str]:
    """Write all files of the stage; return the verdict and what to type next."""
    from stages.report.build import build_page
    from stages.report.champion.artifacts import make_refit_recipe, write_champion
    from stages.report.loading import load_context
    from stages.report.rendering.html import to_html
    from stages.report.rendering.markdown import to_markdown
    from stages.report.verdict.terminal import describe_end
    from stages.shared.storage.files import atomic_folder, sha256, write_json, write_text

    progress.begin("reads the results, and traces a row through the champion")
    context = load_context(params)
    page = build_page(context)
    html, markdown = to_html(page, progress), to_markdown(page)
    with atomic_folder(paths.CHAMPION) as folder:
        write_champion(folder, context)
    recipe = make_refit_recipe(context, sha256(paths.CHAMPION / paths.MANIFEST))
    write_json(paths.REFIT_RECIPE, recipe.model_dump() if recipe else {})
    write_json(paths.SELECTED, {"strategy": context.champion.strategy, **context.champion.flatten()})
    write_text(paths.REPORT_HTML, html)
    write_text(paths.REPORT_MD, markdown)
    return describe_end(context.leaderboard, context.champion, context.reference_name)


if __name__ == "__main__":
    run_cli(main)
