"""The champion: its section of the report, its facts, and what its model card says."""

from typing import Any
import zipfile

from stages.report.context import ReportContext
from stages.report.formatting import LABELS, count, interval, join_names, number, percent
from stages.report.rendering.blocks import Block, Command, Items, Paragraph, Section
from stages.report.sections.leaderboard import format_comparison, format_test_value
from stages.report.verdict.counts import count_verdicts
from stages.shared.calibration import Calibrator
from stages.shared.schemas.champion import ChampionFacts, RefitRecipe
from stages.shared.schemas.leaderboard import Candidate, Leaderboard

#: of the candidates near the champion, how many are named
_NAMED = 6

USE = "python -m tools.predict new.csv -o scored.csv"


def make_facts(context: ReportContext, model: str, calibration: Calibrator) -> ChampionFacts:
    """Return the content of champion.json; `model` is the SHA-256 of model.skops, `calibration` its calibrator."""
    best, contract = context.champion, context.contract
    return ChampionFacts(
        strategy=best.strategy,
        classifier=best.classifier,
        threshold=best.threshold,
        positive=contract.positive,
        negative=contract.negative,
        model=model,
        calibration=calibration,
    )


def make_refit_recipe(context: ReportContext, manifest: str) -> RefitRecipe | None:
    """Return the content of refit_recipe.json: what the stage refit needs; None when params.yaml asks for no refit.

    `manifest` is the SHA-256 of the champion's, which changes with any of its files.
    """
    if context.params.select.refit == "train":
        return None
    best = context.champion
    siblings = [item for item in context.leaderboard.candidates if item.strategy == best.strategy]
    return RefitRecipe(
        champion=manifest,
        strategy=best.strategy,
        classifier=best.classifier,
        tuned={item.classifier: item.tuned for item in siblings if item.tuned},
        members=best.members,
    )


def needs_imblearn(model: zipfile.ZipFile) -> bool:
    """Whether a skops file stores classes of imbalanced-learn, as the balanced ensembles do."""
    return b'"imblearn' in model.read("schema.json")


def card_facts(context: ReportContext, imblearn: bool) -> dict[str, Any]:
    """What the template of the model card speaks of, by the names that it uses."""
    leaderboard, best, contract = context.leaderboard, context.champion, context.contract
    metrics = [*best.intervals]
    return {
        "best": best,
        "leaderboard": leaderboard,
        "contract": contract,
        "sampler": context.traces[best.strategy].sampler,
        "weights": context.traces[best.strategy].class_weight.get(best.classifier),
        "settings": describe_settings(best),
        "why": context.why_champion,
        "rows": count(contract.rows),
        "positives": count(contract.positives),
        "prevalence": percent(contract.positives / contract.rows),
        "level": percent(leaderboard.settings.confidence),
        "threshold": number("threshold", best.threshold),
        "uncertainty": describe_uncertainty(context),
        "test": [
            (LABELS.get(metric, metric), number(metric, best.test[metric]), interval(metric, *best.intervals[metric]))
            for metric in metrics
        ],
        "cv": [
            (LABELS.get(metric, metric), number(metric, spread.mean), number(metric, spread.sd))
            for metric, spread in best.cv.items()
        ],
        "ratio": number("mean_score_ratio", best.mean_score_ratio),
        "calibrated": describe_calibration(best),
        "brier": format_test_value(best, "brier_score"),
        "rank": describe_rank(context),
        "imblearn": imblearn,
        "refitted": context.params.select.refit == "all",
        "use": USE,
    }


