"""Measures all mistakes on one finished run, with notes on how that was done."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold

from stages.report.formatting import format_metric
from stages.shared import paths
from stages.shared.errors import InputError
from stages.shared.schemas.candidate import CandidateName
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.storage.arrow import Floats, Ints, from_bools, to_floats, to_ints
from stages.shared.storage.parquet import Table
from tools.audit.leakage.experiments import AuditData
from tools.audit.leakage.scenarios import METRIC, count_duplicates, measure
from tools.audit.report.findings import Inflation, Pair, compute_inflation
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
    ranked = [_get_column_name(candidate) for candidate in leaderboard.candidates]
    absent = sorted({"row", *ranked} - set(test_scores.column_names))
    if absent or not np.array_equal(to_ints(test_scores.column("row").combine_chunks()), test.rows):
        reason = f"has no column {absent[0]}" if absent else f"has other rows than {paths.TEST}"
        raise InputError(f"{paths.TEST_SCORES}: is not of this run: {reason}; run `dvc repro`")
    scores = {name: to_floats(test_scores.column(name).combine_chunks()) for name in ranked}
    return Candidates(scores, _get_column_name(champion))


def _get_column_name(candidate: CandidateName) -> str:
    return f"{candidate.strategy}/{candidate.classifier}"  # its column in data/test_scores.parquet


def measure_run(
    run: Run, candidates: Candidates, repeats: int, progress: Callable[[str], None]
) -> tuple[list[Inflation], list[str]]:
    """Return how much each mistake inflates a score on the data of `run`, and notes on how that was measured."""
    audit_data, notes = _draw_data(run)
    inflations, failed = measure(audit_data, run.params.measuring, repeats, progress)
    of_selection, selection_notes = _measure_selection(run, candidates, repeats)
    progress("model_selected_on_test")
    return inflations + of_selection, [*notes, *failed, *selection_notes]


def _draw_data(run: Run) -> tuple[AuditData, list[str]]:
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


def _measure_selection(run: Run, candidates: Candidates, repeats: int) -> tuple[list[Inflation], list[str]]:
    y, params, scores = run.test.target, run.params, candidates.scores
    if len(scores) < 2:
        return [], ["model_selected_on_test: not measured: the run has a single candidate"]
    test_scores = {name: float(average_precision_score(y, values)) for name, values in scores.items()}
    best, champion = max(test_scores, key=lambda name: test_scores[name]), candidates.champion
    descriptions = (
        f"Of the {len(scores)} candidates of this run, {best} has the best average precision on test "
        f"({format_metric(METRIC, test_scores[best])}); {champion}, the champion, has "
        f"{format_metric(METRIC, test_scores[champion])}."
    )
    try:
        inflations = measure_selection(y, scores, champion, repeats, params.random_state, params.evaluate.confidence)
    except InputError as error:
        return [], [f"model_selected_on_test: not measured: {error}", descriptions]
    return inflations, [descriptions]


def measure_selection(
    y: Ints, scores: dict[str, Floats], champion: str, repeats: int, random_state: int, confidence: float
) -> list[Inflation]:
    """Choose the best candidate on each half of the test rows, over `repeats` random halvings.

    Its score on that half is compared with two honest ones (Cawley & Talbot 2010). One is the score on the same half of
    the champion, which was chosen on train. The other is its own score on the other half, which did not choose it.
    `y` has shape (rows,), and so have the scores of each candidate. Raises InputError where a half lacks a class.
    """
    if np.bincount(y, minlength=2).min() < 2:
        raise InputError("the test set has fewer than two rows of a class")
    same_half, other_half = [], []
    for repeat in range(repeats):
        halves = StratifiedKFold(2, shuffle=True, random_state=(random_state + repeat) % 2**32).split(y, y)
        of_halves = [_choose(y, scores, champion, chosen_on, rest) for chosen_on, rest in halves]
        honest, fresh, leaking = np.mean(of_halves, axis=0).tolist()
        same_half.append(Pair(honest, leaking))
        other_half.append(Pair(fresh, leaking))
    name = f"{len(scores)} candidates"
    return [
        compute_inflation(pairs, 1.0, confidence, mistake, name, METRIC)  # halves: as many rows score as choose
        for mistake, pairs in (("model_selected_on_test", same_half), ("model_selected_on_test_fresh_rows", other_half))
    ]


def _choose(
    y: Ints, scores: dict[str, Floats], champion: str, chosen_on: Ints, rest: Ints
) -> tuple[float, float, float]:
    """Return the scores of the champion on `chosen_on`, and of the best candidate there on `rest` and `chosen_on`."""
    here = {name: float(average_precision_score(y[chosen_on], values[chosen_on])) for name, values in scores.items()}
    best = max(here, key=lambda name: here[name])
    return here[champion], float(average_precision_score(y[rest], scores[best][rest])), here[best]
