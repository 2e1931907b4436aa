"""The cost in test scores of rules that choose the champion: `python -m benchmarks.suites.choice`.

It is the evidence for the shipped rule (docs/decisions/15-choice.md).

The value of a candidate is known only on many test rows. So 1,000 rows of the larger data sets are training sets, drawn
several times, and the rest is the test set. Each strategy is trained with all classifiers, untuned.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from benchmarks.shared.arguments import make_suite_parser
from benchmarks.shared.data_sets import load_data_set, run_missing
from benchmarks.shared.in_memory import load_params, make_leaderboard
from benchmarks.shared.intervals import format_differences
from benchmarks.shared.markdown import print_table
from stages.report.champion.selection import choose_champion
from stages.report.params import ReportParams
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.storage.arrow import Floats

#: data set -> rows
DATASETS = {
    "mammography": 11183, "bank_campaign": 41188, "satimage": 6435, "page_blocks0": 5472, "phoneme": 5404,
    "wine_quality": 4898,
}  # fmt: skip
STRATEGIES = ("baseline", "class_weight", "random_over", "smote")
TRAIN_ROWS = 1000
MAX_ROWS = 8000

METRICS = ("average_precision", "brier_score", "f1")
BLEND = "blend"
TOLERANCES = (0.0, 0.002, 0.005, 0.01, 0.02)
Rule = Callable[[Leaderboard], Candidate]


def choose_shipped(leaderboard: Leaderboard) -> Candidate:
    """Choose as the stage report does."""
    return choose_champion(ReportParams.model_validate(load_params(0)), leaderboard).champion


def choose_within_tolerance(leaderboard: Leaderboard, tolerance: float, compare: bool) -> Candidate:
    """Choose the simplest candidate within a tolerance; with `compare`, a treatment must beat the untreated classifier.

    The rule ignores comparisons between classifiers, which the shipped rule needs for the blend.
    """
    params = load_params(0)
    params["select"]["tolerance"] = tolerance
    comparisons = leaderboard.cv_comparisons if compare else []
    of_classifier = [item for item in comparisons if item.classifier == item.reference_classifier]
    reduced = leaderboard.model_copy(update={"cv_comparisons": of_classifier})
    return choose_champion(ReportParams.model_validate(params), reduced).champion


def choose_blend_or_better(leaderboard: Leaderboard) -> Candidate:
    """Choose the untreated blend, unless the best is better by more than the standard error of its mean."""
    best, blend = leaderboard.candidates[0], leaderboard.candidate("baseline", BLEND)
    best_score, blend_score = (candidate.cv[leaderboard.settings.metric] for candidate in (best, blend))
    n_folds = load_params(0)["cv"]["n_splits"]
    return best if abs(best_score.mean - blend_score.mean) > best_score.sd / n_folds**0.5 else blend


def make_rules() -> dict[str, Rule]:
    """Return the rules by name."""
    rules: dict[str, Rule] = {
        "as shipped": choose_shipped,
        "best by cross-validation": lambda leaderboard: leaderboard.candidates[0],
    }
    for value in TOLERANCES[1:]:
        rules[f"tolerance {value:g} alone"] = partial(choose_within_tolerance, tolerance=value, compare=False)
    for value in TOLERANCES:
        name = f"tolerance {value:g}, treatments earn their place"
        rules[name] = partial(choose_within_tolerance, tolerance=value, compare=True)
    return rules | {
        "always baseline/blend": lambda leaderboard: leaderboard.candidate("baseline", BLEND),
        "best blend by cross-validation": lambda leaderboard: next(
            candidate for candidate in leaderboard.candidates if candidate.classifier == BLEND
        ),
        "baseline/blend, unless one is a standard error better": choose_blend_or_better,
        "best on test (out of reach)": lambda leaderboard: max(
            leaderboard.candidates, key=lambda candidate: candidate.test["average_precision"]
        ),
    }


def print_rules(leaderboards: Sequence[Leaderboard]) -> None:
    """Print the mean test metrics of the champion by each rule."""
    champions = {name: list(map(choose, leaderboards)) for name, choose in make_rules().items()}
    best = get_test_metrics(champions["best by cross-validation"], "average_precision")
    rows = []
    for name, of_rule in champions.items():
        gain = get_test_metrics(of_rule, "average_precision") - best
        means = [f"{get_test_metrics(of_rule, metric).mean():.4f}" for metric in METRICS]
        rows.append([name, *means, format_differences(list(gain), 4)])
    columns = ["rule", *METRICS, "AP − that of the best by cross-validation"]
    print_table("Rules for the choice of the champion, means on test", columns, rows)


def get_test_metrics(candidates: Sequence[Candidate], metric: str) -> Floats:
    """Return the test metric of each candidate, shape (candidates,)."""
    return np.array([candidate.test[metric] for candidate in candidates], dtype=np.float64)


def main() -> None:
    parser = make_suite_parser(__doc__)
    parser.add_argument("--draws", type=int, default=2, help="training sets of each data set (default 2)")
    options = parser.parse_args()

    def run(name: str, seed: int) -> dict[str, object]:
        test_size = 1 - TRAIN_ROWS / min(MAX_ROWS, DATASETS[name])
        tables = load_data_set(options.datasets, name, MAX_ROWS, seed, test_size)
        return make_leaderboard(*tables, load_params(seed, STRATEGIES, tuning=False)).model_dump(mode="json")

    draws = [(name, seed) for seed in range(options.draws) for name in options.only or DATASETS]
    results = run_missing(options.results, draws, run)
    print_rules([Leaderboard.model_validate(content) for content in results.values()])


if __name__ == "__main__":
    main()
