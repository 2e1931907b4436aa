"""The role of each column (feature, target, key, group, time, weight, cost), and how a reader must parse it.

Readers need the roles before they read the cells, so that a large table is parsed once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stages.prepare.columns.parsing import MissingValues
from stages.prepare.params import PrepareParams
from stages.shared.errors import raise_problems
from stages.shared.messages import suggest_name
from stages.shared.schemas.contract import GROUP, ROW, WEIGHT


@dataclass(frozen=True)
class ColumnRoles:
    """The columns of the raw table by role. Features keep their raw order."""

    target: str
    features: list[str]
    key: list[str]
    group: str | None
    time: str | None
    categorical_columns: list[str] | None  # columns that data.categorical lists; None for auto
    text: list[str]  # columns that data.text lists
    weight: str | None = None
    amounts: tuple[str, ...] = ()  # columns of costs; they may be features as well

    @property
    def numbers(self) -> list[str]:
        """Columns of numbers that are kept without being features: weight and costs, each once."""
        named = [*([] if self.weight is None else [self.weight]), *self.amounts]
        return [name for name in dict.fromkeys(named) if name not in self.features]

    @property
    def passthrough(self) -> list[str]:
        """Columns that are kept as texts or times without being features, each once: key, group, time."""
        return list(dict.fromkeys([*self.key, *(name for name in (self.group, self.time) if name is not None)]))


def assign_roles(names: Sequence[str], params: PrepareParams) -> ColumnRoles:
    """Return the role of every column in `names`.

    Raises InputError when params name an absent column, or one column for two roles, or when no feature is left.
    A key may also be the group or the time.
    """
    data = params.data
    categorical_columns = None if data.categorical == "auto" else data.categorical
    single = {
        "data.target": data.target,
        "data.weight": data.weight,
        "split.group": params.split.group,
        "split.time": params.split.time,
    }
    named = {
        **{key: [name] for key, name in single.items() if name is not None},
        "data.drop": data.drop,
        "data.key": data.key,
        "data.categorical": categorical_columns or [],
        "data.text": data.text,
    }
    passthrough = {data.target, data.weight, *data.drop, *data.key, params.split.group, params.split.time}
    features = [name for name in names if name not in passthrough]
    problems = (
        _list_reserved(names, params)
        + _list_absent(names, named, params)
        + _list_conflicts(named)
        + _list_non_features(params)
    )
    if not features:
        problems.append(f"params.yaml: data.drop: no feature is left of {len(names)} columns; leave some out of it")
    raise_problems(problems)
    return ColumnRoles(
        target=data.target,
        features=features,
        key=list(dict.fromkeys(data.key)),
        group=params.split.group,
        time=params.split.time,
        categorical_columns=categorical_columns,
        text=data.text,
        weight=data.weight,
        amounts=tuple(dict.fromkeys(params.amounts.values())),
    )


#: from column names to what a reader must parse: numbers with these missing values, or texts (None); no other column
ColumnSelection = Callable[[list[str]], Mapping[str, MissingValues | None]]


def select_columns(params: PrepareParams) -> ColumnSelection:
    """Return the selection that `read_columns` applies once it knows the names of the columns.

    Features are parsed as numbers unless data.categorical or data.text lists them; target, key, group and time as
    texts. The selection raises InputError when the params do not fit the names, before any cell is read.
    """

    def select(names: list[str]) -> Mapping[str, MissingValues | None]:
        roles = assign_roles(names, params)
        texts = {*(roles.categorical_columns or []), *roles.text, *params.data.dates}
        numbers = [name for name in (*roles.features, *roles.numbers) if name not in texts]
        return {
            **dict.fromkeys([roles.target, *roles.features, *roles.passthrough]),
            **{name: MissingValues.of(params.data.missing_texts, name) for name in numbers},
        }

    return select


def _list_reserved(names: Sequence[str], params: PrepareParams) -> list[str]:
    return [
        f"{params.data.path}: a column is called `{name}`, a name that Evenhand reserves; rename it"
        for name in (ROW, GROUP, WEIGHT)
        if name in names
    ]


def _list_absent(names: Sequence[str], named: dict[str, list[str]], params: PrepareParams) -> list[str]:
    with_missing = [name for name in params.data.missing if name != "*"]
    return [
        f"params.yaml: {key}: no column `{name}` in {params.data.path}; {suggest_name(name, names)}"
        for key, columns in (
            *named.items(),
            ("data.missing", with_missing),
            ("data.dates", params.data.dates),
            *((key, [name]) for key, name in params.amounts.items()),
        )
        for name in columns
        if name not in names
    ]


def _list_conflicts(named: dict[str, list[str]]) -> list[str]:
    problems = []
    for name in dict.fromkeys(name for columns in named.values() for name in columns):
        keys = [key for key, columns in named.items() if name in columns]
        if len(keys) > 1 and set(keys) not in ({"data.key", "split.group"}, {"data.key", "split.time"}):
            problems.append(
                f"params.yaml: {' and '.join(keys)}: both name the column `{name}`; a column has one role, "
                "remove it from the others"
            )
    return problems


def _list_non_features(params: PrepareParams) -> list[str]:
    data = params.data
    others = [data.target, data.weight, *data.key, params.split.group, params.split.time]
    problems = [
        f"params.yaml: {key}: `{name}` has another role; a column of costs is a feature or stands in data.drop"
        for key, name in params.amounts.items()
        if name in others
    ]
    problems += [
        f"params.yaml: data.missing: `{name}` is no feature; only features can have missing values, remove it"
        for name in data.missing
        if name in others
    ]
    categories = [] if data.categorical == "auto" else data.categorical
    return problems + [
        f"params.yaml: data.dates: `{name}` is no feature and not split.time, or a category or text; remove it"
        for name in data.dates
        if name in [column for column in (*others, *data.drop, *data.text, *categories) if column != params.split.time]
    ]
