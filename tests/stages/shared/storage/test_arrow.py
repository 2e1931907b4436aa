"""Arrays between Arrow and numpy."""

import numpy as np
import pyarrow as pa

from stages.shared.storage.arrow import from_bools, from_floats, from_numpy, to_bools, to_floats, to_ints


def test_nulls_become_the_value_that_stands_for_them() -> None:
    np.testing.assert_array_equal(to_floats(pa.array([1.5, None])), [1.5, np.nan])
    assert to_ints(pa.array([7, None], pa.int8())).tolist() == [7, -1]
    assert to_bools(pa.array([True, False, True])).tolist() == [True, False, True]


def test_a_slice_is_read_from_where_it_begins() -> None:
    np.testing.assert_array_equal(to_floats(pa.array([9.0, None, 1.5, None]).slice(1)), [np.nan, 1.5, np.nan])
    assert to_ints(pa.array([9, None, 3]).slice(1)).tolist() == [-1, 3]
    assert to_bools(pa.array([True, False, True]).slice(1)).tolist() == [False, True]


def test_the_way_back() -> None:
    missing = np.array([False, True, False])
    assert from_numpy(np.array([1.0, 2.0, 3.0]), pa.float64(), missing).to_pylist() == [1.0, None, 3.0]
    assert from_numpy(np.array([0, 1], np.int8), pa.int8()).to_pylist() == [0, 1]
    assert from_bools(np.array([True] * 9 + [False])).to_pylist() == [True] * 9 + [False]


def test_numbers_are_float32_where_that_loses_nothing() -> None:
    narrow = from_floats(np.array([0.5, np.nan, -0.0, 16777216.0]), np.array([False, True, False, False]))
    assert narrow.type == pa.float32()
    assert str(narrow.to_pylist()) == "[0.5, None, -0.0, 16777216.0]"
    for value in (0.1, 16777217.0, 1e39, 1e-46):
        wide = from_floats(np.array([0.5, value]), np.array([False, False]))
        assert (wide.type, wide.to_pylist()) == (pa.float64(), [0.5, value])


def test_every_second_value_of_an_array_is_copied_in_order() -> None:
    assert from_numpy(np.arange(6)[::2], pa.int64()).to_pylist() == [0, 2, 4]
