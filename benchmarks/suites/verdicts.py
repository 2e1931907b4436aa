"""What the verdicts are on a suite of data sets: `python -m benchmarks.suites.verdicts --datasets FOLDER`.

Each data set is run as shipped, on at most `--rows` rows. The first columns compare the best candidates on test
alone. The others judge the mean effects of the treatments from all rows.
"""

from collections import Counter
from collections.abc import Sequence

from benchmarks.shared.arguments import add_rows_option, make_suite_parser
from benchmarks.shared.data_sets import load_data_set, run_missing
from benchmarks.shared.in_memory import load_params, make_leaderboard
from benchmarks.shared.markdown import print_table
from stages.shared.schemas.leaderboard import Leaderboard

METRIC = "average_precision"
ON_TEST = ("better", "worse", "tie")
FROM_ALL_ROWS = ("better", "worse", "same", "cannot_tell")


def count_verdicts(leaderboard: Leaderboard) -> list[int]:
    """Return the numbers of verdicts, first on test alone, then from all rows."""
    on_test = Counter(
        item.verdict for item in leaderboard.comparisons if (item.scope, item.metric) == ("strategy", METRIC)
    )
    effects = Counter(item.verdict for item in leaderboard.mean_effects(METRIC))
    return [*(on_test[word] for word in ON_TEST), *(effects[word] for word in FROM_ALL_ROWS)]


def print_verdicts(leaderboards: dict[str, Leaderboard]) -> None:
    """Print a line for each data set, and the sums."""
    counts = {name: count_verdicts(one) for name, one in leaderboards.items()}
    sizes = {name: one.data.train.positives + one.data.test.positives for name, one in leaderboards.items()}
    rows = [[name, str(sizes[name]), *map(str, counts[name])] for name in sorted(counts, key=lambda name: sizes[name])]
    sums = [sum(column) for column in zip(*counts.values(), strict=True)]
    header = ["data set", "positives", *(f"{word}, on test" for word in ON_TEST), *_name_words(FROM_ALL_ROWS)]
    print_table(
        "Verdicts on the treatments against none, in average precision", header, [*rows, ["all", "", *map(str, sums)]]
    )


def _name_words(words: Sequence[str]) -> list[str]:
    return [f"{word.replace('_', ' ')}, all rows" for word in words]


def main() -> None:
    parser = make_suite_parser(__doc__)
    add_rows_option(parser)
    options = parser.parse_args()

    def run(name: str, seed: int) -> dict[str, object]:
        params = load_params(seed)
        params["evaluate"]["n_resamples"] = 2000
        return make_leaderboard(*load_data_set(options.datasets, name, options.rows, seed), params).model_dump(
            mode="json"
        )

    names = options.only or [path.parent.name for path in sorted(options.datasets.glob("*/*.csv*"))]
    results = run_missing(options.results, [(name, 42) for name in names], run)
    print_verdicts({name: Leaderboard.model_validate(content) for (name, _), content in results.items()})


if __name__ == "__main__":
    main()
