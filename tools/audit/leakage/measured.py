"""All mistakes on one finished run, with notes on how they were measured."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from sklearn.metrics import average_precision_score

from stages.report.formatting import format_metric
from stages.shared import paths
from stages.shared.errors import InputError
from stages.shared.schemas.candidate import CandidateName
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.storage.arrow import Floats, from_bools, to_floats, to_ints
from stages.shared.storage.parquet import Table
from tools.audit.leakage.experiments import AuditData
from tools.audit.leakage.fixtures import count_duplicates
from tools.audit.leakage.scenarios import measure
from tools.audit.leakage.selection import METRIC, measure_selection
from tools.audit.report.findings import Inflation
from tools.audit.run import Run, find_groups, sample_rows


@dataclass(frozen=True)
class Candidates:
    """The candidates of a run: their scores on test by name, and the name of the champion."""

    scores: dict[str, Floats]
    champion: str


def read_candidates(
    test: Table, test_scores: pa.Table, leaderboard: Leaderboard, champion: CandidateName
) -> Candidates:
    """Return the candidates of data/test_scores.parquet and the leaderboard.

    Raises InputError when they belong to another run than `test`.
    """
    ranked = [_name(candidate) for candidate in leaderboard.candidates]
    absent = sorted({"row", *ranked} - set(test_scores.column_names))
    if absent or not np.array_equal(to_ints(test_scores.column("row").combine_chunks()), test.rows):
        reason = f"has no column {absent[0]}" if absent else f"has other rows than {paths.TEST}"
        raise InputError(f"{paths.TEST_SCORES}: is not of this run: {reason}; run `dvc repro`")
    scores = {name: to_floats(test_scores.column(name).combine_chunks()) for name in ranked}
    return Candidates(scores, _name(champion))


def _name(candidate: CandidateName) -> str:
    return f"{candidate.strategy}/{candidate.classifier}"  # its column in data/test_scores.parquet


def measure_run(
    run: Run, candidates: Candidates, repeats: int, progress: Callable[[str], None]
) -> tuple[list[Inflation], list[str]]:
    """Return how much each mistake inflates a score on the data of `run`, and notes on how that was measured."""
    audit_data, notes = _audit_data(run)
    inflations, failed = measure(audit_data, run.params.measuring, repeats, progress)
    chosen, descriptions = _selection(run, candidates, repeats)
    progress("model_selected_on_test")
    return inflations + chosen, [*notes, *failed, *descriptions]


def _audit_data(run: Run) -> tuple[AuditData, list[str]]:
    table, params = run.prepared, run.params
    kept = sample_rows(find_groups(table, params.split.duplicates), table.target, run.rows, params.random_state)
    notes = []
    if not kept.all():
        notes.append(f"Measured on {int(kept.sum())} of {len(kept)} rows, drawn at random; --rows takes more of them.")
    table = replace(table, data=table.data.filter(from_bools(kept)))
    if params.split.time:
        notes.append("The splits here are random, not by time, so that they can be repeated.")
    repeated = count_duplicates(table)
    notes.append(
        f"{repeated} rows repeat an earlier one in every feature; a split by single rows separates them."
        if repeated
        else "The table has no duplicate rows; to measure that mistake, a random tenth of its rows is repeated."
    )
    return AuditData(table, params), notes


def _selection(run: Run, candidates: Candidates, repeats: int) -> tuple[list[Inflation], list[str]]:
    y, params, scores = run.test.target, run.params, candidates.scores
    if len(scores) < 2:
        return [], ["model_selected_on_test: not measured: the run has a single candidate"]
    on_test = {name: float(average_precision_score(y, values)) for name, values in scores.items()}
    best, champion = max(on_test, key=lambda name: on_test[name]), candidates.champion
    descriptions = (
        f"Of the {len(scores)} candidates of this run, {best} has the best average precision on test "
        f"({format_metric(METRIC, on_test[best])}); {champion}, the champion, has "
        f"{format_metric(METRIC, on_test[champion])}."
    )
    try:
        measured = measure_selection(y, scores, champion, repeats, params.random_state, params.evaluate.confidence)
    except InputError as error:
        return [], [f"model_selected_on_test: not measured: {error}", descriptions]
    return measured, [descriptions]
