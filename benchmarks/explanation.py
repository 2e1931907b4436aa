"""How often the explanation of the champion is right: `python -m benchmarks.explanation`.

It shows users when they may believe that a feature matters, or that a model fails in a part of the table.

- Importance: models are fitted once, and many test sets are drawn. The true loss of a feature is that on many fresh
  rows, each shuffled several times.
- Slices: a model finds each positive with the same probability, except in the first slice of some cases.
"""

import argparse

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from xgboost import XGBClassifier

from benchmarks.shared.arguments import add_simulation_options, make_parser
from benchmarks.shared.markdown import ShareTable, format_percent, print_table
from benchmarks.shared.simulation import CONFIDENCE
from benchmarks.verdict.effects.worlds import WORLDS, World
from stages.evaluate.explanation.importance import METRIC, draw_sample, measure_importance
from stages.evaluate.explanation.slices import Decisions, Part, measure_slices
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.model_file import Classifier, scores, scores_after

MODELS = {
    "logistic regression": LogisticRegression(),
    "xgboost": XGBClassifier(n_estimators=60, max_depth=4, learning_rate=0.1, n_jobs=1, random_state=0),
}
TRAIN_ROWS, FRESH_SHUFFLES = 3000, 3
TEST_ROWS = (800, 3000)

#: positives, slices of one column each, recall, and recall in the first slice
SLICE_CASES = (
    (40, 20, 0.8, 0.8), (150, 20, 0.8, 0.8), (150, 60, 0.8, 0.8), (150, 20, 0.95, 0.95),
    (40, 20, 0.8, 0.4), (150, 20, 0.8, 0.4), (600, 20, 0.8, 0.6),
)  # fmt: skip
SLICE_SHARE, NEGATIVES, FALSE_ALARMS = 0.2, 19, 0.03


def main() -> None:
    parser = add_simulation_options(make_parser(__doc__), 300)
    parser.add_argument("--fresh", type=int, default=200_000, help="rows of the true losses (default 200,000)")
    options = parser.parse_args()
    cells = [
        [f"{world}, {model}, {rows:,} test rows", *_check_importance(WORLDS[world], model, rows, options)]
        for world in ("linear, 3,000 rows", "nonlinear, 3,000 rows")
        for model in MODELS
        for rows in TEST_ROWS
    ]
    heads = ["", "true losses", "one interval holds, worst", "all hold", "shown, largest loss", "useless one shown"]
    print_table(f"Importance, {options.runs} test sets, shares in %", heads, cells)
    table = ShareTable()
    for case in SLICE_CASES:
        _check_slices(case, options, table)
    table.print(f"Slices, {options.runs} tables, shares in %")


def _check_importance(world: World, name: str, rows: int, options: argparse.Namespace) -> list[str]:
    random = np.random.RandomState(options.seed)
    model = MODELS[name].fit(*_draw(world, TRAIN_ROWS, random))
    features, y = _draw(world, options.fresh, random)
    truth = _get_losses(model, features, y, random)
    holds, claims = np.zeros((options.runs, len(truth))), np.zeros((options.runs, len(truth)))
    for run in range(options.runs):
        features, y = _draw(world, rows, random)
        sample = draw_sample(features, y, np.arange(rows), None, run)
        for item in measure_importance(model, sample, CONFIDENCE, 1000, 0):
            column = features.columns.get_loc(item.feature)
            holds[run, column], claims[run, column] = item.low <= truth[column] <= item.high, item.low > 0
    return [
        ", ".join(f"{value:.3f}" for value in sorted(truth, reverse=True)[:3]),
        format_percent(int(holds.sum(axis=0).min()), options.runs),
        format_percent(int(holds.all(axis=1).sum()), options.runs),
        format_percent(int(claims[:, np.argmax(truth)].sum()), options.runs),
        format_percent(int(claims[:, -1].sum()), options.runs),  # no formula uses the last column
    ]


def _draw(world: World, rows: int, random: np.random.RandomState) -> tuple[pd.DataFrame, Ints]:
    X, y = world.draw(rows, random)
    return pd.DataFrame(X, columns=[f"x{index}" for index in range(X.shape[1])]), y


def _get_losses(model: Classifier, features: pd.DataFrame, y: Ints, random: np.random.RandomState) -> Floats:
    score = METRICS[METRIC].score(y, scores(model, features))
    changes = [
        (name, random.permutation(features[name].to_numpy())) for name in features for _ in range(FRESH_SHUFFLES)
    ]
    values = [METRICS[METRIC].score(y, changed) for changed in scores_after(model, features, changes)]
    return score - np.reshape(values, (-1, FRESH_SHUFFLES)).mean(axis=1)


def _check_slices(case: tuple[int, int, float, float], options: argparse.Namespace, table: ShareTable) -> None:
    positives, n_slices, recall, recall_in_one = case
    row = f"{positives} positives, {n_slices} slices, recall {recall:g}, in one {recall_in_one:g}"
    random = np.random.RandomState(options.seed)
    y = np.repeat([1, 0], [positives, NEGATIVES * positives])
    for _ in range(options.runs):
        parts = [Part(str(n), str(n), str(n), random.random_sample(len(y)) < SLICE_SHARE) for n in range(n_slices)]
        probability = np.where(y == 1, np.where(parts[0].inside, recall_in_one, recall), FALSE_ALARMS)
        decisions = Decisions(
            y, random.random_sample(len(y)) < probability, np.arange(len(y)), np.ones(len(y)), np.ones(len(y))
        )
        slices, *_ = measure_slices(parts, decisions, [part.column for part in parts], CONFIDENCE)
        claims = {(item.column, item.metric) for item in slices if item.verdict != "cannot_tell"}
        truth = {("0", "recall"): recall_in_one - recall} if recall != recall_in_one else {}
        held = (
            item.low <= truth.get((item.column, item.metric), 0.0) <= item.high
            for item in slices
            if item.low is not None and item.high is not None
        )
        table.add(row, "a wrong claim", bool(claims - set(truth)))
        table.add(row, "all intervals hold", all(held))
        table.add(row, "the one slice found", bool(claims & set(truth)))


if __name__ == "__main__":
    main()
