"""The champion: its section of the report, its facts, and what its model card says."""

from typing import Any
import zipfile

from stages.report.context import Findings
from stages.report.formatting import LABELS, count, interval, listed, number, percent
from stages.report.rendering.blocks import Block, Command, Items, Paragraph, Section
from stages.report.sections.leaderboard import compared, tested
from stages.report.verdict_counts import tally
from stages.shared.calibration import Calibrator
from stages.shared.schemas.champion import ChampionFacts, RefitRecipe
from stages.shared.schemas.leaderboard import Candidate, Leaderboard

#: of the candidates near the champion, how many are named
_NAMED = 6

USE = "python -m tools.predict new.csv -o scored.csv"


def facts(findings: Findings, model: str, calibration: Calibrator) -> ChampionFacts:
    """Return the content of champion.json; `model` is the SHA-256 of model.skops, `calibration` its calibrator."""
    best, contract = findings.champion, findings.contract
    return ChampionFacts(
        strategy=best.strategy,
        classifier=best.classifier,
        threshold=best.threshold,
        positive=contract.positive,
        negative=contract.negative,
        model=model,
        calibration=calibration,
    )


def refit_recipe(findings: Findings, manifest: str) -> RefitRecipe | None:
    """Return the content of refit_recipe.json: what the stage refit needs; None when params.yaml asks for no refit.

    `manifest` is the SHA-256 of the champion's, which changes with any of its files.
    """
    if findings.params.select.refit == "train":
        return None
    best = findings.champion
    siblings = [item for item in findings.board.candidates if item.strategy == best.strategy]
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


def card_facts(findings: Findings, imblearn: bool) -> dict[str, Any]:
    """What the template of the model card speaks of, by the names that it uses."""
    board, best, contract = findings.board, findings.champion, findings.contract
    metrics = [*best.intervals]
    return {
        "best": best,
        "board": board,
        "contract": contract,
        "sampler": findings.traces[best.strategy].sampler,
        "weights": findings.traces[best.strategy].class_weight.get(best.classifier),
        "settings": settings(best),
        "why": findings.why_champion,
        "rows": count(contract.rows),
        "positives": count(contract.positives),
        "prevalence": percent(contract.positives / contract.rows),
        "level": percent(board.settings.confidence),
        "threshold": number("threshold", best.threshold),
        "unsure": unsure(findings),
        "test": [
            (LABELS.get(metric, metric), number(metric, best.test[metric]), interval(metric, *best.intervals[metric]))
            for metric in metrics
        ],
        "cv": [
            (LABELS.get(metric, metric), number(metric, spread.mean), number(metric, spread.sd))
            for metric, spread in best.cv.items()
        ],
        "ratio": number("mean_score_ratio", best.mean_score_ratio),
        "calibrated": calibrated(best),
        "brier": tested(best, "brier_score"),
        "standing": standing(findings),
        "imblearn": imblearn,
        "refitted": findings.params.select.refit == "all",
        "use": USE,
    }


def section(findings: Findings) -> Section:
    """What the champion is, why, what is as good, and how to use it."""
    board, best, metric = findings.board, findings.champion, findings.params.select.metric
    sampler = best.sampler or "no sampler"
    threshold = f"threshold {number('threshold', best.threshold)} (chosen for {board.settings.policy_words})"
    what = f"{best} ({sampler}), {threshold}.{unsure(findings)}{settings(best)}"
    held = (
        f"On test it catches {best.test['tp']} of {board.data.test.positives} positives with {best.test['fp']} false "
        f"alarms among {board.data.test.rows - board.data.test.positives} negatives: precision "
        f"{tested(best, 'precision')}, recall {tested(best, 'recall')}. Its mean score is "
        f"{number('mean_score_ratio', best.mean_score_ratio)} times the prevalence."
        f"{calibrated(best)}"
    )
    spread = best.cv[metric]
    near = [str(item) for item in _near(board, best, metric)]
    label = f"a cross-validated {LABELS[metric]} within one standard deviation ({number(metric, spread.sd)})"
    named = f": {listed(near)}" if 0 < len(near) <= _NAMED else ""
    having = "has" if len(near) == 1 else "have"
    others = len(board.candidates) - 1
    close = f"Of the {others} other candidates {len(near) or 'none'} {having} {label} of the champion's{named}."
    again = (
        "models/refit holds the same model fitted on every labelled row (select.refit), and the command takes that "
        "one. Every number here was measured on the model that knew train alone."
    )
    refitted = [again] if findings.params.select.refit == "all" else []
    blocks: list[Block] = [
        Paragraph(what),
        Items([findings.why_champion, held, *standing(findings), close, *refitted]),
        Paragraph("To score a table with it:"),
        Command(USE),
    ]
    return Section("champion", "The champion", blocks)


def settings(best: Candidate) -> str:
    """A sentence on what was found out about its settings, with a blank before it; empty where nothing was."""
    if best.tuned:
        return f" Its settings {best.tuned.words} were found by tuning inside train."
    if best.members:
        shares = listed([f"{name} {percent(share)}" for name, share in best.members.items() if share])
        return f" It is a weighted vote: {shares}."
    return ""


def calibrated(best: Candidate) -> str:
    """A sentence on what calibration changed, with a blank before it; empty where there was none."""
    if not best.is_calibrated:
        return ""
    before = best.calibration.before
    return (
        f" These numbers are of calibrated scores ({best.calibration.method}, learned from train alone): the mean of "
        f"the raw ones is {number('mean_score_ratio', before.mean_score_ratio)} times the prevalence, their Brier "
        f"score {number('brier_score', before.brier_score)}."
    )


def unsure(findings: Findings) -> str:
    """A sentence on how unsure the threshold is, with a blank before it; empty where train has enough positives."""
    board, bounds = findings.board, findings.champion.threshold_interval
    if bounds is None:
        return ""
    level = percent(board.settings.confidence)
    return (
        f" Only {board.data.train.positives} train positives stand behind that threshold: its {level} bootstrap "
        f"interval is {interval('threshold', *bounds)}."
    )


def standing(findings: Findings) -> list[str]:
    """Who ties with the champion, as far as is known: comparisons are against the reference alone."""
    board, best = findings.board, findings.champion
    if str(best) == str(board.reference):
        ties = [item.strategy for item in tally(board, "ranking").tie]
        return [f"In ranking on test these tie with it: {listed(ties)}."] if ties else []
    if board.of_reference(best):
        with_it = f"In ranking on test against {board.reference}: {compared(board, 'classifier', best, 'ranking')}."
        return [
            f"The other strategies are compared with {board.reference}, which has the best cross-validation of those "
            f"with nothing done: each strategy is represented by its best. {with_it}"
        ]
    row = board.row(best.strategy)
    found = compared(board, "strategy", row, "ranking")
    if row != best:
        alike = compared(board, "classifier", best, "ranking")
        return [
            f"In ranking on test against {findings.rival} with the same classifier: {alike}; {row}, the best of its "
            f"strategy, against {board.reference}: {found}."
        ]
    return [f"In ranking on test against {findings.rival} ({board.reference}): {found}."]


def _near(board: Leaderboard, best: Candidate, metric: str) -> list[Candidate]:
    spread = best.cv[metric]
    return [
        item
        for item in board.candidates
        if str(item) != str(best) and abs(item.cv[metric].mean - spread.mean) <= spread.sd
    ]
