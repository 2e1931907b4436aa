"""The sections on method: notes, how to read the page, what was run."""

from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_percent, join_names
from stages.report.rendering.blocks import Block, Details, Items, Panel, Section, Table
from stages.report.rendering.glossary import read_terms
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.leaderboard import Leaderboard, SetSize


def make_notes_section(context: ReportContext) -> Section:
    """Return the notes of evaluate."""
    return Section("notes", "Notes", _list(context.leaderboard.notes))


def make_noticed_section(context: ReportContext) -> Section:
    """Return what is doubtful about the table."""
    messages = [item.message for item in context.leaderboard.noticed]
    return Section("noticed", "What was noticed in the table", _list(messages))


def _list(entries: list[str]) -> list[Block]:
    return [Items(entries)] if entries else []


def make_reading_section(context: ReportContext) -> Section:
    """Return the meaning of intervals, verdicts, thresholds and metrics."""
    leaderboard, settings = context.leaderboard, context.leaderboard.settings
    items = [
        f"Intervals have a confidence of {format_percent(settings.confidence)} and cover the noise of the test rows. "
        "They do not cover another split, another train set or another seed. Differences come from "
        f"{format_count(settings.n_resamples)} bootstrap resamples, the same for every candidate, so they are paired.",
        "Intervals of differences are simultaneous within a family, over all its strategies and metrics. More "
        "comparisons make them wider, so that one lucky strategy among many does not count as better.",
        "Better or worse: the whole interval of the difference leaves out 0. Tie: the interval contains 0, so "
        "these test rows show no significant difference. A tie does not prove that two candidates are equal.",
        f"Thresholds are tuned for {settings.policy_words} on out-of-fold scores of train, never on test. At 0.5 a "
        "treatment that raises all scores, without calibration, seems to find more positives. Tuned thresholds show "
        "whether it does.",
        f"The champion is selected by cross-validated {METRICS[settings.metric].label} on train. It is the blend of "
        "the classifiers without treatment, if there is one, unless the best candidate is significantly better over "
        "the folds. Other ties go to the simplest candidate.",
        "CV values are means ± one standard deviation over the folds. They compare candidates on the same folds and do "
        "not estimate future performance: average precision is too high on the few positives of a fold. The test "
        "column is the estimate.",
        "Ranking (average precision, ROC-AUC) is about the order of the scores. Probabilities (Brier score, log loss; "
        "lower is better) are about their values: of rows with a score of 0.2, one in five should be positive. "
        "Decisions are about errors at a threshold.",
        "Mean score / prevalence is 1 if the scores are right on average. At 5 they predict five times as many "
        "positives as there are. Resampling and class weights raise it, because they change the prevalence during "
        "training.",
        _describe_calibration(leaderboard),
    ]
    return Section("reading", "How to read this", [Items(items)])


def _describe_calibration(leaderboard: Leaderboard) -> str:
    calibrated = [item for item in leaderboard.candidates if item.is_calibrated]
    if not calibrated:
        return (
            "No candidate was calibrated (calibration in params.yaml): the scores are those of the classifiers. "
            "Scores of a treatment that changes the prevalence are not probabilities."
        )
    methods = join_names(sorted({item.calibration.method for item in calibrated}))
    return (
        f"Calibrated: {len(calibrated)} of {len(leaderboard.candidates)} candidates ({methods}). A rising function, "
        "fitted on train alone, maps their scores to probabilities. It reverts the effect of resampling and class "
        "weights on the probabilities and keeps the ranking. Thresholds, test metrics and predictions use calibrated "
        "scores, also at 0.5."
    )


def make_glossary_section() -> Section:
    """Return the definitions of the statistical terms, to which the other sections link."""
    terms = read_terms()
    table = Table(
        "Statistical terms.", ["Term", "Meaning"], [[", ".join(term.names), term.meaning] for term in terms], "lt"
    )
    return Section("glossary", "Glossary", [Panel("glossary.html.j2", {"terms": terms}, {}, [table])])


def make_run_section(context: ReportContext) -> Section:
    """Return seed, folds, data, hashes and library versions."""
    leaderboard, contract = context.leaderboard, context.contract
    data, settings = leaderboard.data, leaderboard.settings
    folds = sorted({len(trace.folds) for trace in context.traces.values()})
    facts = [
        ["Data", data.source],
        ["Target", f"{contract.target}: positive {contract.positive}, negative {contract.negative}"],
        ["Rows", _format_size(SetSize(rows=contract.rows, positives=contract.positives))],
        ["Train", _format_size(data.train)],
        ["Test", _format_size(data.test)],
        ["Features", f"{len(contract.numeric)} numeric, {contract.no_numbers}"],
        ["random_state", str(context.params.random_state)],
        ["Folds fitted", ", ".join(map(str, folds))],
        ["Bootstrap resamples", format_count(settings.n_resamples)],
        ["Threshold policy", settings.policy_words],
        ["Reference", str(leaderboard.reference)],
    ]
    hashes = [[path, ", ".join(values)] for path, values in context.inputs.items()]
    hashes += [[path, value] for path, value in context.hashes.items()]
    libraries = [[name, ", ".join(values)] for name, values in context.libraries.items()]
    of_files = "SHA-256 of the training inputs, of each model folder's manifest, and of the leaderboard."
    blocks: list[Block] = [
        Table("Data and settings.", ["What", "Value"], facts, "ll"),
        Table("Library versions of the models.", ["Library", "Version"], libraries, "ll"),
        Details("Hashes", [Table(of_files, ["File", "SHA-256"], hashes, "ll")]),
    ]
    return Section("run", "What was run", blocks)


def _format_size(size: SetSize) -> str:
    return f"{format_count(size.rows)} rows, {format_count(size.positives)} positive"
