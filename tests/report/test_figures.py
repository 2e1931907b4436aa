from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from stages.report.figures import WIDTH, curves, forest, nice_ticks


def test_ticks_are_round_numbers_with_true_signs():
    assert nice_ticks(-0.11, 0.12, signed=True) == [(-0.1, "−0.1"), (0.0, "0"), (0.1, "+0.1")]
    assert [label for _, label in nice_ticks(0.0, 0.8)] == ["0", "0.2", "0.4", "0.6", "0.8"]
    assert [label for _, label in nice_ticks(0, 100)] == ["0", "50", "100"]


def test_a_forest_puts_every_number_in_its_place():
    plot = forest("key", "title", "axis", [("a", "tie", -0.1, 0.0, 0.1), ("b", "worse", -0.1, -0.05, -0.02)], "text")
    tie, worse = plot.bars
    assert tie.low < tie.middle == plot.zero < tie.high
    assert worse.low == tie.low
    assert worse.middle == pytest.approx((tie.low + tie.middle) / 2, abs=0.1)
    assert tie.y < worse.y < plot.height


def test_a_long_name_is_cut():
    plot = forest("key", "title", "axis", [("x" * 40, "tie", 0, 0, 0)], "text")
    assert plot.bars[0].name == "x" * 19 + "…"


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.floats(-1, 1), min_size=3, max_size=3).map(sorted), min_size=1, max_size=12))
def test_a_forest_stays_inside_its_picture(intervals):
    plot = forest("key", "title", "axis", [("a", "tie", *numbers) for numbers in intervals], "text")
    places = [place for bar in plot.bars for place in (bar.low, bar.middle, bar.high)]
    assert all(0 < place < WIDTH for place in [*places, plot.zero, *(tick.at for tick in plot.ticks)])
    assert all(bar.low <= bar.middle <= bar.high for bar in plot.bars)


def test_curves_run_from_the_first_epoch_to_the_last():
    plot = curves("key", "title", "text", [("train", [1.0, 0.5, 0.0]), ("validation", [0.0, 0.0, 0.0])])
    assert [tick.label for tick in plot.across] == ["1", "2", "3"]
    train, flat = ([tuple(map(float, point.split(","))) for point in line.points.split()] for line in plot.lines)
    assert [x for x, _ in train] == [40.0, 145.0, 250.0]
    assert train[0][1] < train[1][1] < train[2][1] == flat[0][1]  # up in a picture is a smaller y


@pytest.mark.parametrize("values", [[0.5], [0.5] * 3])
def test_curves_without_any_movement_can_be_drawn(values):
    assert curves("key", "title", "text", [("train", values)]).lines[0].points


def test_long_curves_are_thinned_to_their_ends():
    points = (
        curves("key", "title", "text", [("train", [float(epoch) for epoch in range(1000)])]).lines[0].points.split()
    )
    assert len(points) <= 121
    assert (points[0].split(",")[0], points[-1].split(",")[0]) == ("40.0", "250.0")