def section(context: ReportContext) -> Section:
    """What the champion is, why, what is as good, and how to use it."""
    leaderboard, best, metric = context.leaderboard, context.champion, context.params.select.metric
    sampler = best.sampler or "no sampler"
    threshold = f"threshold {number('threshold', best.threshold)} (chosen for {leaderboard.settings.policy_words})"
    what = f"{best} ({sampler}), {threshold}.{describe_uncertainty(context)}{describe_settings(best)}"
    held = (
        f"On test it catches {best.test['tp']} of {leaderboard.data.test.positives} positives with {best.test['fp']} "
        f"false alarms among {leaderboard.data.test.rows - leaderboard.data.test.positives} negatives: precision "
        f"{format_test_value(best, 'precision')}, recall {format_test_value(best, 'recall')}. Its mean score is "
        f"{number('mean_score_ratio', best.mean_score_ratio)} times the prevalence.{describe_calibration(best)}"
    )
    spread = best.cv[metric]
    near = [str(item) for item in _near(leaderboard, best, metric)]
    label = f"a cross-validated {LABELS[metric]} within one standard deviation ({number(metric, spread.sd)})"
    named = f": {join_names(near)}" if 0 < len(near) <= _NAMED else ""
    having = "has" if len(near) == 1 else "have"
    others = len(leaderboard.candidates) - 1
    close = f"Of the {others} other candidates {len(near) or 'none'} {having} {label} of the champion's{named}."
    again = (
        "models/refit holds the same model fitted on every labelled row (select.refit), and the command takes that "
        "one. Every number here was measured on the model that knew train alone."
    )
    refitted = [again] if context.params.select.refit == "all" else []
    blocks: list[Block] = [
        Paragraph(what),
        Items([context.why_champion, held, *describe_rank(context), close, *refitted]),
        Paragraph("To score a table with it:"),
        Command(USE),
    ]
    return Section("champion", "The champion", blocks)


def describe_settings(best: Candidate) -> str:
    """A sentence on what was found out about its settings, with a blank before it; empty where nothing was."""
    if best.tuned:
        return f" Its settings {best.tuned.words} were found by tuning inside train."
    if best.members:
        shares = join_names([f"{name} {percent(share)}" for name, share in best.members.items() if share])
        return f" It is a weighted vote: {shares}."
    return ""


def describe_calibration(best: Candidate) -> str:
    """A sentence on what calibration changed, with a blank before it; empty where there was none."""
    if not best.is_calibrated:
        return ""
    before = best.calibration.before
    return (
        f" These numbers are of calibrated scores ({best.calibration.method}, learned from train alone): the mean of "
        f"the raw ones is {number('mean_score_ratio', before.mean_score_ratio)} times the prevalence, their Brier "
        f"score {number('brier_score', before.brier_score)}."
    )


def describe_uncertainty(context: ReportContext) -> str:
    """A sentence on how unsure the threshold is, with a blank before it; empty where train has enough positives."""
    leaderboard, bounds = context.leaderboard, context.champion.threshold_interval
    if bounds is None:
        return ""
    level = percent(leaderboard.settings.confidence)
    return (
        f" Only {leaderboard.data.train.positives} train positives stand behind that threshold: its {level} bootstrap "
        f"interval is {interval('threshold', *bounds)}."
    )


def describe_rank(context: ReportContext) -> list[str]:
    """Who ties with the champion, as far as is known: comparisons are against the reference alone."""
    leaderboard, best = context.leaderboard, context.champion
    if str(best) == str(leaderboard.reference):
        ties = [item.strategy for item in count_verdicts(leaderboard, "ranking").tie]
        return [f"In ranking on test these tie with it: {join_names(ties)}."] if ties else []
    if leaderboard.of_reference(best):
        result = format_comparison(leaderboard, "classifier", best, "ranking")
        with_it = f"In ranking on test against {leaderboard.reference}: {result}."
        return [
            f"The other strategies are compared with {leaderboard.reference}, which has the best cross-validation of "
            f"those with nothing done: each strategy is represented by its best. {with_it}"
        ]
    row = leaderboard.row(best.strategy)
    outcome = format_comparison(leaderboard, "strategy", row, "ranking")
    if row != best:
        same_classifier = format_comparison(leaderboard, "classifier", best, "ranking")
        return [
            f"In ranking on test against {context.reference_name} with the same classifier: {same_classifier}; {row}, "
            f"the best of its strategy, against {leaderboard.reference}: {outcome}."
        ]
    return [f"In ranking on test against {context.reference_name} ({leaderboard.reference}): {outcome}."]


def _near(leaderboard: Leaderboard, best: Candidate, metric: str) -> list[Candidate]:
    spread = best.cv[metric]
    return [
        item
        for item in leaderboard.candidates
        if str(item) != str(best) and abs(item.cv[metric].mean - spread.mean) <= spread.sd
    ]
