"""The verdicts on a suite of data sets: `python -m benchmarks.suites.verdicts --datasets FOLDER`.

The shipped comparison runs on at most `--rows` rows of each data set. The first columns compare the best candidates on
test alone. The others judge the mean effects of the treatments from all rows.
"""

from collections import Counter

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
    sizes = {name: item.data.train.positives + item.data.test.positives for name, item in leaderboards.items()}
    counts = {name: count_verdicts(leaderboards[name]) for name in sorted(leaderboards, key=lambda name: sizes[name])}
    rows = [[name, str(sizes[name]), *map(str, of_set)] for name, of_set in counts.items()]
    sums = [sum(column) for column in zip(*counts.values(), strict=True)]
    header = ["data set", "positives", *(f"{word}, on test" for word in ON_TEST)]
    header += [f"{word.replace('_', ' ')}, all rows" for word in FROM_ALL_ROWS]
    title = "Verdicts on the treatments against none, in average precision"
    print_table(title, header, [*rows, ["all", "", *map(str, sums)]])


def main() -> None:
    parser = make_suite_parser(__doc__)
    add_rows_option(parser)
    options = parser.parse_args()

    def run(name: str, seed: int) -> dict[str, object]:
        params = load_params(seed)
        params["evaluate"]["n_resamples"] = 2000
        tables = load_data_set(options.datasets, name, options.rows, seed)
        return make_leaderboard(*tables, params).model_dump(mode="json")

    names = options.only or [path.parent.name for path in sorted(options.datasets.glob("*/*.csv*"))]
    results = run_missing(options.results, [(name, 42) for name in names], run)
    print_verdicts({name: Leaderboard.model_validate(content) for (name, _), content in results.items()})


if __name__ == "__main__":
    main()
