"""The page of DVC's plots in a real Chromium: nothing is asked of a network, everything is drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
import json
import os
from pathlib import Path
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright
import pytest
from ruamel.yaml import YAML

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HOSTILE = "</script><script>document.title = 'broken'</script>"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Seen:
    """What a reader of the page meets."""

    title: str
    charts: list[str]  # the words in each
    requests: list[str]
    said: list[str]  # in the console
    wider: float  # than the window, in pixels


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plots of the committed curves, all strategies, but one label of the table is out to break the page."""
    folder = tmp_path_factory.mktemp("plots")
    shutil.copytree(ROOT / ".dvc/plots", folder / ".dvc/plots")
    shutil.copytree(ROOT / "metrics/curves", folder / "metrics/curves")
    (folder / ".dvc/config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
    plots = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text())["plots"]
    (folder / "dvc.yaml").write_text(json.dumps({"plots": plots}))
    confusion = folder / "metrics/curves/confusion.json"
    rows = json.loads(confusion.read_text())
    negative = next(row["predicted"] for row in rows if row["predicted"] != row["actual"])
    confusion.write_text(json.dumps([{k: HOSTILE if v == negative else v for k, v in row.items()} for row in rows]))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DVC_SITE_CACHE_DIR": str(folder / "site")}
    subprocess.run([sys.executable, "-m", "tools.plots"], cwd=folder, env=environment, check=True)
    return folder / "reports/plots.html"


@pytest.fixture(scope="module")
def seen(page: Path) -> Iterator[Seen]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            f"NO BROWSER: none of {', '.join(BROWSERS)} is installed"
        )
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        requests: list[str] = []
        said: list[str] = []
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(page.as_uri())
        tab.wait_for_function("document.querySelectorAll('svg.marks').length == 6", timeout=30_000)
        charts = tab.locator("svg.marks").all_text_contents()
        wider = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        yield Seen(tab.title(), charts, requests, said, wider)
        browser.close()


def test_nothing_is_asked_of_a_network(page: Path, seen: Seen) -> None:
    assert seen.requests == [page.as_uri()]


def test_the_console_is_silent(seen: Seen) -> None:
    assert seen.said == []


def test_every_chart_shows_every_strategy(seen: Seen) -> None:
    trained = {point["strategy"] for point in json.loads((ROOT / "metrics/curves/training.json").read_text())}
    every = {point["strategy"] for point in json.loads((ROOT / "metrics/curves/roc.json").read_text())}
    assert len(every) >= 10
    for chart in seen.charts:
        expected = trained if " by epoch" in chart else every
        assert [name for name in expected if name not in chart] == []


def test_the_counts_are_those_of_the_file(seen: Seen) -> None:
    (confusion,) = (chart for chart in seen.charts if "actual and predicted" in chart)
    rows = json.loads((ROOT / "metrics/curves/confusion.json").read_text())
    assert [row["rows"] for row in rows if str(row["rows"]) not in confusion] == []


def test_a_hostile_label_is_text(seen: Seen) -> None:
    assert seen.title == "Plots"
    assert any("</script><scr" in chart for chart in seen.charts)


def test_the_page_fits_a_laptop(seen: Seen) -> None:
    assert seen.wider <= 0
