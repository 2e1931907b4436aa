"""The tables of champions.py: the champion against every fixed recipe and the peers, and other ways of choosing it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.verdict.over_sets import cell
from benchmarks.verdict.referee import shipped
from benchmarks.verdict.tables import print_table
from stages.report.champion.selection import choose_champion
from stages.report.params import ReportParams
from stages.shared.schemas.leaderboard import Candidate, Leaderboard
from stages.shared.storage.arrow import Floats

PEERS = ("flaml", "autogluon")
METRICS = ("average_precision", "brier_score", "f1")
BLEND = "blend"
FOLDS = 5
TOLERANCES = (0.0, 0.002, 0.005, 0.01, 0.02)

#: one line of the results
Result = dict[str, Any]
Choice = Callable[[Leaderboard], Candidate]


def report(results: list[Result]) -> None:
    """Prints everything that is known of these runs."""
    boards = [Leaderboard.model_validate(one["board"]) for one in results]
    champions = [leaderboard.candidate(*one["champion"]) for one, leaderboard in zip(results, boards, strict=True)]
    _by_data(results, boards, champions)
    if len(results) > 1:
        _against(results, boards, champions)
        report_rules(boards)


def recipes(boards: list[Leaderboard], metric: str) -> dict[str, list[float]]:
    """The test metric of every fixed recipe, best mean first; those that some data set lacks are left out."""
    result: dict[str, list[float]] = {}
    for leaderboard in boards:
        for candidate in leaderboard.candidates:
            result.setdefault(str(candidate), []).append(float(candidate.test[metric]))
    whole = {name: values for name, values in result.items() if len(values) == len(boards)}
    sign = 1 if metric == "brier_score" else -1
    return dict(sorted(whole.items(), key=lambda pair: sign * float(np.mean(pair[1]))))


def best_recipe(boards: list[Leaderboard], metric: str, blend: bool = False) -> tuple[str, list[float]]:
    """The fixed recipe with the best mean, among the blends or among all others."""
    return next(pair for pair in recipes(boards, metric).items() if pair[0].endswith(BLEND) == blend)


def untreated(leaderboard: Leaderboard, candidate: Candidate) -> Candidate | None:
    """The same classifier with nothing done, where there is one."""
    strategy = leaderboard.settings.reference.strategy
    result = (
        one for one in leaderboard.candidates if (one.strategy, one.classifier) == (strategy, candidate.classifier)
    )
    return next(result, None)


def rules() -> dict[str, Choice]:
    """Ways of choosing, by name."""
    content = shipped()

    def ruled(tolerance: float, folds: bool) -> Choice:
        params = ReportParams.model_validate({**content, "select": {**content["select"], "tolerance": tolerance}})

        def chosen(leaderboard: Leaderboard) -> Candidate:
            # without what is known about the blends, which would decide
            same_classifier = [
                one for one in leaderboard.cv_comparisons if folds and one.classifier == one.reference_classifier
            ]
            return choose_champion(params, leaderboard.model_copy(update={"cv_comparisons": same_classifier})).champion

        return chosen

    return {
        "as shipped": lambda leaderboard: choose_champion(ReportParams.model_validate(content), leaderboard).champion,
        "best by cross-validation": lambda leaderboard: leaderboard.candidates[0],
        **{f"tolerance {one:g} alone": ruled(one, False) for one in TOLERANCES[1:]},
        **{f"tolerance {one:g}, treatments earn their place": ruled(one, True) for one in TOLERANCES},
        "always baseline/blend": lambda leaderboard: leaderboard.candidate("baseline", BLEND),
        "best blend by cross-validation": _best_blend,
        "baseline/blend, unless one is a standard error better": partial(by_more_than_noise, strategy="baseline"),
        "best on test (out of reach)": _best_on_test,
    }  # fmt: skip


def _best_blend(leaderboard: Leaderboard) -> Candidate:
    return next(candidate for candidate in leaderboard.candidates if candidate.classifier == BLEND)


def _best_on_test(leaderboard: Leaderboard) -> Candidate:
    return max(leaderboard.candidates, key=lambda candidate: candidate.test["average_precision"])


def by_more_than_noise(leaderboard: Leaderboard, strategy: str) -> Candidate:
    """The blend of `strategy`, unless the best is better by more than the standard error of its own mean over FOLDS."""
    best, blend = leaderboard.candidates[0], leaderboard.candidate(strategy, BLEND)
    one, other = (result.cv[leaderboard.settings.metric] for result in (best, blend))
    return best if abs(one.mean - other.mean) > one.sd / FOLDS**0.5 else blend


def _by_data(results: list[Result], boards: list[Leaderboard], champions: list[Candidate]) -> None:
    best, values = best_recipe(boards, "average_precision")
    rows = []
    for one, leaderboard, champion, fixed in zip(results, boards, champions, values, strict=True):
        precisions = [f"{pick.test['average_precision']:.3f}" for pick in (champion, leaderboard.candidates[0])]
        clocks = [one["clock"]]
        for name in PEERS:
            result = one["peers"].get(name)
            precisions.append(f"{result['test']['average_precision']:.3f}" if result else "")
            clocks += [result["clock"]] if result else []
        times = " / ".join(f"{clock['wall']:.0f} ({clock['cpu']:.0f})" for clock in clocks)
        data, size = f"{one['data']}, {one['seed']}", f"{one['rows']} ({one['positives']})"
        rows.append([data, size, str(champion), *precisions, f"{fixed:.3f}", times])
    columns = ["data, seed", "rows (positives)", "champion", "its AP", "best by CV", *PEERS, best, "seconds (CPU)"]
    print_table("Average precision on test; seconds (of CPU) of us and of each peer", columns, rows)


def _against(results: list[Result], boards: list[Leaderboard], champions: list[Candidate]) -> None:
    rows = []
    for metric in METRICS:
        own = np.array([champion.test[metric] for champion in champions], dtype=np.float64)
        for name, values in rivals(results, boards, champions, metric).items():
            there = ~np.isnan(values)
            if there.sum() > 1:
                means = [f"{side[there].mean():.4f}" for side in (own, values)]
                difference = cell(list((own - values)[there]), 4)
                rows.append([f"{metric}, {name}", str(there.sum()), *means, difference])
    columns = ["", "data sets", "champion", "other", "champion − other"]
    print_table("Champion against others, means on test", columns, rows)


def rivals(
    results: list[Result], boards: list[Leaderboard], champions: list[Candidate], metric: str
) -> dict[str, Floats]:
    """What the champion is measured against: the test metric of each on every data set, NaN where it was not run."""
    result = {
        f"peer {name}": [one["peers"][name]["test"][metric] if name in one["peers"] else np.nan for one in results]
        for name in PEERS
    }
    plain = [untreated(leaderboard, champion) for leaderboard, champion in zip(boards, champions, strict=True)]
    result["its classifier, untreated"] = [one.test[metric] if one else np.nan for one in plain]
    fixed = {name: values for name, values in recipes(boards, metric).items() if not name.endswith(BLEND)}
    for name in list(fixed)[:3]:
        result[f"always {name}"] = fixed[name]
    blend, values = best_recipe(boards, metric, blend=True)
    result[f"always {blend}"] = values
    return {name: np.array(values, dtype=np.float64) for name, values in result.items()}


def report_rules(boards: list[Leaderboard]) -> None:
    """Prints what the champion is worth when it is chosen in other ways."""
    chosen = {name: [rule(leaderboard) for leaderboard in boards] for name, rule in rules().items()}
    base = {metric: values_of(chosen["best by cross-validation"], metric) for metric in METRICS}
    rows = []
    for name, picks in chosen.items():
        means = [f"{values_of(picks, metric).mean():.4f}" for metric in METRICS]
        gain = cell(list(values_of(picks, "average_precision") - base["average_precision"]), 4)
        rows.append([name, *means, gain])
    columns = ["rule", *METRICS, "AP − that of the best by cross-validation"]
    print_table("Ways of choosing the champion, means on test", columns, rows)


def values_of(picks: list[Candidate], metric: str) -> Floats:
    """The test metric of each, shape (picks,)."""
    return np.array([pick.test[metric] for pick in picks], dtype=np.float64)
