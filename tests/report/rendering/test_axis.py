from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from stages.report.rendering.axis import ROOM, WIDTH, axis, nice_ticks


def test_ticks_are_round_numbers_with_true_signs():
    assert nice_ticks(-0.11, 0.12, signed=True) == [(-0.1, "−0.1"), (0.0, "0"), (0.1, "+0.1")]
    assert [label for _, label in nice_ticks(0.0, 0.8)] == ["0", "0.2", "0.4", "0.6", "0.8"]
    assert [label for _, label in nice_ticks(0, 100)] == ["0", "50", "100"]


def test_an_axis_puts_every_number_in_its_place():
    shared = axis([(-0.1, 0.1), (-0.1, -0.02)])
    assert shared.zero == pytest.approx(WIDTH / 2)
    assert shared.position(-0.05) == pytest.approx((shared.position(-0.1) + shared.zero) / 2, abs=0.1)
    assert [tick.label for tick in shared.ticks] == ["−0.10", "0", "+0.10"]


def test_an_axis_holds_zero_even_where_no_interval_does():
    shared = axis([(0.2, 0.3)])
    assert ROOM <= shared.zero < shared.position(0.2) < shared.position(0.3) <= WIDTH - ROOM


def test_an_axis_of_nothing_can_be_drawn():
    assert axis([]).zero == pytest.approx(WIDTH / 2)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(sorted).map(tuple), max_size=12))
def test_everything_stays_inside_its_picture(intervals):
    shared = axis(intervals)
    places = [shared.position(value) for pair in intervals for value in pair]
    assert all(0 <= place <= WIDTH for place in [*places, shared.zero, *(tick.at for tick in shared.ticks)])
