"""`max_rows` limits the cost of a classifier on many rows: how many rows its trees, or its epochs, see together.

A forest takes the time of its trees times their rows, a perceptron that of its epochs times the rows. On many rows
trees can be spared: at equal time, fewer trees that see all rows rank better than many trees that see a part, most of
all if positives are few. An epoch of many rows has many steps (docs/decisions/10-classifiers.md has the figures).
"""

from stages.shared.classifiers import MAX_ROWS, Iterations, Settings


def cap_iterations(settings: Settings, n_rows: int, iterations: Iterations | None) -> Settings:
    """Return the settings of a classifier on `n_rows` rows without `max_rows`, as its library takes them.

    The number of iterations stays as requested while iterations × rows is at most `max_rows`. Beyond, it is as many as
    `max_rows` allows, but at least the minimum.
    """
    own = {key: value for key, value in settings.items() if key != MAX_ROWS}
    if MAX_ROWS not in settings or iterations is None:
        return own
    requested = own.get(iterations.setting, iterations.default)
    if type(requested) is not int or requested * n_rows <= settings[MAX_ROWS]:  # the library refuses what is no number
        return own
    return {**own, iterations.setting: min(requested, max(iterations.minimum, settings[MAX_ROWS] // n_rows))}
