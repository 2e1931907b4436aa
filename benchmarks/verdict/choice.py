"""What the rule that chooses the champion costs: `python -m benchmarks.verdict.choice --datasets ../shared/datasets`.

To judge a choice one must know what each candidate is worth. So of the larger data sets of the suite 1,000 rows are the
train side, drawn several times, and the many that are left are the test side, which leaves little noise on it. Every
strategy of STRATEGIES is trained with every classifier and the blend, untuned; the rules choose by cross-validation.
"""

import argparse
import json
from pathlib import Path

from stages.shared.runtime.threads import limit_threads

limit_threads()

from benchmarks.verdict.bar import report_rules  # noqa: E402 - after the number of threads is settled
from benchmarks.verdict.referee import make_leaderboard, raw_scores, shipped, train_all  # noqa: E402
from benchmarks.verdict.suite import sides  # noqa: E402
from stages.shared.schemas.leaderboard import Leaderboard  # noqa: E402
from stages.train.params import TrainParams  # noqa: E402

#: with their rows
DATASETS = {
    "mammography": 11183, "bank_campaign": 41188, "satimage": 6435, "page_blocks0": 5472, "phoneme": 5404,
    "wine_quality": 4898,
}  # fmt: skip
STRATEGIES = ("baseline", "class_weight", "random_over", "smote")
TRAIN_ROWS = 1000
MOST_ROWS = 8000


def draw_leaderboard(folder: Path, name: str, seed: int) -> Leaderboard:
    """All candidates on one draw of one data set."""
    share = 1 - TRAIN_ROWS / min(MOST_ROWS, DATASETS[name])
    train, test = sides(folder, name, MOST_ROWS, seed, share)
    content = shipped(random_state=seed)
    content["strategies"] = {key: content["strategies"][key] for key in STRATEGIES}
    content["tuning"] = {**content["tuning"], "samplers": {}, "classifiers": {}}
    params = TrainParams.model_validate(content)
    strategies = train_all(train, STRATEGIES, params)
    return make_leaderboard(strategies, raw_scores(strategies, test), test, content)


def main() -> None:
    """Runs what `--results` does not hold yet, then prints the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", type=Path, required=True, help="folder of the suite")
    parser.add_argument("--only", nargs="*", default=list(DATASETS), help="names of data sets (default: all)")
    parser.add_argument("--draws", type=int, default=2, help="train sides of each data set (default 2)")
    parser.add_argument("--results", type=Path, required=True, help="file of results, one line a draw")
    options = parser.parse_args()
    lines = options.results.read_text().splitlines() if options.results.exists() else []
    result = {(name, seed): content for name, seed, content in map(json.loads, lines)}
    for seed in range(options.draws):
        for name in options.only:
            if (name, seed) not in result:
                result[name, seed] = draw_leaderboard(options.datasets, name, seed).model_dump(mode="json")
                with options.results.open("a") as file:
                    file.write(json.dumps([name, seed, result[name, seed]]) + "\n")
                print(name, seed, flush=True)
    report_rules([Leaderboard.model_validate(content) for content in result.values()])


if __name__ == "__main__":
    main()
