"""The teaching set as CSV text."""

from sklearn.datasets import make_classification

from stages.synthesize.params import SyntheticParams


def synthetic_csv(params: SyntheticParams) -> str:
    """The set of `params` as CSV: columns x1 … xn and `target` (0 or 1).

    Made by scikit-learn's make_classification (after Guyon, "Design of experiments for the NIPS 2003 variable selection
    benchmark"). Numbers are written in the shortest form that reads back as the same float.
    """
    X, y = make_classification(
        n_samples=params.n_samples,
        n_features=params.n_features,
        n_informative=params.n_informative,
        n_redundant=params.n_redundant,
        weights=params.weights,
        flip_y=params.flip_y,
        random_state=params.random_state,
    )
    header = [*(f"x{number}" for number in range(1, params.n_features + 1)), "target"]
    rows = ([*map(repr, values), str(label)] for values, label in zip(X.tolist(), y.tolist(), strict=True))
    return "".join(",".join(cells) + "\n" for cells in (header, *rows))
