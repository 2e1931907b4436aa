import numpy as np
import pytest

from stages.shared.errors import InputError
from tools.audit.leakage.measurement import measure_selection

Y = np.tile([1, 0, 0, 0], 50)


@pytest.mark.slow
def test_among_candidates_that_know_nothing_the_best_on_test_knows_nothing_elsewhere():
    rng = np.random.RandomState(0)
    scores = {f"guess{number}": rng.uniform(size=200) for number in range(30)}
    same_half, other_half = measure_selection(Y, scores, "guess0", 10, 0, 0.95)
    assert other_half.leaking == same_half.leaking > 0.32
    assert other_half.honest == pytest.approx(0.25, abs=0.05)  # the prevalence
    assert other_half.verdict == "inflates"
    assert (same_half.classifier, same_half.repeats) == ("30 candidates", 10)


def test_a_candidate_that_is_best_everywhere_is_no_lie():
    scores = {"perfect": Y * 1.0, "guess": np.random.RandomState(0).uniform(size=200)}
    for found in measure_selection(Y, scores, "perfect", 3, 0, 0.95):
        assert (found.honest, found.leaking, found.verdict) == (1, 1, "within noise")


def test_the_champion_is_what_would_have_been_chosen():
    scores = {"perfect": Y * 1.0, "flat": np.zeros(200)}
    same_half, other_half = measure_selection(Y, scores, "flat", 3, 0, 0.95)
    assert (same_half.honest, same_half.leaking) == (0.25, 1)  # no skill is the prevalence
    assert (other_half.honest, other_half.leaking) == (1, 1)


def test_too_few_rows_to_halve():
    with pytest.raises(InputError, match="fewer than two rows"):
        measure_selection(np.array([1, 0, 0, 0]), {"guess": np.zeros(4)}, "guess", 3, 0, 0.95)
