"""How well rotated test sets estimate the effects of treatments: `python -m benchmarks.verdict.rotation`.

It shows whether users may rely on the verdicts of `python -m tools.rotate`, with the worlds and models of
benchmarks.verdict.effects. Every row of a table is in one of four test sets. Each of the four models gets its
calibrator and threshold from out-of-fold scores of its train set. The true effect is the mean over all tables and
rotations of the effect on many fresh rows.
"""

from dataclasses import dataclass, field
import warnings

import numpy as np
from sklearn.model_selection import StratifiedKFold

from benchmarks.shared.arguments import make_parser
from benchmarks.shared.markdown import print_table
from benchmarks.shared.simulation import CONFIDENCE
from benchmarks.verdict.effects import FRESH_ROWS, REFERENCE, TREATMENTS, WORLDS, World, error_of, fit_scores
from stages.evaluate.effects.effects import list_comparisons
from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.thresholds.policies import Policy
from stages.evaluate.thresholds.tuning import tune_threshold
from stages.evaluate.uncertainty.jackknife import normal_quantile
from stages.shared.calibration import calibrate
from stages.shared.metrics.decisions import is_positive
from stages.shared.metrics.registry import METRICS, compared
from stages.shared.schemas.leaderboard import Effect
from stages.shared.storage.arrow import Bools, Floats, Ints
from stages.split.assignment import draw_parts
from stages.train.classifiers.calibration import CalibrationSpec, fit_calibrator
from tools.rotate.estimates import (
    FAMILIES,
    Rotation,
    RotationSettings,
    estimate_rotations,
    measure_family,
)

N_PARTS, N_SPLITS, CLASSIFIERS = 4, 3, ("logistic_regression", "xgboost")
DEFAULT_WORLDS = ("linear, 1,000 rows", "linear, 3,000 rows", "nonlinear, 3,000 rows")

Cell = tuple[str, str | None, str]  # strategy, classifier, metric
Answers = dict[CandidateKey, tuple[Floats, Bools]]  # calibrated scores and decisions


@dataclass
class Estimates:
    """The effects of one world from all rows and from the first test set alone, by cell: one entry for each table."""

    effects: dict[str, dict[Cell, list[Effect]]] = field(default_factory=lambda: {"all": {}, "one": {}})
    truths: dict[Cell, list[float]] = field(default_factory=dict)
    margins: list[dict[str, float]] = field(default_factory=list)


def simulate(world: World, runs: int, seed: int) -> Estimates:
    """Estimate the effects on `runs` tables of a world."""
    random, result = np.random.RandomState(seed), Estimates()
    fresh = world.draw(FRESH_ROWS, random)
    for run in range(runs):
        _estimate(*world.draw(world.rows, random), fresh, run, result)
    return result


def _estimate(X: Floats, y: Ints, fresh: tuple[Floats, Ints], run: int, result: Estimates) -> None:
    numbers, rotations, truths = draw_parts(np.arange(len(y)), y, N_PARTS, run), [], []
    for number in range(1, N_PARTS + 1):
        train, test = np.flatnonzero(numbers != number), np.flatnonzero(numbers == number)
        on_test: Answers = {}
        on_fresh: Answers = {}
        for classifier in CLASSIFIERS:
            for strategy in (REFERENCE, *TREATMENTS):
                answers = _fit(classifier, strategy, X[train], y[train], [X[test], fresh[0]], run)
                on_test[CandidateKey(strategy, classifier)], on_fresh[CandidateKey(strategy, classifier)] = answers
        rotations.append(_make_rotation(test, y[test], on_test))
        truths.append(_make_rotation(np.arange(FRESH_ROWS), fresh[1], on_fresh))
    settings = RotationSettings(REFERENCE, CONFIDENCE, 1000, run)
    for name, used in (("all", rotations), ("one", rotations[:1])):
        estimated = estimate_rotations(used, settings)
        for effect in estimated.effects:
            cell = (effect.strategy, effect.classifier, effect.metric)
            result.effects[name].setdefault(cell, []).append(effect)
        if name == "all":
            result.margins.append(estimated.margins)
    for cell, value in _average_truths(truths).items():
        result.truths.setdefault(cell, []).append(value)


def _fit(
    classifier: str, strategy: str, X: Floats, y: Ints, scored: list[Floats], seed: int
) -> list[tuple[Floats, Bools]]:
    """Return calibrated scores and decisions for each table of `scored`; only treated models are calibrated."""
    oof = np.empty(len(y))
    for training, validation in StratifiedKFold(N_SPLITS, shuffle=True, random_state=seed).split(X, y):
        (oof[validation],) = fit_scores(classifier, strategy, X[training], y[training], [X[validation]], seed)
    calibrator = fit_calibrator(CalibrationSpec("none" if strategy == REFERENCE else "sigmoid", 0.0), oof, y)
    threshold = tune_threshold(y, calibrate(oof, calibrator), Policy("f1"))
    found = [calibrate(scores, calibrator) for scores in fit_scores(classifier, strategy, X, y, scored, seed)]
    return [(scores, is_positive(scores, threshold)) for scores in found]


