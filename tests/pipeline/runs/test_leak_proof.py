"""That resampling stays inside train, by construction: signatures, imports, files.

The dependency of train on its own side alone is tested with dvc.yaml, the import contract by `lint-imports`, and the
count of synthetic rows, sampler by sampler, in tests/stages/train.
"""

import inspect
from pathlib import Path
import re

from stages.shared.storage.parquet import Table
from stages.train.execution import worker_pool
from stages.train.folds import resampling
from stages.train.samplers import plan
from stages.train.strategy import cross_validation

ROOT = Path(__file__).parents[3]


def test_the_fit_takes_one_table_and_no_path_to_another():
    parameters = inspect.signature(cross_validation.fit_strategy).parameters
    assert [name for name, parameter in parameters.items() if parameter.annotation is Table] == ["table"]
    assert list(parameters) == ["table", "name", "params", "progress", "workers", "without", "folds"]


def test_a_sampler_is_called_in_one_place_only_and_that_place_gets_one_fold():
    # samplers of our own have a `_fit_resample`, which imbalanced-learn calls from within `fit_resample`
    callers = [path for path in ROOT.glob("stages/**/*.py") if re.search(r"\bfit_resample\(", path.read_text())]
    assert {path.name for path in callers} == {"plan.py", "resampling.py"}
    assert inspect.getsource(plan).count("fit_resample(") == 1  # the protocol's declaration
    assert inspect.getsource(resampling).count(".fit_resample(") == 1
    assert list(inspect.signature(resampling.prepare_fold).parameters) == [
        "features",
        "y",
        "steps",
        "plan",
        "n_numeric",
    ]


def test_train_knows_no_path_to_the_test_side():
    for path in (ROOT / "stages" / "train").rglob("*.py"):
        if path.parent.name == "refit":  # the next test is about it
            continue
        assert not re.search(r"paths\.(TEST|PREPARED|TEST_SCORES)\b|test\.parquet", path.read_text()), path


def test_only_refit_which_nobody_measures_fits_on_every_row():
    folders = {
        path.parent.name
        for path in (ROOT / "stages").rglob("*.py")
        if re.search(r"read_table\((paths\.)?PREPARED\)", path.read_text())
    }
    assert folders == {"split", "refit"}


def test_nothing_that_is_stored_is_a_pickle():
    """What a fork or a worker of an engine sends is one; it is never a file."""
    names = {path for folder in ("stages", "tools", "benchmarks") for path in (ROOT / folder).rglob("*.py")}
    importing = r"^\s*(import|from) (pickle|joblib|cloudpickle|dill)\b"
    found = {path for path in names if re.search(importing, path.read_text(), re.M)}
    engines = {ROOT / "stages/train/execution/engines" / f"{name}.py" for name in ("dask", "pool", "ray", "worker")}
    assert found == {ROOT / "stages/train/execution/worker_pool.py", *engines}
    source = inspect.getsource(worker_pool)
    assert source.count("pickle.") == source.count("pickle.loads(pickle.dumps(") * 2 == 2
    for path in found:
        source = path.read_text()
        assert not re.search(r"\b(open|write_text|dump|load)\(", source)
        # a worker keeps the table that it got, which is Parquet
        assert source.count("write_bytes(") == source.count("path.write_bytes(content)") == (path.name == "worker.py")
