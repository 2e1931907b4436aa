"""Reading a run, and what is said of several."""

from dataclasses import replace
import json
from pathlib import Path

import numpy as np
import pytest

from stages.evaluate.models.candidates import CandidateKey
from stages.shared import paths
from stages.shared.calibration import shift_prior
from stages.shared.errors import InputError
from stages.shared.schemas.leaderboard import Effect
from stages.shared.storage.parquet import write_columns, write_table
from tests.conftest import MakeTable
from tools.rotate.estimates import Rotation, RotationSettings, estimate_rotations
from tools.rotate.rendering import describe_report
from tools.rotate.results import RotationReport, check_rotations, make_report, read_rotation

ROOT = Path(__file__).parents[3]
SCORES = np.linspace(0.02, 0.98, 80)


def write_run(folder: Path, make_table: MakeTable, prior_shift: float = 0.0) -> None:
    """The shipped leaderboard with two of its candidates, which decide at 0.3 and 0.6, and made test scores."""
    content = json.loads((ROOT / paths.LEADERBOARD).read_text())
    wanted = {("baseline", "xgboost"): 0.6, ("smote", "xgboost"): 0.3}
    content["candidates"] = [
        {**item, "threshold": wanted[item["strategy"], item["classifier"]]}
        for item in content["candidates"]
        if (item["strategy"], item["classifier"]) in wanted
    ]
    in_use = {"precision": 0.1, "precision_interval": [0, 1], "f1": 0.1, "flagged": 0.1, "cost_per_1000": None}
    for item in content["candidates"] if prior_shift else ():
        item["in_use"] = {"prior_shift": prior_shift, **in_use}
    (folder / paths.LEADERBOARD).parent.mkdir(parents=True)
    (folder / paths.LEADERBOARD).write_text(json.dumps(content))
    table = make_table("numeric")
    write_table(folder / paths.TEST, table)
    columns = {"baseline/xgboost": SCORES, "smote/xgboost": SCORES[::-1].copy()}
    write_columns(folder / paths.TEST_SCORES, {"row": table.rows, "y": table.target, **columns})


def test_decisions_follow_from_the_thresholds_of_the_run(tmp_path: Path, make_table: MakeTable) -> None:
    write_run(tmp_path, make_table)
    rotation, reference = read_rotation(tmp_path)
    assert reference == "baseline"
    assert list(rotation.scores) == [CandidateKey("baseline", "xgboost"), CandidateKey("smote", "xgboost")]
    assert rotation.decisions[CandidateKey("baseline", "xgboost")].tolist() == (SCORES >= 0.6).tolist()
    assert rotation.decisions[CandidateKey("smote", "xgboost")].tolist() == (SCORES[::-1] >= 0.3).tolist()
    assert (rotation.y.sum(), rotation.weights) == (20, None)


def test_thresholds_hold_at_the_prevalence_in_use(tmp_path: Path, make_table: MakeTable) -> None:
    write_run(tmp_path, make_table, prior_shift=-1.0)
    rotation, _ = read_rotation(tmp_path)
    decided = shift_prior(SCORES, -1.0)
    assert rotation.decisions[CandidateKey("baseline", "xgboost")].tolist() == (decided >= 0.6).tolist()
    assert rotation.scores[CandidateKey("baseline", "xgboost")].tolist() == SCORES.tolist()


def made(number: int) -> Rotation:
    random, y, rows = np.random.RandomState(number), np.repeat([1, 0], [5, 45]), np.arange(50) + 50 * number
    names = [CandidateKey(strategy, "xgboost") for strategy in ("baseline", "smote")]
    scores = {name: random.uniform(size=50) for name in names}
    return Rotation(rows, y, rows, scores, {name: values > 0.5 for name, values in scores.items()})


def test_a_row_in_two_test_sets_and_another_reference_are_refused() -> None:
    check_rotations([made(0), made(1)], ["baseline", "baseline"])
    with pytest.raises(InputError, match="a row is in two test sets"):
        check_rotations([made(0), made(0)], ["baseline", "baseline"])
    with pytest.raises(InputError, match="baseline and smote are the reference of different test sets"):
        check_rotations([made(0), made(1)], ["smote", "baseline"])


def test_the_report_says_what_a_run_left_out_and_no_line_is_too_long() -> None:
    alone = CandidateKey("smote", "mlp")
    first = made(0)
    first = replace(first, scores={**first.scores, alone: first.scores[CandidateKey("smote", "xgboost")]})
    settings = RotationSettings("baseline", 0.95, 200, 0)
    rotations = [first, made(1), made(2)]
    report = make_report(rotations, estimate_rotations(rotations, settings), settings)
    assert report.not_in_every_run == ["smote/mlp"]
    assert RotationReport.model_validate(report.model_dump()) == report
    for classifiers in (False, True):
        lines = list(describe_report(report, classifiers))
        assert max(map(len, lines)) <= 100
        assert lines[0].startswith("150 rows with 15 positives were in one of 3 test sets each")
        assert "Not judged, because a run left it out: smote/mlp." in lines
        assert sum(line.startswith("strategy ") for line in lines) == 4  # two metrics each
        assert any("xgboost" in line for line in lines) == classifiers


def test_a_cell_has_the_effect_its_interval_and_the_verdict() -> None:
    effect = Effect(
        strategy="smote", classifier=None, reference_classifier=None, metric="recall", rows="test", estimate=0.1,
        low=0.05, high=0.15, verdict="better", minimum_detectable=0.07, positives_needed=500,
    )  # fmt: skip
    report = RotationReport(
        test_sets=[], rows=4, positives=2, reference="baseline", confidence=0.9, margins={"recall": 0.02},
        spread={"recall": 1.5}, not_in_every_run=[], effects=[effect],
    )  # fmt: skip
    lines = list(describe_report(report, classifiers=False))
    at = next(at for at, line in enumerate(lines) if line.startswith("strategy"))
    assert lines[at : at + 2] == [
        "strategy  recall (±0.02)",
        "smote     +0.100 (+0.050 to +0.150) better",
    ]
    assert any("90 % intervals" in line for line in lines)
