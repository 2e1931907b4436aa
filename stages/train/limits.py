"""What a forest may cost: `max_rows` bounds the rows that its trees see together.

The time of a forest is that of its trees times the rows of each. On many rows it is the trees that can be spared: at
equal time, fewer trees that see all rows rank better than many that see a part, most of all where positives
are few (docs/decisions/10-classifiers.md has the figures).
"""

from typing import Any

from stages.train.settings import MAX_ROWS, Settings

#: trees that a forest has at least, unless fewer are asked for; with fewer, scores become coarse
LEAST_TREES = 50

#: scikit-learn's own number of trees, where none is asked for
_DEFAULT_TREES = 100


def capped(settings: Settings, rows: int) -> Settings:
    """The settings of a classifier on so many `rows`, in the words of its library alone: without `max_rows`.

    `n_estimators` is what was asked for as long as n_estimators × rows is at most `max_rows`, then as many as that
    allows, but not fewer than LEAST_TREES. Settings without `max_rows` stay as they are.
    """
    if MAX_ROWS not in settings:
        return settings
    most = settings[MAX_ROWS]
    own = {key: value for key, value in settings.items() if key != MAX_ROWS}
    asked = trees(own)
    if type(asked) is not int or asked * rows <= most:  # what is no number is for the library to answer
        return own
    return {**own, "n_estimators": min(asked, max(LEAST_TREES, most // rows))}


def trees(settings: Settings) -> Any:
    """How many trees a forest is asked for."""
    return settings.get("n_estimators", _DEFAULT_TREES)
