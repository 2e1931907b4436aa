"""Models as skops files: no code is run by loading one, and equal models are equal bytes."""

from collections.abc import Iterator, Sequence
import io
import json
from pathlib import Path
from typing import Any, Protocol
import zipfile

import numpy as np
import numpy.typing as npt

from stages.shared.classifiers import CLASSIFIERS
from stages.shared.errors import IntegrityError
from stages.shared.storage.files import write_bytes

#: the only types beyond skops' own list that a model file may name; never derived from a file.
#: The imputer keeps the numpy type of its columns.
TRUSTED = ("numpy.dtype", *sorted({name for spec in CLASSIFIERS.values() for name in spec.trusted_types}))

#: a small file can unpack to any size; real models are far smaller
MAX_BYTES = 4 << 30

#: cells of the rows that are scored together
MAX_CELLS = 1 << 22

#: rows are cut at multiples of so many, and only a whole table is shorter. Products of matrices take rows in groups,
#: and the last digit of a row depends on its place in the group
STEP = 1024


class Classifier(Protocol):
    """The interface of a loaded model."""

    classes_: npt.NDArray[np.int64]

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the probabilities of the classes, shape (rows, 2)."""


def dump_model(model: Any, path: Path) -> None:
    """Write a fitted pipeline as a skops file; its bytes depend only on what was learned.

    Thread counts are cleared first: they are stored in a model without being part of it.
    """
    import skops.io as sio

    for estimator in _list_estimators(model):
        _clear_threads(estimator)
    write_bytes(path, _make_canonical(sio.dumps(model)))


def load_model(path: Path) -> Classifier:
    """Return the pipeline in a skops file. Check the folder's manifest first.

    Raises IntegrityError when the file is damaged, names an untrusted type, or unpacks to more than 4 GiB.
    """
    import skops.io as sio
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MAX_BYTES:
            raise IntegrityError(f"{path}: unpacks to {size:,} bytes; at most {MAX_BYTES:,} are allowed")
        model: Classifier = sio.load(path, trusted=list(TRUSTED))
    except IntegrityError:
        raise
    except UntrustedTypesFoundException as error:
        raise IntegrityError(f"{path}: names a type that no model of this project has ({error})") from None
    except Exception as error:  # damaged bytes raise many errors: zlib.error, NotImplementedError, EOFError, …
        raise IntegrityError(f"{path}: not a readable model ({error}); run `dvc repro` to make it again") from None
    return model


def scores(model: Classifier, features: Any) -> npt.NDArray[np.float64]:
    """Return the scores of the positive class, shape (rows,): the model's probability of class 1.

    A large table is scored in parts, because a pipeline copies its rows in each of its steps.
    """
    n_rows, n_columns = features.shape
    size = max(1, MAX_CELLS // max(n_columns, 1) // STEP) * STEP
    starts = range(0, max(1, n_rows - STEP), size)
    parts = [features[start:end] for start, end in zip(starts, [*starts[1:], n_rows], strict=True)]
    positive = list(model.classes_).index(1)
    return np.concatenate([model.predict_proba(part)[:, positive] for part in parts]).astype(np.float64, copy=False)


def scores_after(
    model: Classifier, features: Any, changes: Sequence[tuple[str, npt.NDArray[Any]]]
) -> Iterator[npt.NDArray[np.float64]]:
    """Yield the scores of `features`, a frame, after each change alone: a column and its other values, shape (rows,).

    Rows of several changes are scored together, as many as MAX_CELLS allows: a call of a model takes long.
    """
    n_rows, n_columns = features.shape
    step = max(1, MAX_CELLS // (n_rows * n_columns))
    for start in range(0, len(changes), step):
        part = changes[start : start + step]
        tiled = {name: np.tile(features[name].to_numpy(), len(part)) for name in features.columns}
        for index, (name, values) in enumerate(part):
            tiled[name][index * n_rows : (index + 1) * n_rows] = values
        yield from scores(model, type(features)(tiled)).reshape(len(part), n_rows)


def _list_estimators(model: Any) -> Iterator[Any]:
    """Yield every estimator in `model`, itself included: steps, transformers, members of ensembles."""
    yield model
    for value in list(vars(model).values()):
        yield from _find_estimators(value)


def _find_estimators(value: Any) -> Iterator[Any]:
    if hasattr(value, "get_params") and not isinstance(value, type):
        yield from _list_estimators(value)
    elif isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.dtype == object):
        for item in value:
            yield from _find_estimators(item)


def _clear_threads(estimator: Any) -> None:
    for name in ("n_jobs", "nthread"):
        if getattr(estimator, name, None) is not None:
            setattr(estimator, name, None)
    if hasattr(estimator, "get_booster"):
        estimator.get_booster().set_param({"nthread": 1})


def _make_canonical(raw: bytes) -> bytes:
    """Return the skops archive with ids and members numbered by first appearance, without times and padding."""
    archive = zipfile.ZipFile(io.BytesIO(raw))
    members = set(archive.namelist())
    ids: dict[int, int] = {}
    files: dict[str, str] = {}

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        result: dict[str, Any] = {}
        for key, value in node.items():
            if key == "__id__":
                result[key] = ids.setdefault(value, len(ids) + 1)
            elif key == "file" and value in members:
                result[key] = files.setdefault(value, f"{len(files):06d}{Path(value).suffix}")
            else:
                result[key] = walk(value)
        return result

    schema = walk(json.loads(archive.read("schema.json")))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target:
        _put(target, "schema.json", json.dumps(schema, separators=(",", ":")).encode())
        for old, new in files.items():
            content = archive.read(old)
            _put(target, new, _clear_padding(content) if new.endswith(".npy") else content)
    return buffer.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3  # the same on every platform
    archive.writestr(entry, content)


def _clear_padding(npy: bytes) -> bytes:
    """Return the array with unused bytes between fields set to zero; tree nodes have seven, never initialized."""
    array = np.load(io.BytesIO(npy), allow_pickle=False)
    if not array.dtype.names:
        return npy
    clean = np.zeros(array.shape, dtype=array.dtype)
    for field in array.dtype.names:
        clean[field] = array[field]
    buffer = io.BytesIO()
    np.save(buffer, clean, allow_pickle=False)
    return buffer.getvalue()
