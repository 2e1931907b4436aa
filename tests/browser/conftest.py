"""A real Chromium, driven by Playwright, and pages for it to open. It is never downloaded here: see .ci/chromium."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
import os
from pathlib import Path
import shutil
import sys

from playwright.sync_api import Browser, Page, sync_playwright
import pytest

from stages.report.__main__ import main
from tests.report.factory import Treatment, contract_json, tuning_json, write_workspace

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--headless", "--disable-background-networking"]

#: labels that would be markup, or another cell, if anybody forgot to escape them
NASTY = "<img src=x onerror=\"document.title='hacked'\">|sick"
NASTY_NEGATIVE = "</script><script>document.title='hacked'</script>|well"

FOUR = ("random_forest", "mlp")
TREATMENTS = (
    Treatment("class_weight", class_weight="balanced", classifiers=FOUR, recall=0.8),
    Treatment("smote", sampler="SMOTE", classifiers=FOUR, verdicts={"probabilities": "worse"}),
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this machine; a test run without one is told so loudly, and fails in CI."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        reason = f"NO BROWSER: none of {', '.join(NAMES)} is installed, so the report page was NOT tested; .ci/chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page with everything that it asked for and complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        """The text of the first element that `selector` finds."""
        return self.page.locator(selector).first.inner_text()


Open = Callable[..., Opened]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    """Opens a file in a fresh, offline context, and waits until its script is done, where it has one."""
    contexts = []

    def opened(path: Path, **options: object) -> Opened:
        context = chromium.new_context(offline=True, **{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on("console", lambda message: found.complaints.append(f"{message.type}: {message.text}"))
        found.page.on("pageerror", lambda error: found.complaints.append(f"error: {error}"))
        found.page.goto(path.as_uri())
        if options.get("java_script_enabled", True):
            found.page.wait_for_selector("html[data-ready]", state="attached")
        return found

    yield opened
    for context in contexts:
        context.close()


def make_report(root: Path, *treatments: Treatment, **changes: object) -> Path:
    """Writes the artefacts of a run into `root`, runs the door of report there, and gives the page's path."""
    write_workspace(root, *treatments, baseline=Treatment("baseline", classifiers=FOUR, cv=0.82), **changes)
    before, arguments = Path.cwd(), sys.argv
    os.chdir(root)
    sys.argv = ["report"]
    try:
        main()
    finally:
        os.chdir(before)
        sys.argv = arguments
    return root / "reports/report.html"


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of three strategies with two classifiers each, SMOTE tuned twice; its labels are markup."""
    contract = contract_json(positive=NASTY, negative=NASTY_NEGATIVE, target="a|<b>c</b>")
    tuning = {"smote": {"random_forest": tuning_json(), "mlp": tuning_json(ratios=(0.4, 0.8), neighbours=(7,))}}
    return make_report(tmp_path_factory.mktemp("browser"), *TREATMENTS, contract=contract, tuning=tuning)
