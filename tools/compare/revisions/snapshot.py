"""Everything that git holds of the pipeline at one revision."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from stages.shared import paths
from stages.shared.errors import InputError
from tools.compare.params import CompareParams
from tools.compare.revisions.git import Revision
from tools.compare.revisions.parse import mapping, parse, parse_json
from tools.compare.revisions.records import Candidate, Entry, LeaderboardFile, Lock, Pipeline, Row, Selected
from tools.compare.revisions.staleness import LOCK, find_doubts

PIPELINE = Path("dvc.yaml")

#: a flat metrics file -> the strategy that it is of, and what it says
Rows = dict[Path, tuple[str, Row]]

T = TypeVar("T")


@dataclass(frozen=True)
class State:
    """The files of one revision, read and found to agree with each other."""

    revision: Revision
    params: dict[str, Any]
    settings: CompareParams
    lock: Lock  # of the stages that dvc.yaml makes
    leaderboard: LeaderboardFile
    champion: Candidate
    doubts: list[str]  # why the metrics may not be those of the params

    @property
    def raw(self) -> Entry | None:
        """The raw table, as the stage prepare read it."""
        deps = self.lock.stages["prepare"].deps if "prepare" in self.lock.stages else []
        return next((dep for dep in deps if dep.path == self.leaderboard.data.source), None)

    @property
    def representatives(self) -> dict[str, Candidate]:
        """The candidate that stands for each strategy, in params order."""
        result = {
            name.strategy: self.leaderboard.candidate(name.strategy, name.classifier)
            for name in self.leaderboard.strategies
        }
        return {strategy: candidate for strategy, candidate in result.items() if candidate}


def read_state(revision: Revision) -> State:
    """The state of `revision`.

    Raises InputError, one line a file, where one is missing, cut short, not finite, lacks a key, or says another thing
    than the others.
    """
    reader = Reader(revision)
    params = reader.read(paths.PARAMS, mapping)
    settings = reader.read(paths.PARAMS, lambda where, text: parse(CompareParams, where, params)) if params else None
    lock = reader.read(LOCK, lambda where, text: parse(Lock, where, mapping(where, text)))
    pipeline = reader.read(PIPELINE, lambda where, text: parse(Pipeline, where, mapping(where, text)))
    leaderboard = reader.read(paths.LEADERBOARD, lambda where, text: parse_json(LeaderboardFile, where, text))
    selected = reader.read(paths.SELECTED, lambda where, text: parse_json(Selected, where, text))
    rows = reader.rows(leaderboard) if leaderboard else {}
    if leaderboard and selected:
        reader.problems.extend(_at_odds(revision, leaderboard, {paths.SELECTED: (selected.strategy, selected), **rows}))
    champion = leaderboard.candidate(selected.strategy, selected.classifier) if leaderboard and selected else None
    if reader.problems or not (params and settings and lock and pipeline and leaderboard and champion):
        raise InputError(reader.problems)
    live = lock.live(pipeline, settings.strategies)
    return State(revision, params, settings, live, leaderboard, champion, find_doubts(revision, params, live, pipeline))


def read_states(base: Revision, head: Revision) -> tuple[State, State]:
    """The states of two revisions. Raises InputError with the problems of both of them."""
    states, problems = [], []
    for revision in (base, head):
        try:
            states.append(read_state(revision))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return states[0], states[1]


@dataclass(frozen=True)
class Reader:
    """Reads the files of a revision; what is wrong with one does not stop it from reading the others."""

    revision: Revision
    problems: list[str] = field(default_factory=list)

    def read(self, path: Path, parse: Callable[[str, bytes], T]) -> T | None:
        """The file as `parse` gives it; None, and more problems, where it cannot be had."""
        try:
            return parse(self.revision.where(path), self.revision.read(path))
        except InputError as error:
            self.problems.extend(error.problems)
            return None

    def rows(self, leaderboard: LeaderboardFile) -> Rows:
        """The flat file of every strategy on the leaderboard."""
        files = {name.strategy: paths.STRATEGY_METRICS / f"{name.strategy}.json" for name in leaderboard.strategies}
        read = {
            path: (strategy, self.read(path, lambda where, text: parse_json(Row, where, text)))
            for strategy, path in files.items()
        }
        return {path: (strategy, row) for path, (strategy, row) in read.items() if row}


def _at_odds(revision: Revision, leaderboard: LeaderboardFile, rows: Rows) -> list[str]:
    """The flat files that say otherwise than the leaderboard."""
    problems = []
    for path, (strategy, row) in rows.items():
        candidate = leaderboard.candidate(strategy, row.classifier)
        if not (candidate and candidate.agrees(row)):
            result = "says another thing of it" if candidate else "does not hold it"
            problems.append(
                f"{revision.where(path)}: is of {strategy}/{row.classifier}, and {paths.LEADERBOARD} {result}; "
                "run `dvc repro` and commit metrics/ as a whole"
            )
    return problems
