"""`python -m tools.learning_curve` on the champion of a real run."""

import json
import re

import pytest

from tests.pipeline.project import Repository

pytestmark = pytest.mark.slow


def run(repository: Repository, *arguments: str, check: bool = True):
    return repository.call("tools.learning_curve", *arguments, check=check, warn="error")


def test_the_last_line_is_the_cross_validation_of_the_leaderboard(finished: Repository) -> None:
    before = finished.run("git", "status", "--porcelain").stdout
    shown = run(finished, "--shares", "0.5").stdout
    content = json.loads((finished.path / "metrics/leaderboard.json").read_text())
    selected = json.loads((finished.path / "metrics/selected.json").read_text())
    (champion,) = (
        item for item in content["candidates"]
        if (item["strategy"], item["classifier"]) == (selected["strategy"], selected["classifier"])
    )  # fmt: skip
    score = champion["cv"]["average_precision"]
    head, half, whole, _, *verdict = shown.splitlines()
    assert head.split() == [
        "training",
        "rows",
        "positives",
        *["average", "precision,", "mean", "±", "sd", "over", "the", "folds"],
    ]
    assert (half.split()[:2], whole.split()[:2]) == (["46", "8"], ["90", "15"])
    assert whole.endswith(f" {score['mean']:.3f} ± {score['sd']:.3f}")
    assert re.search(r"from 46 to 90 rows \w+ × \w+ gains [+−]0\.\d+ \(95 %: .*\)\.$", " ".join(verdict))
    assert finished.run("git", "status", "--porcelain").stdout == before


def test_a_share_that_is_none_is_refused(finished: Repository) -> None:
    done = run(finished, "--shares", "1.5", check=False)
    assert (done.returncode, done.stderr) == (2, "error: --shares 1.5: a share must be above 0 and below 1\n")
