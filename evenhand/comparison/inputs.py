"""The files that the stages read, made from the arguments of a call: the table, params.yaml and evenhand.lock."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.lock import make_lock
from evenhand.source import PIPELINE
from stages.prepare.readers.columnar import read_frame
from stages.shared.errors import InputError
from stages.shared.messages import single_line
from stages.shared.params import SCHEMA, load_yaml
from stages.shared.paths import PARAMS
from stages.shared.runtime.environment import PACKAGE_LOCK
from stages.shared.storage.files import write_text
from tools.inspect.params_file import dump_params

TABLE = Path("data/raw/table.parquet")

#: sections of named entries: a call that gives such a section replaces all of its entries
ENTRIES = ("strategies", "classifiers")


def write_inputs(folder: Path, X: pd.DataFrame, y: Any, positive: Any, params: Mapping[str, Any] | None) -> None:
    """Write the files that the stages read into an empty folder.

    Raises InputError where `X` and `y` make no table, or the settings are no YAML. The stages check the rest.
    """
    target = _check_target(X, y)
    if pd.api.types.is_bool_dtype(target) and positive in (0, 1):
        positive = bool(positive)  # as in Python, 1 stands for True
    data = {"path": TABLE.as_posix(), "target": target.name, "positive": positive}
    settings = _merge(load_yaml(PIPELINE / PARAMS), params or {}, data)
    try:
        read_frame(X, "X")
        read_frame(target.to_frame(), "y")
    except pa.ArrowException as error:
        raise InputError(
            f"X: has a column that cannot be stored ({single_line(error)}); change its type, or drop it"
        ) from None
    frame = X.reset_index(drop=True).set_axis([str(name) for name in X.columns], axis=1)
    frame.attrs = {}  # they may be no JSON
    (folder / TABLE).parent.mkdir(parents=True)
    # with what pandas notes: Parquet has no categories of numbers
    whole = pa.Table.from_pandas(pd.concat([frame, target], axis=1), preserve_index=False)
    pq.write_table(whole, folder / TABLE)
    write_text(folder / PARAMS, dump_params(settings))
    write_text(folder / SCHEMA, (PIPELINE / SCHEMA).read_text(encoding="utf-8"))
    write_text(folder / PACKAGE_LOCK, make_lock())


def _check_target(X: pd.DataFrame, y: Any) -> "pd.Series[Any]":
    """Return y as a column beside those of X. Raises InputError where its rows or its name do not fit."""
    if not isinstance(X, pd.DataFrame):
        raise InputError(
            f"X: found {type(X).__name__}; expected a DataFrame, whose columns have names: pd.DataFrame(X, columns=…)"
        )
    if isinstance(y, pd.DataFrame) or np.ndim(y) != 1:
        raise InputError(f"y: found {type(y).__name__} of {np.ndim(y)} dimensions; expected one label for each row")
    if len(y) != len(X):
        raise InputError(f"y: holds {len(y)} labels, and X {len(X)} rows; expected one label for each row")
    if isinstance(y, pd.Series) and not y.index.equals(X.index):
        raise InputError(
            "y: its index differs from that of X, so their rows may differ in order; give y.loc[X.index], or "
            "y.to_numpy() where the order is the same"
        )
    name = str(getattr(y, "name", None) or "target")
    if name in map(str, X.columns):
        raise InputError(f"X: holds a column `{name}`, the name of y; drop it, or rename y: pd.Series(y, name=…)")
    return pd.Series(y, name=name).reset_index(drop=True)


def _merge(packaged: dict[str, Any], given: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the packaged settings, replaced by those in `given` and by the keys of `data`."""
    try:
        changes = json.loads(json.dumps({**given, "data": {**given.get("data", {}), **data}}, default=_to_python))
    except (TypeError, ValueError) as error:
        raise InputError(f"params: expected dicts, lists, texts and numbers, as in params.yaml; {error}") from None
    if taken := [f"data.{key}" for key in data if key in given.get("data", {})]:
        raise InputError(f"params: {', '.join(taken)}: comes from X, y and positive; leave it out")
    return packaged | {
        section: {**packaged[section], **value} if _has_keys(section, packaged) and isinstance(value, dict) else value
        for section, value in changes.items()
    }


def _has_keys(section: str, packaged: Mapping[str, Any]) -> bool:
    """Return whether a section consists of keys, some of which a call may give."""
    return section not in ENTRIES and isinstance(packaged.get(section), dict)


def _to_python(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"found {type(value).__name__}")
