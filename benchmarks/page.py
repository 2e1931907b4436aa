"""Size and speed of the report page in a browser: `python -m benchmarks.page`, after `dvc repro`.

It shows how long readers wait for the page, and it writes the pictures of docs/images.

Chromium opens the page without a network. Times are medians of `--openings`, from opening the file to the end of its
script, or of the page without it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
import gzip
from pathlib import Path
import shutil
from statistics import median
import time
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.shared.arguments import make_parser
from benchmarks.shared.markdown import print_table
from stages.shared.paths import REPORT_HTML

IMAGES = Path("docs/images")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--headless", "--disable-background-networking"]
#: the factor by which a phone or an old laptop is slower than this machine
SLOWDOWN = 4
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}

#: name -> options of the browser, and the section at the top of the picture (None: the first screen)
SHOTS: dict[str, tuple[dict[str, Any], str | None]] = {
    "report-light": (WIDE, None),
    "report-dark": ({**WIDE, "color_scheme": "dark"}, "model"),
    "report-operating-point": (WIDE, "operating-point"),
    "report-phone": ({"viewport": {"width": 390, "height": 844}, "is_mobile": True}, None),
}


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the Chromium of this machine."""
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, NAMES)))
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Log:
    """The addresses that a page requests, and its messages and errors in the console."""

    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def open_report(
    browser: Browser, log: Log | None = None, slowdown: int = 1, path: Path = REPORT_HTML, **options: Any
) -> tuple[Page, float]:
    """Return the page in a fresh offline context, and the seconds until it was ready, or read without its script.

    The processor is slowed down by the factor `slowdown`; requests and messages are added to `log`.
    """
    log = log or Log()
    page = browser.new_context(offline=True, **(options or WIDE)).new_page()
    page.on("request", lambda request: log.requests.append(request.url))
    page.on("console", lambda message: log.messages.append(message.text))
    page.on("pageerror", lambda error: log.messages.append(str(error)))
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    start = time.perf_counter()
    page.goto(path.resolve().as_uri())
    if options.get("java_script_enabled", True):
        page.wait_for_selector("html[data-ready]", state="attached")
    return page, time.perf_counter() - start


def measure_opening(browser: Browser, **options: Any) -> float:
    """Return the seconds until the page was ready, or read without its script."""
    page, seconds = open_report(browser, **options)
    page.context.close()  # the next page shares its process
    return seconds


def draw_charts(page: Page) -> int:
    """Scroll to every chart, wait until Vega has drawn it, and return the number of charts."""
    page.evaluate("document.querySelectorAll('details').forEach((item) => { item.open = true; })")
    figures = page.locator("figure.chart").all()
    for figure in figures:
        figure.scroll_into_view_if_needed()
        page.wait_for_selector(f"#{figure.get_attribute('id')}[data-live]")
    return len(figures)


def measure_slider(page: Page) -> float:
    """Return the milliseconds of the script for one step of the slider of the operating point."""
    return float(
        page.evaluate("""() => {
          const slider = document.getElementById("choice"), start = performance.now();
          for (let step = 0; step <= 100; step += 1) {
            slider.value = String(step);
            slider.dispatchEvent(new Event("input"));
            void document.body.offsetHeight;
          }
          return (performance.now() - start) / 101;
        }""")
    )


def take_screenshots(browser: Browser) -> None:
    """Write pictures of the page: light, dark, on a phone and on paper."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, (options, section) in SHOTS.items():
        page, _ = open_report(browser, **options)
        if section:
            page.evaluate(f"document.getElementById('{section}').scrollIntoView()")
            page.wait_for_timeout(800)
        page.screenshot(path=IMAGES / f"{name}.png")
    page, _ = open_report(browser, viewport={"width": 794, "height": 1123})
    page.emulate_media(media="print")
    page.evaluate("document.body.style.padding = '12mm'")  # the margin of @page on paper
    page.screenshot(path=IMAGES / "report-print.png")


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--openings", type=int, default=5, help="times that the page is opened (default 5)")
    openings = parser.parse_args().openings
    content = REPORT_HTML.read_bytes()
    with open_browser() as browser:
        slowed = median(measure_opening(browser, slowdown=SLOWDOWN, **WIDE) for _ in range(openings))
        read = median(measure_opening(browser, java_script_enabled=False, **WIDE) for _ in range(openings))
        log = Log()
        page, _ = open_report(browser, log)
        start = time.perf_counter()
        charts = draw_charts(page)
        drawing = time.perf_counter() - start
        step = measure_slider(page)  # before axe-core, in whose presence every change of the page is slow
        violations = Axe().run(page).response["violations"]
        serious = [result for result in violations if result["impact"] in ("serious", "critical")]
        rows = [
            ("size of the file, kB", f"{len(content) / 1000:,.0f}", "1,600"),
            ("size after gzip, kB", f"{len(gzip.compress(content, mtime=0)) / 1000:,.0f}", ""),
            (f"ready, with a processor {SLOWDOWN} times slower, s", f"{slowed:.2f}", "2.5"),
            ("readable without the script, s", f"{read:.2f}", "1"),
            (f"all {charts} charts drawn, one after another, s", f"{drawing:.1f}", ""),
            ("a step of the slider of the operating point, ms", f"{step:.1f}", ""),
            ("requests besides the file itself", str(len(log.requests) - 1), "0"),
            ("errors and warnings in the console", str(len(log.messages)), "0"),
            ("serious violations in axe-core", str(len(serious)), "0"),
        ]
        take_screenshots(browser)
        version = browser.version
    print_table(f"The report page in Chromium {version}", ["quantity", "measured", "at most"], rows)


if __name__ == "__main__":
    main()
