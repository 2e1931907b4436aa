"""Limit the iterations of a classifier by `max_rows`: the rows that all its trees, or all its epochs, use together.

The time of a forest is proportional to its trees times the rows, that of a perceptron to its epochs times the rows. At
equal time, fewer trees on all rows rank better than many trees on a part, most of all with few positives. An epoch on
many rows has many steps. docs/decisions/10-classifiers.md has the figures.
"""

from stages.shared.classifiers import MAX_ROWS, Iterations, Settings


def cap_iterations(settings: Settings, n_rows: int, iterations: Iterations | None) -> Settings:
    """Return the settings of a classifier on `n_rows` rows without `max_rows`, as its library takes them.

    The number of iterations stays as requested while iterations × rows is at most `max_rows`. Beyond, it is as many as
    `max_rows` allows, but at least the minimum.
    """
    library_settings = {key: value for key, value in settings.items() if key != MAX_ROWS}
    if MAX_ROWS not in settings or iterations is None:
        return library_settings
    requested = library_settings.get(iterations.setting, iterations.default)
    if type(requested) is not int or requested * n_rows <= settings[MAX_ROWS]:  # the library refuses other types
        return library_settings
    return {
        **library_settings,
        iterations.setting: min(requested, max(iterations.minimum, settings[MAX_ROWS] // n_rows)),
    }
