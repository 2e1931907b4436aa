"""Which part each column plays."""

from collections.abc import Sequence
from dataclasses import dataclass

from stages.prepare.messages import nearest
from stages.prepare.params import PrepareParams
from stages.shared.errors import InputError
from stages.shared.schemas.contract import GROUP, ROW


@dataclass(frozen=True)
class Roles:
    """Every column of the raw table, by its part. Features are in raw order."""

    target: str
    features: list[str]
    key: list[str]
    group: str | None
    time: str | None
    listed: list[str] | None  # columns that data.categorical lists; None for auto

    @property
    def carried(self) -> list[str]:
        """Columns that go along without being features, each once: key, group, time."""
        return list(dict.fromkeys([*self.key, *(name for name in (self.group, self.time) if name is not None)]))


def roles(names: Sequence[str], params: PrepareParams) -> Roles:
    """The part of every column in `names`.

    Raises InputError when params name a column that is not there, or one column for two parts, or when no feature
    is left. A key may also be the group or the time: all three are carried along.
    """
    data = params.data
    listed = None if data.categorical == "auto" else data.categorical
    single = {"data.target": data.target, "split.group": params.split.group, "split.time": params.split.time}
    named = {
        **{place: [name] for place, name in single.items() if name is not None},
        "data.drop": data.drop,
        "data.key": data.key,
        "data.categorical": listed or [],
    }
    carried = {data.target, *data.drop, *data.key, params.split.group, params.split.time}
    features = [name for name in names if name not in carried]
    problems = _reserved(names, params) + _absent(names, named, params) + _twice(named) + _unmarkable(params)
    if not features:
        problems.append(f"params.yaml: data.drop: no feature is left of {len(names)} columns; leave some out of it")
    if problems:
        raise InputError(problems)
    return Roles(data.target, features, list(dict.fromkeys(data.key)), params.split.group, params.split.time, listed)


def _reserved(names: Sequence[str], params: PrepareParams) -> list[str]:
    problems = [
        f"{params.data.path}: a column is called `{name}`, a name that we need ourselves; rename it"
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
    marked = [name for name in params.data.missing if name != "*"]
    return [
        f"params.yaml: {place}: no column `{name}` in {params.data.path}; {nearest(name, names)}"
        for place, columns in (*named.items(), ("data.missing", marked))
        for name in columns
        if name not in names
    ]


def _twice(named: dict[str, list[str]]) -> list[str]:
    problems = []
    for name in dict.fromkeys(name for columns in named.values() for name in columns):
        places = [place for place, columns in named.items() if name in columns]
        if len(places) > 1 and set(places) not in ({"data.key", "split.group"}, {"data.key", "split.time"}):
            problems.append(
                f"params.yaml: {' and '.join(places)}: both name the column `{name}`; it can play one part only, "
                "take it out of the others"
            )
    return problems


def _unmarkable(params: PrepareParams) -> list[str]:
    others = [params.data.target, *params.data.key, params.split.group, params.split.time]
    return [
        f"params.yaml: data.missing: `{name}` is no feature; only features can have missing values, take it out"
        for name in params.data.missing
        if name in others
    ]