def _make_rotation(rows: Ints, y: Ints, answers: Answers) -> Rotation:
    scores = {candidate: pair[0] for candidate, pair in answers.items()}
    return Rotation(rows, y, rows, scores, {candidate: pair[1] for candidate, pair in answers.items()})


def _average_truths(rotations: list[Rotation]) -> dict[Cell, float]:
    """Return the effect of every cell on the fresh rows, the mean over the rotations."""
    found: dict[Cell, list[float]] = {}
    for rotation in rotations:
        for family in FAMILIES:
            measured = measure_family([rotation], list(rotation.scores), family, compared()[family])
            for item in list_comparisons(measured, REFERENCE):
                for metric in compared()[family]:
                    gains = [measured[one][metric].value - measured[other][metric].value for one, other in item.pairs]
                    found.setdefault((item.strategy, item.classifier, metric), []).append(float(np.mean(gains)))
    return {cell: float(np.mean(values)) for cell, values in found.items()}


def summarize_cell(estimates: Estimates, cell: Cell) -> dict[str, float]:
    """Return the coverage, spread, width and wrong verdicts of one cell."""
    truth = float(np.mean(estimates.truths[cell]))
    effects, alone = (estimates.effects[name][cell] for name in ("all", "one"))
    values = np.array([effect.estimate for effect in effects])
    errors, errors_alone = (np.array([error_of(effect) for effect in found]) for found in (effects, alone))
    margins = np.array([margins[cell[2]] for margins in estimates.margins])
    verdicts = np.array([effect.verdict for effect in effects])
    return {
        "coverage": float(np.mean(np.abs(values - truth) <= normal_quantile(CONFIDENCE) * errors + 1e-6)),
        "spread": float(values.std(ddof=1) / errors.mean()),
        "width": float(np.median(errors) / np.median(errors_alone)),
        "bias": abs(float(values.mean() - truth)) / float(errors.mean()),
        "false same": float(np.mean((verdicts == "same") & (abs(truth) > margins))),
        "decided": float(np.mean(verdicts != "cannot_tell")),
        "decided alone": float(np.mean([effect.verdict != "cannot_tell" for effect in alone])),
    }


def list_rows(name: str, estimates: Estimates, family: str) -> list[list[str]]:
    """Return two rows of the table: the mean effects, and the effects with one classifier, over all metrics."""
    rows = []
    for label, is_mean in (("mean effects", True), ("one classifier", False)):
        cells = [
            cell for cell in estimates.truths if METRICS[cell[2]].family == family and (cell[1] is None) == is_mean
        ]
        found = {cell: summarize_cell(estimates, cell) for cell in cells}
        worst = min(cells, key=lambda cell: found[cell]["coverage"])
        false = [
            np.mean(np.any([_are_false(estimates, cell) for cell in cells if cell[2] == metric], axis=0))
            for metric in dict.fromkeys(cell[2] for cell in cells)
        ]
        median = {key: float(np.median([item[key] for item in found.values()])) for key in found[worst]}
        shown = "/".join(part for part in (worst[2], worst[0], worst[1]) if part)
        rows.append(
            [
                f"{name}: {label}",
                f"{100 * median['coverage']:.0f} ({100 * found[worst]['coverage']:.0f}, {shown})",
                f"{median['spread']:.2f} ({max(item['spread'] for item in found.values()):.2f})",
                f"{max(item['bias'] for item in found.values()):.2f}",
                f"{median['width']:.2f}",
                f"{100 * max(false):.0f}",
                f"{100 * max(item['false same'] for item in found.values()):.0f}",
                f"{100 * np.mean([item['decided alone'] for item in found.values()]):.0f} → "
                f"{100 * np.mean([item['decided'] for item in found.values()]):.0f}",
            ]
        )  # fmt: skip
    return rows


def _are_false(estimates: Estimates, cell: Cell) -> list[bool]:
    """Return for each table whether its verdict claims a direction that the true effect does not have."""
    gain = METRICS[cell[2]].sign * float(np.mean(estimates.truths[cell]))
    return [
        (effect.verdict == "better" and gain <= 0) or (effect.verdict == "worse" and gain >= 0)
        for effect in estimates.effects["all"][cell]
    ]


def main() -> None:
    warnings.filterwarnings("ignore")  # XGBoost and scikit-learn warn of hard tables
    parser = make_parser(__doc__)
    parser.add_argument("--runs", type=int, default=50, help="tables of each world (default 50)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the tables (default 0)")
    parser.add_argument("--only", nargs="*", default=list(DEFAULT_WORLDS), help="names of worlds (default: three)")
    options = parser.parse_args()
    estimates = {name: simulate(WORLDS[name], options.runs, options.seed) for name in options.only}
    columns = [
        "world", "coverage, % (worst cell)", "spread ÷ error (worst)", "bias ÷ error, worst",
        "width ÷ one test set", "false claim in the family, %", "wrong same, worst, %",
        "decided, %: one test set → all",
    ]  # fmt: skip
    for family in FAMILIES:
        rows = [row for name, found in estimates.items() for row in list_rows(name, found, family)]
        print_table(f"Effects on {family}, {options.runs} tables of each world", columns, rows)


if __name__ == "__main__":
    main()
