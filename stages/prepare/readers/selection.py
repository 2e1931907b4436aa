"""What has to be read of a table, and how: known from the names of its columns and from params.yaml."""

from collections.abc import Mapping

from stages.prepare.columns.parsing import Marks
from stages.prepare.columns.roles import roles
from stages.prepare.params import PrepareParams
from stages.prepare.prepare import missing_texts
from stages.prepare.readers.csv import Wanted


def plan(params: PrepareParams) -> Wanted:
    """For `read_columns`: numbers of the features, unless they are listed as categorical; texts of the other parts.

    Raises InputError, once the names are known, where the params do not fit them: before the cells of a large table are
    read.
    """

    def wanted(names: list[str]) -> Mapping[str, Marks | None]:
        parts, marks = roles(names, params), missing_texts(params)
        numbers = (name for name in parts.features if name not in (parts.listed or []))
        return {
            **dict.fromkeys([parts.target, *parts.features, *parts.carried]),
            **{name: Marks.of(marks, name) for name in numbers},
        }

    return wanted
