"""The sections on methods: notes, how to read the page, and what was run."""

from stages.report.context import ReportContext
from stages.report.formatting import LABELS, count, join_names, percent
from stages.report.rendering.blocks import Block, Details, Items, Paragraph, Section, Table
from stages.shared.schemas.leaderboard import Leaderboard


def notes(context: ReportContext) -> Section:
    """Show the notes of the run."""
    result: list[Block] = [Items(context.leaderboard.notes)] if context.leaderboard.notes else [Paragraph("None.")]
    return Section("notes", "Notes", result)


def how_to_read(context: ReportContext) -> Section:
    """Explain intervals, thresholds, ties and the other columns."""
    settings, level = context.leaderboard.settings, percent(context.leaderboard.settings.confidence)
    leaderboard = context.leaderboard
    items = [
        f"Intervals hold {level} and cover the noise of the test rows: another draw of as many rows. They do not cover "
        "another split, another train set or another seed. Intervals of differences come from "
        f"{count(settings.n_resamples)} bootstrap resamples, the same for every candidate, so differences are paired.",
        "Intervals of differences are simultaneous within a family, over all its strategies and metrics. The more "
        "comparisons there are, the wider they are, so that no strategy counts as better by luck among many.",
        "Better or worse: the whole interval of the difference lies on one side of zero. Tie: it contains zero; these "
        "test rows cannot tell the two apart. A tie does not prove that they are equal.",
        f"Thresholds are chosen for {settings.policy_words} on out-of-fold scores of the train set, never on the test "
        "set. At 0.5, a treatment without calibration raises all scores and therefore finds more positives; tuned "
        "thresholds remove this effect.",
        f"The champion is chosen by cross-validated {LABELS[settings.metric]} on the train set: the blend of the "
        "classifiers without treatment, if there is one, unless the folds show the best candidate to be better. Among "
        "other candidates a tie goes to the simplest.",
        "CV numbers are means over folds ± one standard deviation between folds. They compare candidates on the same "
        "folds and are not forecasts: with the few positives of a fold, average precision is too high. The test column "
        "says what to expect.",
        "Ranking (average precision, ROC-AUC): do positives score higher than negatives? Probabilities (Brier score, "
        "log loss; lower is better): does a score of 0.2 mean one in five? Decisions: what follows from a threshold?",
        "Mean score / prevalence is 1 if the scores are right on average; 5 means that they predict five times as many "
        "positives as there are. Resampling and class weights raise it, because the model learns another prevalence.",
        "ECE, the expected calibration error, is the mean distance between score and share of positives in ten bins of "
        "the score, weighted by their rows.",
        _calibration(leaderboard),
    ]
    return Section("reading", "How to read this", [Items(items)])


def _calibration(leaderboard: Leaderboard) -> str:
    """Explain what was calibrated, and why."""
    methods = sorted({item.calibration.method for item in leaderboard.candidates if item.is_calibrated})
    if not methods:
        return (
            "No candidate was calibrated (calibration in params.yaml): the scores are as the classifiers give them. "
            "Those of a treatment that changes the prevalence are no probabilities."
        )
    number = sum(item.is_calibrated for item in leaderboard.candidates)
    return (
        f"Calibrated: {number} of {len(leaderboard.candidates)} candidates ({join_names(methods)}). A rising function, "
        "learned on the train set, maps their scores to probabilities, to undo the effect of resampling and class "
        "weights. The ranking stays the same. Thresholds, test metrics, decisions at 0.5 and predictions use "
        "calibrated scores."
    )


def what_was_run(context: ReportContext) -> Section:
    """Show the seed, the folds, the data, the hashes and the library versions."""
    leaderboard, contract = context.leaderboard, context.contract
    folds = sorted({len(trace.folds) for trace in context.traces.values()})
    facts = [
        ["Data", leaderboard.data.source],
        ["Target", f"{contract.target}: positive {contract.positive}, negative {contract.negative}"],
        ["Rows", f"{count(contract.rows)}, of which {count(contract.positives)} positive"],
        ["Train", f"{count(leaderboard.data.train.rows)} rows, {count(leaderboard.data.train.positives)} positive"],
        ["Test", f"{count(leaderboard.data.test.rows)} rows, {count(leaderboard.data.test.positives)} positive"],
        ["Features", f"{len(contract.numeric)} numeric, {len(contract.categorical)} categorical"],
        ["random_state", str(context.params.random_state)],
        ["Folds fitted", ", ".join(map(str, folds))],
        ["Bootstrap resamples", count(leaderboard.settings.n_resamples)],
        ["Threshold policy", leaderboard.settings.policy_words],
        ["Reference", str(leaderboard.reference)],
    ]
    hashes = [[path, ", ".join(values)] for path, values in context.inputs.items()]
    hashes += [[path, value] for path, value in context.hashes.items()]
    libraries = [[name, ", ".join(values)] for name, values in context.libraries.items()]
    blocks: list[Block] = [
        Table("Data and settings.", ["What", "Value"], facts, "ll"),
        Table("Library versions that shaped the models.", ["Library", "Version"], libraries, "ll"),
        Details(
            "Hashes",
            [
                Table(
                    "SHA-256 of what the models were trained on, of each folder's manifest, and of the leaderboard.",
                    ["File", "SHA-256"],
                    hashes,
                    "ll",
                )
            ],
        ),
    ]
    return Section("run", "What was run", blocks)
