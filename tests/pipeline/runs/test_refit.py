"""The stage refit in a real repository: off, on, and used."""

import json

import pytest

from tests.pipeline.project import Repository, ran

pytestmark = pytest.mark.slow


def refit(repository: Repository) -> list[str]:
    return ran(repository.dvc("repro"))


def test_off_it_says_so(repository: Repository) -> None:
    assert [path.name for path in (repository.path / "models/refit").iterdir()] == ["README.md"]
    assert "is `train`" in (repository.path / "models/refit/README.md").read_text()
    assert json.loads((repository.path / "models/refit_recipe.json").read_text()) == {}


def test_on_it_fits_every_row_and_predict_takes_it(repository: Repository) -> None:
    before = (repository.path / "metrics/selected.json").read_bytes()
    repository.edit_params(lambda params: params["select"].update(refit="all"))
    assert refit(repository) == ["report", "refit"]
    assert (repository.path / "metrics/selected.json").read_bytes() == before  # the numbers of the honest run
    champion, again = repository.path / "models/champion", repository.path / "models/refit"
    facts, fresh = (json.loads((folder / "champion.json").read_text()) for folder in (champion, again))
    assert {**fresh, "model": facts["model"]} == facts
    assert fresh["model"] != facts["model"]
    assert "models/refit holds the same model" in (champion / "README.md").read_text()
    card = (again / "README.md").read_text()
    assert card.startswith("> **Refitted.**")
    rows = json.loads((champion / "contract.json").read_text())["rows"]
    assert f"all {rows:,} labelled rows" in card
    source = next(iter((repository.path / "data/raw").glob("*.csv")))
    done = repository.call("tools.predict", str(source), "-o", "scored.csv")
    assert fresh["model"][:12] in done.stdout
    chosen = repository.call("tools.predict", str(source), "-o", "scored.csv", "--champion", "models/champion")
    assert facts["model"][:12] in chosen.stdout

    # another threshold is another champion, though its model is the same
    repository.edit_params(lambda params: params["evaluate"].update(threshold={"policy": "balanced_accuracy"}))
    repository.dvc("repro", "report")
    stale = repository.call("tools.predict", str(source), "-o", "scored.csv", check=False)
    assert stale.returncode == 3
    assert "was fitted after another champion" in stale.stderr
    assert refit(repository) == ["refit"]
    thresholds = [json.loads((folder / "champion.json").read_text())["threshold"] for folder in (champion, again)]
    assert thresholds[0] == thresholds[1] != facts["threshold"]
