"""The checks of a run by name, in the order in which the audit makes them."""

from collections.abc import Callable

from tools.audit.checks import columns, split
from tools.audit.checks.drift import find_drift
from tools.audit.report.findings import Finding
from tools.audit.run import Run

Check = Callable[[Run], list[Finding]]

#: each returns at least one finding, so that the audit lists every check
CHECKS: dict[str, Check] = {
    "rows_on_both_sides": split.find_misplaced_rows,
    "duplicates_across_sides": split.find_shared_duplicates,
    "groups_across_sides": split.find_shared_groups,
    "time_order": split.find_late_rows,
    "near_perfect_features": columns.find_near_perfect,
    "missing_tells_the_target": columns.find_missingness,
    "id_like_columns": columns.find_id_like,
    "constant_columns": columns.find_constant,
    "label_noise": split.find_label_noise,
    "drift": find_drift,
}
