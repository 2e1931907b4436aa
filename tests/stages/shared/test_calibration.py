"""A calibrator rises, stays in [0, 1], and survives the digits of its file."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from stages.shared.calibration import (
    Identity,
    Line,
    Steps,
    calibrate,
    expit,
    get_prior_shift,
    log_odds,
    parse_calibration,
    shift_prior,
)
from stages.shared.errors import InputError
from stages.shared.storage.files import round_floats

HALVES = Line(method="prior", slope=1.0, intercept=-np.log(3), limits=(-40, 40))
CALIBRATORS = [
    Identity(method="none"),
    HALVES,
    Line(method="sigmoid", slope=0.001, intercept=-2.5, limits=(-7, 7)),
    Line(method="sigmoid", slope=7.5, intercept=3.25, limits=(-40, 40)),
    Steps(method="isotonic", x=[-3.0, -1.0, 2.0], y=[0.0, 0.25, 1.0], limits=(-40, 40)),
    Steps(method="isotonic", x=[0.0], y=[0.125], limits=(-40, 40)),
]


def test_none_is_the_scores_to_the_bit() -> None:
    scores = np.array([0.0, 1e-300, 0.1, 1.0])
    assert calibrate(scores, CALIBRATORS[0]) is scores


def test_a_prior_exchanges_the_odds() -> None:
    assert calibrate(np.array([0.0, 0.5, 0.75, 0.9]), HALVES) == pytest.approx([0, 1 / 4, 1 / 2, 3 / 4])


def test_a_shift_of_the_prior_is_bayes_rule_at_another_prevalence() -> None:
    """From one in two to one in ten: odds a ninth."""
    shift = get_prior_shift(0.5, 0.1)
    assert shift_prior(np.array([0.0, 0.5, 0.9, 1.0]), shift) == pytest.approx([0, 0.1, 0.5, 1], abs=1e-6)
    scores = np.array([0.0, 1e-300, 0.1, 1.0])
    assert shift_prior(scores, get_prior_shift(0.2, 0.2)) is scores


def test_a_line_on_the_log_odds() -> None:
    line = Line(method="sigmoid", slope=2.0, intercept=np.log(2), limits=(-40, 40))
    assert calibrate(np.array([0.5, 0.75]), line) == pytest.approx([2 / 3, 18 / 19])  # odds 2 × 1², 2 × 3²


def test_steps_are_joined_on_the_log_odds_and_tilted_a_little() -> None:
    odds = np.array([-5.0, -1.0, 0.5, 2.0, 9.0])
    scores = expit(odds)
    found = calibrate(scores, CALIBRATORS[4])
    assert found == pytest.approx(0.999 * np.array([0, 0.25, 0.625, 1, 1]) + 0.001 * scores)


def test_what_stands_for_0_and_1() -> None:
    line = Line(method="sigmoid", slope=1.0, intercept=0.0, limits=(-np.log(9), np.log(4)))
    assert calibrate(np.array([0.0, 0.5, 1.0]), line) == pytest.approx([0.1, 0.5, 0.8])


@pytest.mark.parametrize("calibrator", CALIBRATORS)
@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_it_rises_and_stays_a_probability(calibrator: Line, values: list[float]) -> None:
    scores = np.sort([0.0, *values, 1.0])
    found = calibrate(scores, calibrator)
    assert found.dtype == np.float64
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize("calibrator", CALIBRATORS[1:])
def test_scores_that_differ_still_differ(calibrator: Line) -> None:
    """On the log odds a line never makes different scores equal, nor do tilted steps, within its limits."""
    scores = expit(np.linspace(-6, 2.5, 200))
    assert (np.diff(calibrate(scores, calibrator)) > 0).all()


def test_one_row_gets_what_it_gets_among_many() -> None:
    scores = np.random.RandomState(0).uniform(size=101)
    for calibrator in CALIBRATORS:
        together = calibrate(scores, calibrator)
        assert [calibrate(scores[[row]], calibrator)[0] for row in range(101)] == together.tolist()


@pytest.mark.parametrize("calibrator", CALIBRATORS)
def test_it_is_read_as_it_was_written(calibrator: Line) -> None:
    content = json.loads(json.dumps(round_floats({"mlp": calibrator.model_dump()})))
    found = parse_calibration("calibration.json", content)["mlp"]
    assert type(found) is type(calibrator)
    assert found.model_dump() == round_floats(calibrator.model_dump()) | {
        key: tuple(value) for key, value in round_floats(calibrator.model_dump()).items() if key == "limits"
    }


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"mlp": {"method": "magic"}}, "mlp"),
        ({"mlp": {"method": "sigmoid", "slope": -1, "intercept": 0, "limits": [-1, 1]}}, "mlp.sigmoid.slope"),
        ({"mlp": {"method": "isotonic", "x": [0], "y": [2], "limits": [-1, 1]}}, "mlp.isotonic.y.0"),
        ([], "top level"),
    ],
)
def test_what_train_did_not_write_is_refused(content: object, place: str) -> None:
    with pytest.raises(InputError, match=rf"calibration\.json: {place}: .*run `dvc repro`"):
        parse_calibration("calibration.json", content)


def test_log_odds_and_back() -> None:
    assert log_odds(np.array([0.0, 0.2, 0.5, 1.0])) == pytest.approx([-np.inf, -np.log(4), 0, np.inf])
    assert expit(np.array([-np.inf, -800.0, 0.0, 800.0, np.inf])).tolist() == [0, 0, 0.5, 1, 1]
