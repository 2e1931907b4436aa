"""A stored model scores as the fitted one did, its bytes depend on what was learned alone, and damage is refused."""

from collections.abc import Callable, Iterator
import io
from pathlib import Path
import random
from typing import Any
import zipfile

from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline as SamplingPipeline
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
import skops.io as sio

from stages.shared.classifiers import BLEND, CLASSIFIERS
from stages.shared.errors import IntegrityError
from stages.shared.storage import model_file as models
from stages.shared.storage.model_file import dump_model, load_model, scores
from stages.shared.storage.parquet import Table
from stages.train.strategy.cross_validation import fit_strategy

pytestmark = pytest.mark.slow


def fit_final(make_table: Callable[..., Table], make_params: Callable[..., Any]) -> dict[str, Pipeline]:
    def quiet(_: str) -> None: ...

    table = make_table()
    plain = [name for name, spec in CLASSIFIERS.items() if not spec.balances_itself and name != BLEND]
    balancing = [name for name, spec in CLASSIFIERS.items() if spec.balances_itself]
    fitted = fit_strategy(table, "tried", make_params({"sampler": "SMOTE"}, plain), quiet).models
    own = {"classifiers": {name: {"n_estimators": 3} for name in balancing}}
    ensembles = fit_strategy(table, "tried", make_params(own, plain), quiet).models
    return {**fitted, **ensembles}


@pytest.fixture(scope="module")
def table(make_table: Callable[..., Table]) -> Table:
    return make_table()


@pytest.fixture(scope="module")
def fitted(make_table: Callable[..., Table], make_params: Callable[..., Any]) -> dict[str, Pipeline]:
    return fit_final(make_table, make_params)


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if name != BLEND])
def test_round_trip_is_exact(name: str, fitted: dict[str, Pipeline], table: Table, tmp_path: Path) -> None:
    expected = fitted[name].predict_proba(table.features())[:, 1]
    dump_model(fitted[name], tmp_path / "m.skops")
    found = scores(load_model(tmp_path / "m.skops"), table.features())
    assert found.dtype == np.float64
    assert np.array_equal(found, expected)
    assert len(np.unique(found)) > 1  # not a constant that anything would match


def test_two_fits_are_equal_bytes(
    fitted: dict[str, Pipeline], make_table: Callable[..., Table], make_params: Callable[..., Any], tmp_path: Path
) -> None:
    for name, again in fit_final(make_table, make_params).items():
        dump_model(fitted[name], tmp_path / "one.skops")
        dump_model(again, tmp_path / "two.skops")
        assert (tmp_path / "one.skops").read_bytes() == (tmp_path / "two.skops").read_bytes(), name


@pytest.mark.parametrize("name", ["random_forest", "xgboost", "balanced_random_forest"])
def test_the_number_of_threads_leaves_no_mark(name: str, tmp_path: Path) -> None:
    X, y = np.random.RandomState(0).normal(size=(60, 2)), np.arange(60) % 3 == 0
    contents = set()
    for n_jobs in (1, 2):
        classifier = CLASSIFIERS[name].load(CLASSIFIERS[name].estimator)(n_estimators=3, random_state=0, n_jobs=n_jobs)
        dump_model(Pipeline([("classifier", classifier.fit(X, y.astype(int)))]), tmp_path / "m.skops")
        contents.add((tmp_path / "m.skops").read_bytes())
    assert len(contents) == 1


def test_unused_bytes_between_fields_leave_no_mark() -> None:
    """Tree nodes are C structs whose padding is whatever lay in memory."""
    dtype = np.dtype([("feature", "i8"), ("left", "u1"), ("threshold", "f8")], align=True)
    contents = set()
    for rubbish in (0, 255):
        nodes = np.full(2 * dtype.itemsize, rubbish, dtype=np.uint8).view(dtype)
        nodes["feature"], nodes["left"], nodes["threshold"] = [1, 2], [0, 1], [0.5, 1.5]
        buffer = io.BytesIO()
        np.save(buffer, nodes)
        contents.add(models._clear_padding(buffer.getvalue()))
    assert len(contents) == 1
    assert np.load(io.BytesIO(contents.pop()))["threshold"].tolist() == [0.5, 1.5]


