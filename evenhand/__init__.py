"""The pipeline as a package, which compares treatments of class imbalance.

`compare_treatments` compares treatments for a table in memory. `load` returns the champion of a run as a classifier of
scikit-learn; `leaderboard` and `verdict` return its results. The command `evenhand` runs the pipeline in any git
repository.
"""

from collections.abc import Mapping
import os
from typing import TYPE_CHECKING, Any

from evenhand.source import add_to_path, check_names, find_version

if TYPE_CHECKING:
    import pandas as pd

    from evenhand.comparison.comparison import Comparison
    from evenhand.model import Champion
    from evenhand.results import Verdict

__all__ = ["__version__", "compare_treatments", "leaderboard", "load", "verdict"]
__version__ = find_version()

add_to_path()


def compare_treatments(
    X: "pd.DataFrame",
    y: Any,
    *,
    positive: Any = 1,
    params: Mapping[str, Any] | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> "Comparison":
    """Compare treatments of class imbalance on a table in memory, without DVC and without a git repository.

    The stages of the pipeline do it, in processes of their own, and give the same numbers. Their lines go to stderr.

    Parameters
    ----------
    X : DataFrame of shape (rows, columns)
        The raw table without the target. Its index is not used. Columns of X may be named in `params`, as
        data.key or split.group.
    y : Series, array or list of shape (rows,)
        The label of each row. A Series must have the index of X.
    positive : label, list of labels, or str, default=1
        data.positive of params.yaml: the rare label, a list of labels, or a cut such as ">= 7". For booleans 1 is
        True. It is never guessed.
    params : dict, optional
        Sections and keys that replace those of the packaged params.yaml, which explains them. A section such as
        `split` keeps the keys that are not given; `strategies` and `classifiers` are replaced as a whole.
    folder : path, optional
        Where all files are kept: reports/report.html, models, metrics and params.yaml. What an earlier call has left
        there is replaced. By default they go to a temporary folder, which is removed.

    Returns
    -------
    Comparison
        With `leaderboard`, a DataFrame; `verdict`, in sentences; and `champion`, a fitted classifier. Notebooks show
        the verdict and the leaderboard.

    Raises
    ------
    ValueError
        For a wrong table or wrong settings: the lines of the stages.
    RuntimeError
        For a stage that fails for another reason, such as too little memory.
    ImportError
        Where the process has another package `stages`.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> X, y = load_breast_cancer(as_frame=True, return_X_y=True)
    >>> result = evenhand.compare_treatments(  # doctest: +SKIP
    ...     X, y, positive=0, params={"strategies": {"baseline": {}, "smote": {"sampler": "SMOTE"}}}
    ... )
    >>> print(result.verdict)  # doctest: +SKIP
    >>> result.champion.predict_proba(X)  # doctest: +SKIP
    """
    check_names()
    from evenhand.comparison.comparison import compare

    return compare(X, y, positive, params, folder)


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
