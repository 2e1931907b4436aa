"""A real Chromium, driven by Playwright, and pages for it to open. Tests do not download it: see .ci/packages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
import json
import os
from pathlib import Path
import shutil
import sys

from playwright.sync_api import Browser, Page, sync_playwright
import pytest

from stages.report.__main__ import main
from tests.stages.report.made.factory import Treatment, contract_json
from tests.stages.report.made.runs import tuning_json, write_workspace

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--headless", "--disable-background-networking"]

#: labels that become markup or another cell without escaping
NASTY = "<img src=x onerror=\"document.title='hacked'\">|sick"
NASTY_NEGATIVE = "</script><script>document.title='hacked'</script>|well"

TWO = ("random_forest", "mlp")
TREATMENTS = (
    Treatment("class_weight", class_weight="balanced", classifiers=TWO, recall=0.8),
    Treatment("smote", sampler="SMOTE", classifiers=TWO, verdicts={"probabilities": "worse"}),
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Yield the installed browser; without one the tests are skipped, and fail in CI."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        reason = f"NO BROWSER: none of {', '.join(NAMES)} is installed, so the report page was NOT tested; .ci/packages"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page with its requests and its messages in the console."""

    page: Page
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        """Return the text of the first element that matches `selector`."""
        return self.page.locator(selector).first.inner_text()


Open = Callable[..., Opened]


@pytest.fixture(scope="session")
def pages(chromium: Browser) -> Callable[..., Page]:
    """Return a function that gives the empty offline page with these options, which most of the time exists."""

    @cache
    def get_page(options: str) -> Page:
        context = chromium.new_context(
            offline=True, **{"viewport": {"width": 1280, "height": 900}, **json.loads(options)}
        )
        return context.new_page()

    return lambda options: get_page(json.dumps(options))


@pytest.fixture
def open_page(pages: Callable[..., Page]) -> Iterator[Open]:
    """Yield a function that opens a file in a page and waits until its script is ready."""
    listeners = []

    def open_file(path: Path, **options: object) -> Opened:
        page = pages(options)
        page.mouse.move(0, 0)
        page.emulate_media(media="null")
        page.goto("about:blank")
        opened = Opened(page)
        for event, listen in (
            ("request", lambda request: opened.requests.append(request.url)),
            ("console", lambda message: opened.messages.append(f"{message.type}: {message.text}")),
            ("pageerror", lambda error: opened.messages.append(f"error: {error}")),
        ):
            page.on(event, listen)
            listeners.append((page, event, listen))
        page.goto(path.as_uri())
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]", state="attached")
        return opened

    yield open_file
    for page, event, listen in listeners:
        page.remove_listener(event, listen)


def make_report(root: Path, *treatments: Treatment, **changes: object) -> Path:
    """Write the artefacts of a run into `root`, run report there, and return the path of the page."""
    write_workspace(root, *treatments, baseline=Treatment("baseline", classifiers=TWO, cv=0.82), **changes)
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
    """Return the page of three strategies with two classifiers each, SMOTE tuned twice; its labels are markup."""
    contract = contract_json(positive=NASTY, negative=NASTY_NEGATIVE, target="a|<b>c</b>")
    tuning = {"smote": {"random_forest": tuning_json(), "mlp": tuning_json(ratios=(0.4, 0.8), neighbors=(7,))}}
    return make_report(tmp_path_factory.mktemp("browser"), *TREATMENTS, contract=contract, tuning=tuning)
