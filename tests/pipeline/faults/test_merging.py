"""Merges of branches that both ran the pipeline, with the cure of docs/how-to/merging.md."""

import json
from pathlib import Path
import re

import pytest

from tests.pipeline.project import ROOT, Repository, ran

pytestmark = pytest.mark.slow

#: the commands that docs/how-to/merging.md gives
CURE = re.findall(r"^ {7}((?:git|dvc) .*)$", (ROOT / "docs/how-to/merging.md").read_text(), re.MULTILINE)


def branch(repository: Repository, name: str, edit) -> None:
    """A branch from main on which params were changed and the pipeline run."""
    repository.run("git", "switch", "-qc", name, "main")
    repository.edit_params(edit)
    repository.repro()
    repository.commit(name)


def other_sampler(params: dict) -> None:
    """One that is not tuned, so that its numbers are surely others."""
    params["strategies"]["smote"] = {"sampler": "RandomOverSampler", "sampling_strategy": 0.5}


def merge(repository: Repository, name: str) -> set[str]:
    """The files in which merging a branch conflicts."""
    repository.run("git", "merge", "-q", name, check=False)
    return set(repository.run("git", "diff", "--name-only", "--diff-filter=U").stdout.split())


def cure(repository: Repository) -> list[str]:
    """The strategies that were trained while the commands of the document were followed."""
    stages = [stage for command in CURE for stage in ran(repository.run(*command.split(), forks=True))]
    assert "evaluate" in stages
    return [stage for stage in stages if stage.startswith("train@")]


def assert_whole(repository: Repository) -> dict:
    """The merge is committed, nothing is left to run, and the review has no doubt; gives the review against main."""
    assert repository.run("git", "status", "--porcelain").stdout == ""
    assert not (repository.path / ".git/MERGE_HEAD").exists()
    assert ran(repository.dvc("repro")) == []
    repository.call("tools.compare", "main", "HEAD", "--json", ".review.tmp", check=False)
    review = json.loads(Path(repository.path / ".review.tmp").read_text())
    assert review["notes"] == []
    return review


def test_the_document_gives_the_commands():
    assert CURE[:2] == ["git checkout --ours -- dvc.lock", "dvc repro"]
    assert CURE[2].startswith("git add ")
    assert CURE[3].startswith("git commit")


def test_branches_that_changed_different_strategies(repository):
    branch(repository, "copies", other_sampler)
    # a branch that touched no artefact merges by itself
    repository.run("git", "switch", "-qc", "words", "main")
    (repository.path / "README.md").write_text("Other words\n")
    repository.commit("words")
    assert merge(repository, "copies") == set()
    assert repository.run("git", "status", "--porcelain").stdout == ""

    branch(
        repository,
        "sharp",
        lambda params: params["strategies"]["class_weight"].update(class_weight={"negative": 1, "positive": 9}),
    )
    conflicts = merge(repository, "copies")
    assert "dvc.lock" in conflicts
    assert "params.yaml" not in conflicts
    assert cure(repository) == []  # both trainings are in the cache
    review = assert_whole(repository)
    assert {item["strategy"] for item in review["strategies"]} == {"smote", "class_weight"}
    assert review["champion_before"] == review["champion_after"]
    verdict = review["verdict"]
    assert (verdict["rows"], verdict["why"], verdict["word"]) == ("all", "", "same")  # from the cache of real DVC
    assert verdict["n_rows"] > review["comparison"]["rows"]


def test_a_strategy_that_one_removed_and_the_other_changed_what_all_share(repository):
    """git cannot tell what to do with the removed metrics; the pipeline can."""
    branch(repository, "without", lambda params: params["strategies"].pop("class_weight"))
    branch(repository, "policy", lambda params: params["evaluate"].update(threshold={"policy": "g_mean"}))
    assert {"dvc.lock", "metrics/strategies/class_weight.json"} <= merge(repository, "without")
    assert cure(repository) == []
    assert not (repository.path / "metrics/strategies/class_weight.json").exists()
    assert [item["status"] for item in assert_whole(repository)["strategies"]].count("removed") == 1
