"""The results of the runs: their test rows, and the report on all of them."""

from collections.abc import Sequence
from pathlib import Path

from stages.evaluate.models.candidates import CandidateKey
from stages.shared import paths
from stages.shared.calibration import shift_prior
from stages.shared.errors import InputError
from stages.shared.metrics.decisions import is_positive
from stages.shared.schemas.base import ArtifactModel, parse
from stages.shared.schemas.leaderboard import Effect, Leaderboard, SetSize
from stages.shared.storage.arrow import to_floats
from stages.shared.storage.files import read_json
from stages.shared.storage.parquet import read_parquet, read_table
from tools.rotate.estimates import Rotation, RotationEstimates, RotationSettings, list_candidates

REPORT = Path("reports/rotation.json")


class RotationReport(ArtifactModel):
    """reports/rotation.json."""

    test_sets: list[SetSize]
    rows: int  # of all test sets together, as are the positives
    positives: int
    reference: str  # the strategy without treatment
    confidence: float
    margins: dict[str, float]  # by metric: the largest difference that does not matter
    spread: dict[str, float]  # by metric: how much more the runs differ than their rows explain, from 1
    not_in_every_run: list[str]  # candidates that some run could not train; they have no effects here
    effects: list[Effect]  # by metric, mean effects before those of single classifiers


def read_rotation(tree: Path) -> tuple[Rotation, str]:
    """Return the test rows of the finished run in `tree` and the name of its strategy without treatment.

    A threshold holds at the prevalence in use, where that is not the one of the table.
    """
    leaderboard = parse(Leaderboard, paths.LEADERBOARD, read_json(tree / paths.LEADERBOARD))
    table, columns = read_table(tree / paths.TEST), read_parquet(tree / paths.TEST_SCORES)
    entries = {f"{item.strategy}/{item.classifier}": item for item in leaderboard.candidates}
    scores, decisions = {}, {}
    for name in [name for name in columns.column_names if name in entries]:  # in the order of params.yaml
        item = entries[name]
        candidate, values = CandidateKey(item.strategy, item.classifier), to_floats(columns[name].combine_chunks())
        scores[candidate] = values
        decisions[candidate] = is_positive(shift_prior(values, item.prior_shift), item.threshold)
    rotation = Rotation(table.rows, table.target, table.groups, scores, decisions, table.weights)
    return rotation, leaderboard.settings.reference.strategy


def check_rotations(rotations: Sequence[Rotation], references: Sequence[str]) -> None:
    """Raise InputError unless the runs compare the same rows once each, with one strategy without treatment."""
    if len(set(references)) > 1:
        raise InputError(
            f"params.yaml: strategies: {' and '.join(sorted(set(references)))} are the reference of different test "
            "sets, because one cannot run everywhere; remove it, or choose fewer test sets"
        )
    rows = [row for rotation in rotations for row in rotation.rows.tolist()]
    if len(set(rows)) < len(rows):
        raise InputError(f"{paths.TEST}: a row is in two test sets; run this again while nothing else changes files")


def make_report(
    rotations: Sequence[Rotation], estimates: RotationEstimates, settings: RotationSettings
) -> RotationReport:
    """Return the content of the report."""
    in_every_run = list_candidates(rotations)
    in_any_run = dict.fromkeys(candidate for rotation in rotations for candidate in rotation.scores)
    return RotationReport(
        test_sets=[SetSize(rows=len(rotation.y), positives=int(rotation.y.sum())) for rotation in rotations],
        rows=estimates.rows,
        positives=estimates.positives,
        reference=settings.reference,
        confidence=settings.confidence,
        margins=estimates.margins,
        spread=estimates.spread,
        not_in_every_run=[str(candidate) for candidate in in_any_run if candidate not in in_every_run],
        effects=estimates.effects,
    )
