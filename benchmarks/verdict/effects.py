"""How well the effects of treatments are estimated: `python -m benchmarks.verdict.effects`.

It shows whether users may rely on the verdicts better, worse, same and cannot tell.

Tables are drawn from worlds with a known formula; three treatments and no treatment are cross-validated and fitted
with three classifiers each. The true effect is the mean over all tables of the effect on many fresh rows: what one
expects of another table of the same size, the noise of refitting included. Every table shows its worst cell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
import warnings

from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import RandomUnderSampler
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from benchmarks.shared.arguments import make_parser
from benchmarks.shared.markdown import print_table
from benchmarks.shared.simulation import CONFIDENCE
from stages.evaluate.effects.effects import (
    EffectSettings,
    choose_margins,
    estimate_effects,
    list_comparisons,
)
from stages.evaluate.effects.estimates import POWER, REFIT
from stages.evaluate.effects.row_sets import RankingValue, RowSets
from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.uncertainty.jackknife import normal_quantile
from stages.shared.metrics.registry import of_family
from stages.shared.schemas.leaderboard import Effect
from stages.shared.storage.arrow import Floats, Ints

N_COLUMNS, N_SPLITS, FRESH_ROWS = 8, 5, 20_000
REFERENCE, TREATMENTS = "baseline", ("class_weight", "smote", "random_under")
CLASSIFIERS = ("logistic_regression", "random_forest", "xgboost")


@dataclass(frozen=True)
class World:
    """A formula of the log odds, and the size of its tables."""

    rows: int
    log_odds: Callable[[Floats], Floats]
    flip: float = 0.0  # share of the labels that are wrong
    degrees: float = np.inf  # of freedom of the columns, Student's t; with few, the tails are heavy

    def draw(self, rows: int, random: np.random.RandomState) -> tuple[Floats, Ints]:
        """Return the columns and the target of new rows."""
        X = random.normal(size=(rows, N_COLUMNS))
        if np.isfinite(self.degrees):
            X /= np.sqrt(random.chisquare(self.degrees, size=(rows, 1)) / self.degrees)
        positive = random.random_sample(rows) < 1 / (1 + np.exp(-self.log_odds(X)))
        wrong = random.random_sample(rows) < self.flip
        return X, (positive ^ wrong).astype(np.int64)


def linear(X: Floats) -> Floats:
    """Return log odds that are linear in the columns."""
    return np.asarray(1.1 * X[:, 0] + 0.8 * X[:, 1] - 0.6 * X[:, 2])


def nonlinear(X: Floats) -> Floats:
    """Return log odds with a product, a fold and a square of columns."""
    return np.asarray(1.3 * X[:, 0] * X[:, 1] + 1.4 * np.abs(X[:, 2]) - 0.3 * X[:, 3] ** 2 + 0.6 * X[:, 4])


#: about 5 % positives, or 1 % where the name says so
WORLDS = {
    "linear, 3,000 rows": World(3000, lambda X: linear(X) - 3.9),
    "linear, 1,000 rows": World(1000, lambda X: linear(X) - 3.9),
    "linear, 1 %, 10,000 rows": World(10_000, lambda X: 1.2 * linear(X) - 6.2),
    "nonlinear, 3,000 rows": World(3000, lambda X: nonlinear(X) - 4.6),
    "heavy tails, 3,000 rows": World(3000, lambda X: np.clip(linear(X), -8, 8) - 3.9, degrees=2.5),
    "label noise, 3,000 rows": World(3000, lambda X: linear(X) - 3.9, flip=0.02),
}

Cell = tuple[str, str | None, str]  # strategy, classifier, metric


@dataclass
class Estimates:
    """The estimates of one world from all rows and from the test set alone: by cell, one entry for each table."""

    effects: dict[str, dict[Cell, list[Effect]]] = field(default_factory=lambda: {"all": {}, "test": {}})
    raw_errors: dict[str, dict[Cell, list[float]]] = field(default_factory=lambda: {"all": {}, "test": {}})
    truths: dict[Cell, list[float]] = field(default_factory=dict)
    margins: list[dict[str, float]] = field(default_factory=list)


def fit_scores(classifier: str, strategy: str, X: Floats, y: Ints, scored: list[Floats], seed: int) -> list[Floats]:
    """Return the scores of each table in `scored` by a classifier that was fitted under a strategy."""
    scaler, weight = StandardScaler().fit(X), "balanced" if strategy == "class_weight" else None
    X, weighted = scaler.transform(X), (len(y) - y.sum()) / y.sum() if weight else 1.0
    if strategy == "smote":
        neighbors = min(5, int(y.sum()) - 1)
        X, y = SMOTE(sampling_strategy=0.75, k_neighbors=neighbors, random_state=seed).fit_resample(X, y)
    elif strategy == "random_under":
        X, y = RandomUnderSampler(sampling_strategy=0.5, random_state=seed).fit_resample(X, y)
    models: dict[str, Any] = {
        "logistic_regression": LogisticRegression(max_iter=300, class_weight=weight),
        "random_forest": RandomForestClassifier(50, min_samples_leaf=2, class_weight=weight, random_state=seed),
        "xgboost": XGBClassifier(
            n_estimators=60, learning_rate=0.1, max_depth=4, subsample=0.8, colsample_bytree=0.6, n_jobs=1,
            random_state=seed, scale_pos_weight=weighted,
        ),
    }  # fmt: skip
    model = models[classifier].fit(X, y)
    return [model.predict_proba(scaler.transform(rows))[:, 1].astype(np.float64) for rows in scored]


def simulate(world: World, runs: int, seed: int, classifiers: Sequence[str] = CLASSIFIERS) -> Estimates:
    """Estimate the effects on `runs` tables of a world."""
    random, result = np.random.RandomState(seed), Estimates()
    fresh = world.draw(FRESH_ROWS, random)
    for run in range(runs):
        X, y = world.draw(world.rows, random)
        _estimate(X, y, fresh, run, classifiers, result)
    return result


def _estimate(
    X: Floats, y: Ints, fresh: tuple[Floats, Ints], run: int, classifiers: Sequence[str], result: Estimates
) -> None:
    train, test = train_test_split(np.arange(len(y)), test_size=0.25, stratify=y, random_state=run)
    folds = list(StratifiedKFold(N_SPLITS, shuffle=True, random_state=run).split(train, y[train]))
    order = np.concatenate([train[validation] for _, validation in folds] + [test])
    numbers = np.repeat(np.arange(N_SPLITS + 1), [*(len(validation) for _, validation in folds), len(test)])
    row_sets = {
        "all": RowSets(y[order], numbers, np.arange(len(order))),
        "test": RowSets(y[test], np.zeros(len(test), dtype=np.int64), np.arange(len(test))),
    }
    measured: dict[str, dict[CandidateKey, dict[str, RankingValue]]] = {"all": {}, "test": {}}
    true_values: dict[CandidateKey, dict[str, float]] = {}
    for classifier in classifiers:
        for strategy in (REFERENCE, *TREATMENTS):
            candidate, oof = CandidateKey(strategy, classifier), []
            for training, validation in folds:
                rows = train[training]
                oof += fit_scores(classifier, strategy, X[rows], y[rows], [X[train[validation]]], run)
            tests = fit_scores(classifier, strategy, X[train], y[train], [X[test], fresh[0]], run)
            for name, sets in row_sets.items():
                measured[name][candidate] = sets.measure(np.concatenate(oof), tests[0])
            true_values[candidate] = {
                name: spec.score(fresh[1], tests[1]) for name, spec in of_family("ranking").items()
            }
    comparisons = list_comparisons(measured["all"], REFERENCE)
    result.margins.append(choose_margins(None, measured["all"], REFERENCE))
    for name, sets in row_sets.items():
        settings = EffectSettings("all", CONFIDENCE, result.margins[-1], 1000, run, sets.n_positives)
        for effect in estimate_effects(measured[name], comparisons, settings):
            cell = (effect.strategy, effect.classifier, effect.metric)
            result.effects[name].setdefault(cell, []).append(effect)
    for comparison in comparisons:
        for metric in of_family("ranking"):
            gains = [true_values[treated][metric] - true_values[plain][metric] for treated, plain in comparison.pairs]
            result.truths.setdefault((comparison.strategy, comparison.classifier, metric), []).append(
                float(np.mean(gains))
            )


def error_of(effect: Effect) -> float:
    """Return the standard error of an effect: an effect of the detectable size is half a width and 0.84 errors away."""
    return (effect.minimum_detectable - (effect.high - effect.low) / 2) / normal_quantile(0.6)


def summarize_cell(estimates: Estimates, rows: str, cell: Cell) -> dict[str, float]:
    """Return the bias, coverage, width and the verdicts of one cell."""
    effects, truth = estimates.effects[rows][cell], float(np.mean(estimates.truths[cell]))
    values = np.array([effect.estimate for effect in effects])
    errors = np.array([error_of(effect) for effect in effects])
    margins = np.array([margin[cell[2]] for margin in estimates.margins])
    verdicts = np.array([effect.verdict for effect in effects])
    halves = np.array([(effect.high - effect.low) / 2 for effect in effects])
    return {
        "truth": truth,
        "bias": float(values.mean() - truth),
        "coverage": float(np.mean(np.abs(values - truth) <= normal_quantile(CONFIDENCE) * errors)),
        "spread": float(values.std(ddof=1) / (errors.mean() / REFIT)),
        "half": float(np.median(errors)),
        "false": float(np.mean(((verdicts == "better") & (truth <= 0)) | ((verdicts == "worse") & (truth >= 0)))),
        "false same": float(np.mean((verdicts == "same") & (abs(truth) > margins))),
        "decided": float(np.mean(verdicts != "cannot_tell")),
        "shows": float(np.mean([effect.minimum_detectable for effect in effects])),
        # the true effect whose intervals leave out 0 in a share of POWER of the tables
        "detectable": float(
            np.mean([effect.minimum_detectable for effect in effects]) / np.quantile(halves - (values - truth), POWER)
        ),
    }


def list_rows(name: str, estimates: Estimates, metric: str) -> list[list[str]]:
    """Return two rows of the table: the mean effects, and the effects with one classifier."""
    rows = []
    for label, is_mean in (("mean effects", True), ("one classifier", False)):
        cells = [cell for cell in estimates.truths if cell[2] == metric and (cell[1] is None) == is_mean]
        every = {cell: summarize_cell(estimates, "all", cell) for cell in cells}
        on_test = {cell: summarize_cell(estimates, "test", cell) for cell in cells}
        cover = {cell: summary["coverage"] for cell, summary in every.items()}
        worst = min(cover, key=lambda cell: cover[cell])
        family_wrong = np.any(
            [
                [_is_wrong(effect, estimates.truths[cell]) for effect in estimates.effects["all"][cell]]
                for cell in cells
            ],
            axis=0,
        )
        rows.append(
            [
                f"{name}: {label}",
                f"{100 * np.median([*cover.values()]):.0f} "
                f"({100 * cover[worst]:.0f}, {'/'.join(filter(None, worst[:2]))})",
                f"{100 * np.median([item['coverage'] for item in on_test.values()]):.0f} "
                f"({100 * min(item['coverage'] for item in on_test.values()):.0f})",
                f"{max(item['spread'] for item in every.values()):.2f}",
                f"{np.median([every[cell]['half'] / on_test[cell]['half'] for cell in cells]):.2f}",
                f"{100 * np.mean(family_wrong):.0f}",
                f"{100 * max(item['false same'] for item in every.values()):.0f}",
                f"{100 * np.mean([item['decided'] for item in on_test.values()]):.0f} → "
                f"{100 * np.mean([item['decided'] for item in every.values()]):.0f}",
                f"{np.median([item['shows'] for item in every.values()]):.3f} "
                f"({max(item['shows'] for item in every.values()):.3f})",
                f"{np.median([item['detectable'] for item in every.values()]):.2f}",
            ]
        )  # fmt: skip
    return rows


def _is_wrong(effect: Effect, truths: list[float]) -> bool:
    """Return whether a verdict claims a direction that the true effect does not have."""
    truth = float(np.mean(truths))
    return (effect.verdict == "better" and truth <= 0) or (effect.verdict == "worse" and truth >= 0)


def main() -> None:
    warnings.filterwarnings("ignore")  # XGBoost and scikit-learn warn of hard tables
    parser = make_parser(__doc__)
    parser.add_argument("--runs", type=int, default=50, help="tables of each world (default 50)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the tables (default 0)")
    parser.add_argument("--only", nargs="*", default=list(WORLDS), help="names of worlds (default: all)")
    parser.add_argument("--classifiers", nargs="*", default=list(CLASSIFIERS), help="names of them (default: all)")
    options = parser.parse_args()
    estimates = {name: simulate(WORLDS[name], options.runs, options.seed, options.classifiers) for name in options.only}
    columns = [
        "world", "coverage, % (worst cell)", "of test alone", "spread ÷ error of rows, worst", "width ÷ test alone",
        "false claim in the family, %", "wrong same, worst, %", "decided, %: test alone → all",
        "effect that shows (worst)", "said ÷ true",
    ]  # fmt: skip
    for metric in of_family("ranking"):
        rows = [row for name, found in estimates.items() for row in list_rows(name, found, metric)]
        print_table(f"Effects on {metric}, {options.runs} tables of each world", columns, rows)


if __name__ == "__main__":
    main()
