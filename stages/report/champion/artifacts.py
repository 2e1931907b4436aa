"""The files of the champion: models/champion/ and the recipe of its refit."""

from pathlib import Path
import shutil
import zipfile

from stages.report.champion.model_card import make_card_values
from stages.report.context import ReportContext
from stages.report.rendering.markdown import to_card
from stages.shared import paths
from stages.shared.calibration import parse_calibration
from stages.shared.schemas.champion import ChampionFacts, RefitRecipe
from stages.shared.storage.files import read_json, sha256, write_json, write_text
from stages.shared.storage.manifest import write_manifest


def write_champion(folder: Path, context: ReportContext) -> None:
    """Write the model, its facts, its contract, its card and the manifest into `folder`."""
    best, contract, model = context.champion, context.contract, folder / paths.CHAMPION_MODEL
    shutil.copyfile(paths.MODELS / best.strategy / f"{best.classifier}.skops", model)
    shutil.copyfile(paths.CONTRACT, folder / paths.CONTRACT.name)
    with zipfile.ZipFile(model) as archive:
        write_text(folder / paths.CHAMPION_CARD, to_card(make_card_values(context, needs_imblearn(archive))))
    calibration = paths.MODELS / best.strategy / paths.CALIBRATION
    facts = ChampionFacts(
        strategy=best.strategy,
        classifier=best.classifier,
        threshold=best.threshold,
        positive=contract.positive,
        negative=contract.negative,
        model=sha256(model),
        calibration=parse_calibration(calibration, read_json(calibration))[best.classifier],
        prior_shift=best.prior_shift,
    )
    write_json(folder / paths.CHAMPION_FACTS, facts.model_dump())
    write_manifest(folder, strategy=best.strategy, classifier=best.classifier, model=facts.model)


def needs_imblearn(model: zipfile.ZipFile) -> bool:
    """Return whether a skops file contains classes of imbalanced-learn, as the balanced ensembles do."""
    return b'"imblearn' in model.read("schema.json")


def make_refit_recipe(context: ReportContext, manifest: str) -> RefitRecipe | None:
    """Return the recipe for the stage refit; None if params.yaml requests no refit.

    `manifest` is the SHA-256 of the champion's manifest, which changes with any of its files.
    """
    if context.params.select.refit == "train":
        return None
    best = context.champion
    siblings = [item for item in context.leaderboard.candidates if item.strategy == best.strategy]
    return RefitRecipe(
        champion=manifest,
        strategy=best.strategy,
        classifier=best.classifier,
        tuned={item.classifier: item.tuned for item in siblings if item.tuned},
        members=best.members,
    )
