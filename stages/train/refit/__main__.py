"""Command line of the stage `refit`: `python -m stages.train.refit` fits the champion again on every labelled row."""

import argparse
import shutil

from stages.shared import paths
from stages.shared.errors import IntegrityError, run_cli
from stages.shared.params import read_params
from stages.shared.runtime.progress import Progress
from stages.shared.runtime.stage_lock import lock_stage
from stages.shared.runtime.threads import limit_threads
from stages.shared.schemas.base import parse
from stages.train.params import TrainParams


def main() -> None:
    """Fit the champion again on every labelled row, if models/refit_recipe.json requests it."""
    argparse.ArgumentParser(prog="python -m stages.train.refit", description=main.__doc__).parse_args()
    params = read_params(TrainParams)
    lock_stage("refit")
    from stages.shared.schemas.champion import RefitRecipe
    from stages.shared.storage.files import atomic_folder, read_json, sha256, write_json, write_text

    content = read_json(paths.REFIT_RECIPE)
    if not content:  # params.yaml requests no refit
        with atomic_folder(paths.REFIT) as folder:
            write_text(folder / paths.CHAMPION_CARD, NOTHING)
        return

    recipe = parse(RefitRecipe, paths.REFIT_RECIPE, content)
    limit_threads()
    from stages.shared.storage.manifest import check_manifest, write_manifest
    from stages.shared.storage.model_file import dump_model
    from stages.shared.storage.parquet import read_table
    from stages.train.refit.refit import refit

    check_manifest(paths.CHAMPION)
    if sha256(paths.CHAMPION / paths.MANIFEST) != recipe.champion:
        raise IntegrityError(
            f"{paths.REFIT_RECIPE}: was written for another champion; run `dvc repro` to make it again"
        )
    table = read_table(paths.PREPARED)
    with Progress("refit", f"fits {recipe.strategy}, {recipe.classifier}"):
        model = refit(table, params, recipe)
    with atomic_folder(paths.REFIT) as folder:
        dump_model(model, folder / paths.CHAMPION_MODEL)
        shutil.copyfile(paths.CHAMPION / paths.CONTRACT.name, folder / paths.CONTRACT.name)
        digest = sha256(folder / paths.CHAMPION_MODEL)
        write_json(folder / paths.CHAMPION_FACTS, {**read_json(paths.CHAMPION / paths.CHAMPION_FACTS), "model": digest})
        card = (paths.CHAMPION / paths.CHAMPION_CARD).read_text(encoding="utf-8")
        write_text(folder / paths.CHAMPION_CARD, CARD.format(rows=f"{len(table.target):,}") + card)
        write_manifest(folder, strategy=recipe.strategy, classifier=recipe.classifier, refitted_from=recipe.champion)


#: the README of models/refit without a refitted model
NOTHING = """# No refitted model

`select.refit` in params.yaml is `train`: the model to use is models/champion.
"""

CARD = """> **Refitted.** This model has the settings, the calibration and the threshold of models/champion, and was
> fitted on all {rows} labelled rows, including the test set. No rows are left to measure it on. All numbers below
> are of the model in models/champion, which was fitted on train alone.

"""


if __name__ == "__main__":
    run_cli(main)
