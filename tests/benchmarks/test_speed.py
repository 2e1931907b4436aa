"""The benchmarks' own arithmetic; what they measure is no matter of a test."""

import os
import time

import numpy as np
import pytest

from benchmarks.speed import growth, memory, pairs, pipeline, rare, size


def test_time_in_proportion_has_the_exponent_1_and_time_of_pairs_2() -> None:
    rows = [1000, 10_000, 50_000]
    assert growth.exponent(rows, [0.3 * one for one in rows]) == pytest.approx(1.0)
    assert growth.exponent(rows, [1e-6 * one**2 for one in rows]) == pytest.approx(2.0)


def test_growth_counts_the_table_itself() -> None:
    assert memory.growth(0.0, size=1 << 20) == 1.0
    assert memory.growth(1.75, size=1 << 20) == 2.75


def test_a_made_table_has_the_share_of_positives_and_is_the_same_every_time() -> None:
    X, y = rare.made(20_000, 5, share=0.01)
    assert X.dtype == np.float32
    assert X.shape == (20_000, 5)
    assert y.mean() == pytest.approx(0.01, rel=0.2)
    assert X[y == 1].std() > 1.2 * X[y == 0, 1:].std()
    again, labels = rare.made(20_000, 5, share=0.01)
    assert np.array_equal(X, again)
    assert np.array_equal(y, labels)


def test_a_made_table_is_a_train_side() -> None:
    X, y = rare.made(1000, 3, share=0.1)
    table = rare.as_table(X, y)
    assert np.array_equal(table.features().to_numpy(), X.astype(np.float64))
    assert np.array_equal(table.target, y)
    assert table.contract.positives == y.sum()


def test_what_one_run_took_before_it_is_measured_is_not_counted() -> None:
    def spend(seconds: float) -> tuple[()]:
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass
        return ()

    found = pairs.run(lambda: spend(0.02), warm=lambda: spend(0.3))
    assert 0.02 <= found.cpu < 0.3


def test_a_clock_counts_calls_inside_of_calls_once() -> None:
    clock = pipeline.Clock()
    inner = clock.counted(lambda: time.sleep(0.01))

    @clock.counted
    def outer() -> str:
        inner()
        inner()
        return "done"

    start = time.perf_counter()
    assert outer() == "done"
    assert 0.02 <= clock.wall <= time.perf_counter() - start


def test_a_clock_goes_on_after_a_call_that_raised() -> None:
    clock = pipeline.Clock()
    with pytest.raises(ZeroDivisionError):
        clock.counted(lambda: 1 / 0)()
    before = clock.wall
    clock.counted(lambda: time.sleep(0.01))()
    assert clock.wall >= before + 0.01


def test_the_fits_of_train_are_counted_wherever_they_are_called_and_are_themselves_again() -> None:
    from stages.train import strategy
    from stages.train.cross_validation import fit_strategy

    X, y = rare.made(300, 3, share=0.2)
    params = rare.settings({"baseline": {}}, {"logistic_regression": {}}, 2)
    fit = strategy.fit
    with pipeline.fits_counted() as clock:
        fit_strategy(rare.as_table(X, y), "baseline", params, lambda _: None)
    assert clock.wall > 0
    assert strategy.fit is fit


def test_a_positive_of_digits_is_a_number() -> None:
    assert pipeline.with_data("data/raw/a.csv", "y", "1")["positive"] == 1
    assert pipeline.with_data("data/raw/a.csv", "y", "yes")["positive"] == "yes"


def test_a_row_holds_both_ratios() -> None:
    one = pipeline.OneProcess(whole=(10.0, 8.0), pure=(5.0, 4.0))
    cells = [cell.strip() for cell in pipeline.row("run", 2, (15.0, 16.0), one).strip("|").split("|")]
    assert cells[:-1] == ["run", "2", "15.0", "1.50", "3.00", "16.0", "2.00", "4.00"]


def test_memory_beyond_the_estimate_fails() -> None:
    spent = size.Spent(workers=1, threads=2, wall=1.0, cpu=1.0, estimate=2e9, peak=1e9)
    assert "| 1 × 2 | 1.0 | 1.0 | 2.00 | 1.00 | 2.00 |" in size.row("table", "smote", spent)
    with pytest.raises(AssertionError, match="smote: took"):
        size.row("table", "smote", size.Spent(1, 2, 1.0, 1.0, estimate=1e9, peak=2e9))


def test_memory_of_children_counts() -> None:
    def hold() -> int:
        pid = os.fork()
        if pid == 0:
            held = bytearray(os.urandom(1 << 20) * 64)
            time.sleep(0.5)
            os._exit(len(held) % 2)
        os.waitpid(pid, 0)
        return pid

    _, together = size.apart(hold)
    assert together > 64 << 20
