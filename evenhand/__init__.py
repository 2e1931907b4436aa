"""Compares treatments of class imbalance: the pipeline as a package.

`load` returns the champion of a run as a classifier of scikit-learn; `leaderboard` and `verdict` return its results.
The command `evenhand` runs the pipeline in any git repository.
"""

import os
from typing import TYPE_CHECKING

from evenhand.source import add_to_path, check_names, find_version

if TYPE_CHECKING:
    import pandas as pd

    from evenhand.model import Champion
    from evenhand.results import Verdict

__all__ = ["__version__", "leaderboard", "load", "verdict"]
__version__ = find_version()

add_to_path()


def load(folder: str | os.PathLike[str] = "models/champion") -> "Champion":
    """Return the champion in `folder`, checked against its hashes, as a fitted classifier.

    Raises ValueError where there is no such folder, or a file of it is damaged; ImportError where the process has
    another package `stages`.
    """
    check_names()
    from evenhand.model import Champion

    return Champion(os.fspath(folder)).fit()


def leaderboard(folder: str | os.PathLike[str] = ".") -> "pd.DataFrame":
    """Return a row for each candidate of the run in `folder`, best cross-validated strategy first.

    Columns: strategy, classifier, threshold; `cv_<metric>`, the mean over the folds; `<metric>`, `<metric>_low` and
    `<metric>_high` on test. `attrs` holds the champion, the metric of the choice and the verdict, as texts. Raises
    ValueError where there is no whole run.
    """
    check_names()
    from evenhand.results import read_results

    return read_results(folder).to_frame()


def verdict(folder: str | os.PathLike[str] = ".") -> "Verdict":
    """Return the verdict of the run in `folder`, in sentences; notebooks show it as HTML. Raises ValueError."""
    check_names()
    from evenhand.results import read_results

    return read_results(folder).verdict
