"""The arithmetic of the speed benchmarks."""

from pathlib import Path
import time

import numpy as np
import pytest

from benchmarks.shared.made_tables import make_rare_table, make_train_table
from benchmarks.speed import pipeline, size, timing


def test_a_rare_table_has_the_share_of_positives_and_is_the_same_every_time() -> None:
    X, y = make_rare_table(20_000, 5, share=0.01)
    assert X.dtype == np.float32
    assert X.shape == (20_000, 5)
    assert y.mean() == pytest.approx(0.01, rel=0.2)
    assert X[y == 1].std() > 1.2 * X[y == 0, 1:].std()
    again, labels = make_rare_table(20_000, 5, share=0.01)
    assert np.array_equal(X, again)
    assert np.array_equal(y, labels)


def test_a_made_table_is_a_training_set() -> None:
    X, y = make_rare_table(1000, 3, share=0.1)
    table = make_train_table(X, y)
    assert np.array_equal(table.features().to_numpy(), X.astype(np.float64))
    assert np.array_equal(table.target, y)
    assert table.contract.positives == y.sum()


def spend_cpu(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_a_fork_counts_its_own_time_and_what_it_adds_to_the_memory() -> None:
    spend_cpu(0.5)  # belongs to this process

    def work() -> int:
        spend_cpu(0.02)
        return len(np.ones(4 << 20))  # 32 MB

    run = timing.measure_in_fork(work, lambda length: length + 1)
    assert 0.02 <= run.cpu < 0.5  # less than this process spent: a busy machine adds some to the fork's own
    assert 32 <= run.growth < 64
    assert run.result == (4 << 20) + 1


@pytest.mark.slow
def test_the_peak_of_a_fork_includes_its_children() -> None:
    def hold() -> None:
        array = np.ones(48 << 20)  # 384 MB
        time.sleep(0.4)
        assert array.all()

    run = timing.measure_in_fork(lambda: timing.measure_in_fork(hold).result)
    assert run.growth > 200  # pages that the fork shares count in part


def test_a_fork_that_fails_raises(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EOFError):
        timing.measure_in_fork(lambda: 1 / 0)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_comparison_needs_the_same_bits() -> None:
    one, other = np.arange(3.0), np.array([0.0, 1.0, np.nextafter(2.0, 3.0)])
    row = timing.compare("same", lambda: (one,), lambda: (one.copy(),), pairs=2, run=fake_run)
    assert row[:-1] == [
        "same", "4.00", "4.00", "1.0 (1.0 to 1.0)", "2.00", "2.00", "1.0 (1.0 to 1.0)", "3", "3", "2",
    ]  # fmt: skip
    with pytest.raises(AssertionError, match="other, ours: the results differ"):
        timing.compare("other", lambda: (one,), lambda: (other,), pairs=1, run=fake_run)


def fake_run(work, summarize) -> timing.Run:
    return timing.Run(wall=4.0, cpu=2.0, before=0.0, peak=3 * 2**20, result=summarize(work()))


def test_a_line_of_a_process_that_ended_counts_zero() -> None:
    assert timing.read_bytes(Path("/proc/self/status"), "VmHWM:") > 2**20
    assert timing.read_bytes(Path("/proc/0/status"), "VmHWM:") == 0.0


def test_a_positive_of_digits_is_a_number() -> None:
    assert pipeline.make_data_section("data/raw/a.csv", "y", "1")["positive"] == 1
    assert pipeline.make_data_section("data/raw/a.csv", "y", "yes")["positive"] == "yes"


def test_a_row_of_the_pipeline_has_both_ratios() -> None:
    runs = [timing.Run(wall, cpu, 0.0, 0.0, None) for wall, cpu in ((15.0, 16.0), (10.0, 8.0))]
    assert pipeline.format_row("run", 2, *runs)[:-1] == ["run", "2", "15.0", "1.50", "16.0", "2.00"]


def test_memory_beyond_the_estimate_fails() -> None:
    run = timing.Run(wall=1.0, cpu=1.0, before=0.0, peak=1e9, result=(1, 2, 2e9))
    assert size.format_row("table", "smote", run)[2:-1] == ["1 × 2", "1.0", "1.0", "2.00", "1.00", "2.00"]
    with pytest.raises(AssertionError, match="smote: took"):
        size.format_row("table", "smote", timing.Run(1.0, 1.0, 0.0, 2e9, (1, 2, 1e9)))
