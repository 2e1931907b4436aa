"""How often thresholds keep their bound, on simulated scores: `python -m benchmarks.selection.promises_of_scores`.

It shows how often a promise holds where new scores have the same distribution as those that chose the threshold.

Scores are normal in each class. In tables without information all rows have the same chance, just below the bound, so
every promised precision is broken. Rows in groups share most of their noise; repeated scores of a row differ a little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.markdown import format_percent, print_table
from benchmarks.shared.simulation import mix_noise
from stages.evaluate.thresholds.counts import counts_at, possible_thresholds
from stages.evaluate.thresholds.guarantee import choose_guaranteed, compute_design_effect, compute_tail
from stages.evaluate.thresholds.policies import Policy, best_index
from stages.evaluate.thresholds.tuning import tune_threshold
from stages.shared.metrics.confusion import recall
from stages.shared.schemas.candidate import Guarantee
from stages.shared.storage.arrow import Floats, Ints

PROMISE = 0.9

#: share of the variance of the noise that rows of a group, or scores of a row, have in common
SHARED = 0.8


@dataclass(frozen=True)
class World:
    """Scores with this distance between the means of the classes."""

    positives: int
    prevalence: float
    separation: float
    group: int = 1  # rows of a class with common noise
    repeats: int = 1  # scores of each row

    def draw(self, random: np.random.RandomState) -> tuple[Ints, Ints, Floats]:
        """Return the groups, the classes and the scores of a table; the number of positives is random."""
        n_groups = round(self.positives / self.prevalence / self.group)
        copies = self.group * self.repeats
        y = np.repeat((random.random_sample(n_groups) < self.prevalence).astype(np.int64), copies)
        groups = np.repeat(np.arange(n_groups), copies)
        noise = random.normal(size=len(y))
        if copies > 1:
            noise = mix_noise(random.normal(size=n_groups)[groups], noise, SHARED)
        return groups, y, ndtr((noise + self.separation * y - self.separation / 2) / 2)

    def measure(self, threshold: float) -> dict[str, float]:
        """Return the true recall and precision."""
        limit = 2 * ndtri(threshold) + self.separation / 2
        return get_bounded(ndtr(self.separation - limit), ndtr(-limit), self.prevalence)


def get_bounded(hit_rate: float, false_alarm_rate: float, prevalence: float) -> dict[str, float]:
    """Return by policy the metric that it bounds; precision is 1 where nothing is flagged."""
    tp, fp = prevalence * hit_rate, (1 - prevalence) * false_alarm_rate
    return {"min_recall": hit_rate, "min_precision": tp / (tp + fp) if tp + fp else 1.0}


def choose_separately(groups: Ints, y: Ints, scores: Floats, bound: float) -> float:
    """Return the threshold of the best recall among those whose precision is shown by a separate test of each."""
    thresholds = possible_thresholds(scores)
    counts, design_effect = counts_at(thresholds, y, scores), compute_design_effect(groups)
    passed = compute_tail(counts.tp / design_effect, counts.fp / design_effect, bound) <= 1 - PROMISE
    return float(thresholds[best_index((passed.astype(np.float64), recall(counts)))]) if passed.any() else 1.0


def simulate(world: World, policy: str, bound: float, runs: int, random: np.random.RandomState) -> list[str]:
    """Return the cells of a row: how often each kind of threshold keeps its bound, and what it costs."""
    kept, guarantees = np.zeros(3), []
    for _ in range(runs):
        groups, y, scores = world.draw(random)
        if not y.any():
            continue
        point = tune_threshold(y, scores, Policy(policy, bound))
        threshold, guarantee = choose_guaranteed(groups, y, scores, point, Policy(policy, bound), PROMISE)
        separate = choose_separately(groups, y, scores, bound) if policy == "min_precision" else threshold
        thresholds = (point, separate, threshold if guarantee.kept else 1.0)
        kept += [item == 1 or world.measure(item)[policy] >= bound for item in thresholds]  # 1 flags nothing
        guarantees.append(guarantee)
    shares = [format_percent(count, runs) for count in (*kept, sum(guarantee.kept for guarantee in guarantees))]
    return [*shares, format_price(guarantees)]


def format_price(guarantees: Sequence[Guarantee]) -> str:
    """Format what kept guarantees cost out of fold: the mean without and with the guarantee."""
    kept = [(guarantee.at_point, guarantee.at_threshold) for guarantee in guarantees if guarantee.kept]
    return " → ".join(f"{price:.2f}" for price in np.mean(kept, axis=0)) if kept else "–"


def list_worlds() -> dict[str, tuple[World, str, float]]:
    """Return the worlds, each with a policy and its bound."""
    worlds: dict[str, tuple[World, str, float]] = {}
    for positives in (40, 150):
        for prevalence in (0.05, 0.01):
            name, world = f"{positives} positives, {100 * prevalence:.0f} %", World(positives, prevalence, 3.0)
            worlds[f"recall 0.9: {name}"] = world, "min_recall", 0.9
            for bound in (0.5, 0.8):
                worlds[f"precision {bound}: {name}"] = world, "min_precision", bound
        none = World(positives, 0.05, 0.0)
        worlds[f"precision 0.051: {positives} positives, 5 %, no information"] = none, "min_precision", 0.051
    worlds["recall 0.9: 160 positives in groups of 4"] = World(160, 0.05, 3.0, group=4), "min_recall", 0.9
    worlds["precision 0.5: 160 positives in groups of 4"] = World(160, 0.05, 3.0, group=4), "min_precision", 0.5
    worlds["recall 0.9: 40 positives, 3 repeats"] = World(40, 0.05, 3.0, repeats=3), "min_recall", 0.9
    worlds["precision 0.5: 40 positives, 3 repeats"] = World(40, 0.05, 3.0, repeats=3), "min_precision", 0.5
    return worlds


def main() -> None:
    options = parse_simulation_options(__doc__, 1000)
    random = np.random.RandomState(options.seed)
    columns = ["bound kept, %", "point estimate", "each threshold by itself", "promise", "promised", "price"]
    rows = ([name, *simulate(*case, options.runs, random)] for name, case in list_worlds().items())
    print_table(f"Tables whose true value keeps the bound, of {options.runs} each", columns, rows)


if __name__ == "__main__":
    main()
