"""The checks of a run by name, in the order in which they are made."""

from collections.abc import Callable

from tools.audit.checks import columns
from tools.audit.checks import split as sides
from tools.audit.checks.drift import drift
from tools.audit.report.findings import Finding
from tools.audit.run import Run

Check = Callable[[Run], list[Finding]]

#: each says at least one thing, so that a reader knows what was looked at
CHECKS: dict[str, Check] = {
    "rows_on_both_sides": sides.rows_on_both,
    "duplicates_across_sides": sides.duplicates,
    "groups_across_sides": sides.groups,
    "time_order": sides.time_order,
    "near_perfect_features": columns.near_perfect,
    "missing_tells_the_target": columns.missingness,
    "id_like_columns": columns.id_like,
    "constant_columns": columns.constant,
    "label_noise": sides.label_noise,
    "drift": drift,
}
