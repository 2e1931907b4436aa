"""The checks of a run by name, in the order in which the audit makes them."""

from collections.abc import Callable

from tools.audit.checks import columns, split
from tools.audit.checks.drift import drift
from tools.audit.report.findings import Finding
from tools.audit.run import Run

Check = Callable[[Run], list[Finding]]

#: each returns at least one finding, so that a reader knows what was checked
CHECKS: dict[str, Check] = {
    "rows_on_both_sides": split.rows_on_both,
    "duplicates_across_sides": split.duplicates,
    "groups_across_sides": split.groups,
    "time_order": split.time_order,
    "near_perfect_features": columns.find_near_perfect,
    "missing_tells_the_target": columns.missingness,
    "id_like_columns": columns.id_like,
    "constant_columns": columns.constant,
    "label_noise": split.label_noise,
    "drift": drift,
}
