"""What a classifier may cost on many rows: `max_rows` bounds the rows that its trees, or its epochs, see together.

The time of a forest is that of its trees times the rows of each, that of a perceptron its epochs times the rows. On
many rows it is the trees that can be spared: at equal time, fewer trees that see all rows rank better than many that
see a part, most of all where positives are few. And an epoch of many rows is many steps (the figures are in
docs/decisions/10-classifiers.md).
"""

from typing import Any, NamedTuple

from stages.train.params.allowed_settings import MAX_ROWS, Settings


class Iterations(NamedTuple):
    """What goes through all rows again and again."""

    setting: str  # how many of them
    default: int  # scikit-learn's own number, where none is asked for
    least: int  # so many there are at least, unless fewer are asked for
    name: str


#: with fewer trees, scores become coarse
TREES = Iterations("n_estimators", 100, 50, "trees")

EPOCHS = Iterations("max_iter", 200, 10, "epochs")


def iterations_of(classifier: str) -> Iterations:
    """What `classifier` does again and again."""
    return EPOCHS if classifier == "mlp" else TREES


def cap_iterations(settings: Settings, rows: int, turns: Iterations = TREES) -> Settings:
    """The settings of a classifier on so many `rows`, in the words of its library alone: without `max_rows`.

    The number of turns is what was asked for as long as turns × rows is at most `max_rows`, then as many as that
    allows, but not fewer than the least. Settings without `max_rows` stay as they are.
    """
    if MAX_ROWS not in settings:
        return settings
    most = settings[MAX_ROWS]
    own = {key: value for key, value in settings.items() if key != MAX_ROWS}
    requested = requested_for(own, turns)
    if type(requested) is not int or requested * rows <= most:  # what is no number is for the library to answer
        return own
    return {**own, turns.setting: min(requested, max(turns.least, most // rows))}


def requested_for(settings: Settings, turns: Iterations) -> Any:
    """How many turns the settings ask for."""
    return settings.get(turns.setting, turns.default)
