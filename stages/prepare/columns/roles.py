"""The role of each column (feature, target, key, group, time), and how a reader must parse it.

Readers need the roles before they read the cells, so that a large table is parsed once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stages.prepare.columns.parsing import MissingValues
from stages.prepare.params import PrepareParams
from stages.shared.errors import InputError
from stages.shared.messages import suggest_name
from stages.shared.schemas.contract import GROUP, ROW


@dataclass(frozen=True)
class ColumnRoles:
    """The columns of the raw table by role. Features keep their raw order."""

    target: str
    features: list[str]
    key: list[str]
    group: str | None
    time: str | None
    categorical_columns: list[str] | None  # columns that data.categorical lists; None for auto

    @property
    def passthrough(self) -> list[str]:
        """Columns that are kept without being features, each once: key, group, time."""
        return list(dict.fromkeys([*self.key, *(name for name in (self.group, self.time) if name is not None)]))


def assign_roles(names: Sequence[str], params: PrepareParams) -> ColumnRoles:
    """Return the role of every column in `names`.

    Raises InputError when params name an absent column, or one column for two roles, or when no feature is left.
    A key may also be the group or the time.
    """
    data = params.data
    categorical_columns = None if data.categorical == "auto" else data.categorical
    single = {"data.target": data.target, "split.group": params.split.group, "split.time": params.split.time}
    named = {
        **{key: [name] for key, name in single.items() if name is not None},
        "data.drop": data.drop,
        "data.key": data.key,
        "data.categorical": categorical_columns or [],
    }
    passthrough = {data.target, *data.drop, *data.key, params.split.group, params.split.time}
    features = [name for name in names if name not in passthrough]
    problems = _reserved(names, params) + _absent(names, named, params) + _twice(named) + _not_features(params)
    if not features:
        problems.append(f"params.yaml: data.drop: no feature is left of {len(names)} columns; leave some out of it")
    if problems:
        raise InputError(problems)
    return ColumnRoles(
        data.target, features, list(dict.fromkeys(data.key)), params.split.group, params.split.time, categorical_columns
    )


#: from column names to what a reader must parse: numbers with these missing values, or texts (None); no other column
ColumnSelection = Callable[[list[str]], Mapping[str, MissingValues | None]]


def select_columns(params: PrepareParams) -> ColumnSelection:
    """Return the selection that `read_columns` applies once it knows the names of the columns.

    Features are parsed as numbers unless data.categorical lists them; target, key, group and time as texts. The
    selection raises InputError when the params do not fit the names, before any cell is read.
    """

    def select(names: list[str]) -> Mapping[str, MissingValues | None]:
        roles = assign_roles(names, params)
        numbers = [name for name in roles.features if name not in (roles.categorical_columns or [])]
        return {
            **dict.fromkeys([roles.target, *roles.features, *roles.passthrough]),
            **{name: MissingValues.of(params.data.missing_texts, name) for name in numbers},
        }

    return select


def _reserved(names: Sequence[str], params: PrepareParams) -> list[str]:
    problems = [
        f"{params.data.path}: a column is called `{name}`, a name that Evenhand reserves; rename it"
        for name in (ROW, GROUP)
        if name in names
    ]
    if (index := "__index_level_0__") in names and index not in params.data.drop:
        problems.append(
            f"{params.data.path}: column `{index}` is an index that pandas wrote; name it in data.drop, or write the "
            "file with index=False"
        )
    return problems


def _absent(names: Sequence[str], named: dict[str, list[str]], params: PrepareParams) -> list[str]:
    with_missing = [name for name in params.data.missing if name != "*"]
    return [
        f"params.yaml: {key}: no column `{name}` in {params.data.path}; {suggest_name(name, names)}"
        for key, columns in (*named.items(), ("data.missing", with_missing))
        for name in columns
        if name not in names
    ]


def _twice(named: dict[str, list[str]]) -> list[str]:
    problems = []
    for name in dict.fromkeys(name for columns in named.values() for name in columns):
        keys = [key for key, columns in named.items() if name in columns]
        if len(keys) > 1 and set(keys) not in ({"data.key", "split.group"}, {"data.key", "split.time"}):
            problems.append(
                f"params.yaml: {' and '.join(keys)}: both name the column `{name}`; a column has one role, "
                "remove it from the others"
            )
    return problems


def _not_features(params: PrepareParams) -> list[str]:
    others = [params.data.target, *params.data.key, params.split.group, params.split.time]
    return [
        f"params.yaml: data.missing: `{name}` is no feature; only features can have missing values, remove it"
        for name in params.data.missing
        if name in others
    ]
