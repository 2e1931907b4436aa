from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from stages.report.rendering.axis import PADDING, WIDTH, Axis, make_axis


def test_ticks_are_round_numbers_with_true_signs():
    axis = Axis(-0.11, 0.12)
    assert axis.ticks == [(axis.position(x), label) for x, label in ((-0.1, "−0.10"), (0, "0"), (0.1, "+0.10"))]
    assert [label for _, label in Axis(-0.01, 0.8).ticks] == ["0", "+0.8"]
    assert [label for _, label in Axis(-30, 100).ticks] == ["0", "+100"]


def test_positions_are_linear():
    axis = make_axis([(-0.1, 0.1), (-0.1, -0.02)])
    assert axis.zero == pytest.approx(WIDTH / 2)
    assert axis.position(-0.05) == pytest.approx((axis.position(-0.1) + axis.zero) / 2, abs=0.1)
    assert [label for _, label in axis.ticks] == ["−0.10", "0", "+0.10"]


def test_an_axis_always_contains_zero():
    axis = make_axis([(0.2, 0.3)])
    assert PADDING <= axis.zero < axis.position(0.2) < axis.position(0.3) <= WIDTH - PADDING


def test_an_axis_without_intervals():
    assert make_axis([]).zero == pytest.approx(WIDTH / 2)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(sorted).map(tuple), max_size=12))
def test_all_positions_are_inside_the_picture(intervals):
    axis = make_axis(intervals)
    positions = [axis.position(value) for pair in intervals for value in pair]
    assert all(0 <= index <= WIDTH for index in [*positions, axis.zero, *(x for x, _ in axis.ticks)])
