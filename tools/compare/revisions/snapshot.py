"""The files of the pipeline at one revision, read and checked."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from stages.shared import paths
from stages.shared.errors import ErrorCollector, InputError
from stages.shared.storage.files import read_json
from stages.shared.storage.one_run import check_one_run
from stages.shared.storage.yaml_file import parse_yaml
from tools.compare.params import CompareParams
from tools.compare.revisions.git import Revision
from tools.compare.revisions.records import (
    CandidateRecord,
    Entry,
    Explanation,
    Explanations,
    Leaderboard,
    Lock,
    Pipeline,
    Selected,
    StrategyMetrics,
)
from tools.compare.revisions.staleness import LOCK, find_stale_reasons

PIPELINE = Path("dvc.yaml")
EXPLANATIONS = paths.CURVES / "explanations.json"


Model = TypeVar("Model", bound=BaseModel)

#: the most problems that are reported of one file
MAX_PROBLEMS = 5


def parse_mapping(path: str, text: bytes) -> dict[str, Any]:
    """Return the mapping in a YAML file, parsed as DVC parses it. Raises InputError."""
    content = parse_yaml(path, text)
    if not isinstance(content, dict) or not content:
        raise InputError(f"{path}: must be a mapping that is not empty; found {type(content).__name__}")
    return content


def parse(model: type[Model], path: str, content: dict[str, Any] | bytes) -> Model:
    """Return a mapping, or the text of a JSON file, as a model. Raises InputError."""
    try:
        return model.model_validate_json(content) if isinstance(content, bytes) else model.model_validate(content)
    except ValidationError as error:
        problems = []
        for details in error.errors()[:MAX_PROBLEMS]:
            key = "".join(f"{'.'.join(map(str, location))}: " for location in [details["loc"]] if location)
            message = details["msg"][0].lower() + details["msg"][1:]
            value = "" if details["type"] in ("missing", "json_invalid") else f"; found {str(details['input'])[:80]!r}"
            problems.append(f"{path}: {key}{message}{value}; run `dvc repro` and commit metrics/ with dvc.lock")
        raise InputError(problems) from None


@dataclass(frozen=True)
class Snapshot:
    """The files of one revision, which agree with each other."""

    revision: Revision
    params: dict[str, Any]
    settings: CompareParams
    lock: Lock  # of the stages in dvc.yaml
    leaderboard: Leaderboard
    champion: CandidateRecord
    stale_reasons: list[str]  # why the metrics may belong to another run
    explanations: list[Explanation] = field(default_factory=list)  # empty for an old revision

    @property
    def raw(self) -> Entry | None:
        """The raw table, as the stage prepare read it."""
        deps = self.lock.stages["prepare"].deps if "prepare" in self.lock.stages else []
        return next((dep for dep in deps if dep.path == self.leaderboard.data.source), None)

    @property
    def representatives(self) -> dict[str, CandidateRecord]:
        """The candidate that represents each strategy, in params order."""
        candidates = (
            self.leaderboard.candidate(name.strategy, name.classifier) for name in self.leaderboard.strategies
        )
        return {candidate.strategy: candidate for candidate in candidates if candidate}


def read_snapshot(revision: Revision) -> Snapshot:
    """Return the files of `revision`.

    Raises InputError with every file that is absent, cut short or not finite, lacks a key or contradicts another file.
    Raises IntegrityError if the work tree is a mixture of runs.
    """

    def read_yaml(path: Path) -> dict[str, Any]:
        return parse_mapping(revision.describe(path), revision.read(path))

    def read(model: type[Model], path: Path) -> Model:
        content = revision.read(path) if path.suffix == ".json" else read_yaml(path)
        return parse(model, revision.describe(path), content)

    errors, leaderboard = ErrorCollector(), None
    flat: dict[Path, tuple[str, StrategyMetrics]] = {}  # metrics files with their strategies
    with errors.collect():
        params = read_yaml(paths.PARAMS)
        settings = parse(CompareParams, revision.describe(paths.PARAMS), params)
    with errors.collect():
        lock = read(Lock, LOCK)
    with errors.collect():
        pipeline = read(Pipeline, PIPELINE)
    with errors.collect():
        leaderboard = read(Leaderboard, paths.LEADERBOARD)
    with errors.collect():
        selected = read(Selected, paths.SELECTED)
        flat[paths.SELECTED] = selected.strategy, selected
    explanations = Explanations([])
    with errors.collect():
        if revision.read_all([EXPLANATIONS.as_posix()]):
            explanations = read(Explanations, EXPLANATIONS)
    for name in leaderboard.strategies if leaderboard else []:
        with errors.collect():
            path = paths.STRATEGY_METRICS / f"{name.strategy}.json"
            flat[path] = name.strategy, read(StrategyMetrics, path)
    if leaderboard and not revision.commit and not errors.problems:
        with errors.collect():
            check_one_run(read_json(paths.LEADERBOARD))
    elif leaderboard:
        errors.problems += _find_contradictions(revision, leaderboard, flat)
    errors.check()
    assert leaderboard
    champion = leaderboard.candidate(selected.strategy, selected.classifier)
    assert champion
    lock = lock.select(pipeline, settings.strategies)
    stale_reasons = find_stale_reasons(revision, params, lock, pipeline)
    return Snapshot(revision, params, settings, lock, leaderboard, champion, stale_reasons, explanations.root)


def read_snapshots(base: Revision, head: Revision) -> tuple[Snapshot, Snapshot]:
    """Return the files of two revisions. Raises InputError with the problems of both of them."""
    errors = ErrorCollector()
    with errors.collect():
        before = read_snapshot(base)
    with errors.collect():
        after = read_snapshot(head)
    errors.check()
    return before, after


def _find_contradictions(
    revision: Revision, leaderboard: Leaderboard, flat: dict[Path, tuple[str, StrategyMetrics]]
) -> list[str]:
    """Return a message for each metrics file that differs from the leaderboard."""
    problems = []
    for path, (strategy, metrics) in flat.items():
        candidate = leaderboard.candidate(strategy, metrics.classifier)
        if candidate:
            values = {"threshold": candidate.threshold, **candidate.test.model_dump()}
            flat_values = metrics.model_dump()
            if all(flat_values.get(key, value) == value for key, value in values.items()):
                continue
        reason = "has other values for it" if candidate else "lacks it"
        problems.append(
            f"{revision.describe(path)}: is of {strategy}/{metrics.classifier}, and {paths.LEADERBOARD} {reason}; "
            "run `dvc repro` and commit metrics/ as a whole"
        )
    return problems