@pytest.mark.parametrize("rows", [1, 1024, 2048, 2049, 5000])
def test_a_large_table_is_scored_in_parts(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.RandomState(0).normal(size=(rows, 7))
    model = LogisticRegression().fit(np.vstack([X, X + 1]), np.repeat([0, 1], rows))
    sizes = []

    class Recorded:
        classes_ = model.classes_

        def predict_proba(self, part: np.ndarray) -> np.ndarray:
            sizes.append(len(part))
            return np.asarray(model.predict_proba(part))

    monkeypatch.setattr(models, "MAX_CELLS", 7 * 1024)
    assert np.array_equal(scores(Recorded(), X), model.predict_proba(X)[:, 1])
    assert sum(sizes) == rows
    assert max(sizes) <= 2048
    assert min(sizes) >= min(rows, 1024)


def test_a_sampler_in_a_model_file_is_refused(tmp_path: Path) -> None:
    X, y = np.arange(20.0).reshape(-1, 1), np.arange(20) % 4 == 0
    leaky = SamplingPipeline([("sampler", SMOTE(k_neighbors=2)), ("classifier", LogisticRegression())]).fit(X, y)
    sio.dump(leaky, tmp_path / "m.skops")
    with pytest.raises(IntegrityError, match=r"m.skops: names a type that no model of this project has.*SMOTE"):
        load_model(tmp_path / "m.skops")


def test_a_file_that_names_a_function_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, ran = tmp_path / "m.skops", []
    monkeypatch.setattr("os.system", ran.append)
    dump_model(Pipeline([("classifier", LogisticRegression())]), path)
    with zipfile.ZipFile(path) as archive:
        schema = archive.read("schema.json").decode()
    schema = schema.replace("sklearn.linear_model._logistic", "os").replace("LogisticRegression", "system")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", schema)
    with pytest.raises(IntegrityError, match=r"os\.system"):
        load_model(path)
    assert ran == []


def test_a_flipped_bit_is_damage_or_changes_nothing(fitted: dict[str, Pipeline], table: Table, tmp_path: Path) -> None:
    path, features, draw, refused = tmp_path / "m.skops", table.features(), random.Random(0), 0
    dump_model(fitted["xgboost"], path)
    whole, expected = path.read_bytes(), scores(load_model(path), features)
    for _ in range(60):
        content = bytearray(whole)
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        path.write_bytes(content)
        try:
            model = load_model(path)
        except IntegrityError:
            refused += 1
        else:
            assert np.array_equal(scores(model, features), expected)
    assert refused > 30


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_damage(fitted: dict[str, Pipeline], tmp_path: Path, kept: float) -> None:
    path = tmp_path / "m.skops"
    dump_model(fitted["logistic_regression"], path)
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
    with pytest.raises(IntegrityError, match="not a readable model"):
        load_model(path)


def test_a_missing_file_is_no_crash(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match=r"m\.skops: not a readable model"):
        load_model(tmp_path / "m.skops")


def test_a_small_file_may_not_unpack_to_a_large_one(
    fitted: dict[str, Pipeline], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump_model(fitted["logistic_regression"], tmp_path / "m.skops")
    with zipfile.ZipFile(tmp_path / "m.skops") as archive:
        size = sum(member.file_size for member in archive.infolist())
    monkeypatch.setattr(models, "MAX_BYTES", size)
    load_model(tmp_path / "m.skops")
    monkeypatch.setattr(models, "MAX_BYTES", size - 1)
    with pytest.raises(IntegrityError, match=rf"unpacks to {size:,} bytes; at most {size - 1:,} are allowed"):
        load_model(tmp_path / "m.skops")


def parts(value: Any) -> Iterator[Any]:
    """Every object in a model, itself included."""
    yield value
    children = list(vars(value).values()) if hasattr(value, "get_params") else value
    for child in children if isinstance(children, list | tuple) else []:
        yield from parts(child)


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if name != BLEND])
def test_no_model_file_has_a_sampler(name: str, fitted: dict[str, Pipeline], tmp_path: Path) -> None:
    dump_model(fitted[name], tmp_path / "m.skops")
    model = load_model(tmp_path / "m.skops")
    assert list(model.named_steps) == ["preprocessor", "encoder", "classifier"]  # type: ignore[attr-defined]
    samplers = {type(part).__name__ for part in parts(model) if hasattr(part, "fit_resample")}
    # the balanced ensembles draw inside themselves; that is what they are
    assert samplers == ({"RandomUnderSampler"} if CLASSIFIERS[name].balances_itself else set())
    if not CLASSIFIERS[name].balances_itself:
        with zipfile.ZipFile(tmp_path / "m.skops") as archive:
            assert b"imblearn" not in archive.read("schema.json")
