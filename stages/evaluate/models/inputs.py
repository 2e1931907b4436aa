"""Inputs of the stage evaluate besides the models: the test set and the records of each strategy."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from stages.evaluate.effects.row_sets import RowSets
from stages.evaluate.models.candidates import choose_representatives
from stages.evaluate.models.checks import check_metric, check_models, check_same_train_set
from stages.evaluate.params import EvaluateParams
from stages.shared import paths
from stages.shared.errors import ErrorCollector, InputError
from stages.shared.schemas.base import parse
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.schemas.leaderboard import NotApplicable, SetSize
from stages.shared.schemas.trace import Trace
from stages.shared.storage.files import read_json, sha256
from stages.shared.storage.manifest import check_manifest
from stages.shared.storage.parquet import Table, read_parquet, read_table


@dataclass(frozen=True)
class Inputs:
    """What the stage reads besides the models; callers in memory have the first four."""

    table: Table  # the test set
    records: dict[str, CvRecord]  # of each strategy of which something could run, in the order of params.yaml
    row_sets: RowSets  # on which the effects of treatments are measured
    oof: pa.Table  # out-of-fold scores of the first strategy; its rows are those of all
    not_applicable: list[NotApplicable] = field(default_factory=list)  # what could not run
    manifests: dict[str, dict[str, Any]] = field(default_factory=dict)
    traces: dict[str, Trace] = field(default_factory=dict)

    @property
    def scored_part(self) -> SetSize | None:
        """The size of the part of train that has out-of-fold scores, where that is not all of it."""
        if self.table.contract.time is None:
            return None
        return SetSize(rows=self.oof.num_rows, positives=int(self.oof["y"].to_numpy().sum()))


def read_inputs(params: EvaluateParams) -> Inputs:
    """Read and check everything but the models. Raises InputError, and IntegrityError for files of different runs."""
    table = read_table(paths.TEST)
    check_metric(params.select.metric, len(table.target))
    every_record = read_records(params.strategies)
    remove_orphans(every_record)
    not_applicable = list_not_applicable(every_record)
    records = {strategy: record for strategy, record in every_record.items() if record.classifiers}
    if not records:
        raise InputError([item.why for item in not_applicable])
    choose_representatives(
        records, params.select.classifier, "average_precision"
    )  # refuse a wrong name before the work
    manifests: dict[str, dict[str, Any]] = {}
    for strategy, record in records.items():
        folder = paths.MODELS / strategy
        manifests[strategy] = check_manifest(folder)
        check_models(folder, record, manifests[strategy]["files"], sha256(folder / paths.MANIFEST))
        check_same_train_set(manifests)
    files = {strategy: paths.MODELS / strategy / paths.TRACE for strategy in records}
    traces = {strategy: parse(Trace, path, read_json(path)) for strategy, path in files.items()}
    oof = read_parquet(paths.MODELS / next(iter(records)) / paths.OOF)
    row_sets = RowSets.make(table.target, table.groups, oof if params.evaluate.rows == "all" else None, table.weights)
    return Inputs(table, records, row_sets, oof, not_applicable=not_applicable, manifests=manifests, traces=traces)


def read_records(strategies: Iterable[str]) -> dict[str, CvRecord]:
    """Return metrics/cv of every strategy. Raises InputError naming each file that is missing or invalid."""
    records, errors = {}, ErrorCollector()
    for strategy in strategies:
        path = paths.CV_METRICS / f"{strategy}.json"
        with errors.collect():
            records[strategy] = parse(CvRecord, path, read_json(path))
    errors.check()
    return records


def list_not_applicable(records: dict[str, CvRecord]) -> list[NotApplicable]:
    """Return what could not run: a whole strategy as one entry."""
    return [
        NotApplicable(strategy=strategy, classifier=classifier, why=why)
        for strategy, record in records.items()
        for classifier, why in (record.not_applicable.items() if record.classifiers else [(None, record.sampler.why)])
    ]


def remove_orphans(records: dict[str, CvRecord]) -> None:
    """Delete the files in metrics/cv of strategies that are no longer in params.yaml.

    The whole folder is a dependency of this stage. With orphans its hash would depend on earlier runs, and equal params
    would give different dvc.lock files.
    """
    expected = {f"{strategy}.json" for strategy in records}
    for path in paths.CV_METRICS.iterdir():
        if path.name not in expected:  # a temporary file of a run that was killed counts as well
            path.unlink()
