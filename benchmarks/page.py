"""What the report page costs a reader: `python -m benchmarks.page`, after `dvc repro`.

Opens reports/report.html in a headless Chromium without a network, prints a table, and takes the screenshots of
docs/images. Times are medians of five; `ready` is from opening the file to the last control wired.
"""

import gzip
from pathlib import Path
import shutil
from statistics import median
import time
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from stages.shared.paths import REPORT_HTML

IMAGES = Path("docs/images")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--headless", "--disable-background-networking"]
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}

#: name -> options of the browser, and the section at the top of the picture (none: the first screen)
SHOTS: dict[str, tuple[dict[str, Any], str | None]] = {
    "report-light": (WIDE, None),
    "report-dark": ({**WIDE, "color_scheme": "dark"}, "explore"),
    "report-what-if": (WIDE, "what-if"),
    "report-phone": ({"viewport": {"width": 390, "height": 844}, "is_mobile": True}, None),
}


def opened(browser: Browser, requests: list[str], complaints: list[str], **options: Any) -> tuple[Page, float]:
    """The page in a fresh offline context, and the seconds until it was ready."""
    page = browser.new_context(offline=True, **(options or WIDE)).new_page()
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    start = time.perf_counter()
    page.goto(REPORT_HTML.resolve().as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    return page, time.perf_counter() - start


def wake(page: Page) -> int:
    """Brings every chart into sight until it is live, and says how many there are."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    figures = page.locator("figure.chart").all()
    for figure in figures:
        figure.scroll_into_view_if_needed()
        page.wait_for_selector(f"#{figure.get_attribute('id')}[data-live]")
    return len(figures)


def slider_step(page: Page) -> float:
    """Milliseconds that the script takes for one step of the threshold."""
    return float(
        page.evaluate("""() => {
          const slider = document.getElementById("a-threshold"), start = performance.now();
          for (let step = 0; step <= 100; step += 1) {
            slider.value = String(step);
            slider.dispatchEvent(new Event("input"));
            void document.body.offsetHeight;
          }
          return (performance.now() - start) / 101;
        }""")
    )


def shoot(browser: Browser) -> None:
    """Light, dark, phone and paper, into docs/images."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, (options, section) in SHOTS.items():
        page, _ = opened(browser, [], [], **options)
        if section:
            page.evaluate(f"document.getElementById('{section}').scrollIntoView()")
            page.wait_for_timeout(800)
        page.screenshot(path=IMAGES / f"{name}.png")
    page, _ = opened(browser, [], [], viewport={"width": 794, "height": 1123})
    page.emulate_media(media="print")
    page.evaluate("document.body.style.padding = '12mm'")  # what @page gives on paper
    page.screenshot(path=IMAGES / "report-print.png")


def main() -> None:
    """Prints the table as Markdown."""
    path = next(result for name in NAMES if (result := shutil.which(name)))
    content = REPORT_HTML.read_bytes()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        ready = median(opened(browser, [], [])[1] for _ in range(5))
        requests: list[str] = []
        complaints: list[str] = []
        page, _ = opened(browser, requests, complaints)
        start = time.perf_counter()
        charts = wake(page)
        live = time.perf_counter() - start
        violations = Axe().run(page).response["violations"]
        serious = [result for result in violations if result["impact"] in ("serious", "critical")]
        rows = [
            ("size of the file, kB", f"{len(content) / 1000:,.0f}", "1,600"),
            ("the same, gzip, kB", f"{len(gzip.compress(content, mtime=0)) / 1000:,.0f}", ""),
            ("ready, s", f"{ready:.2f}", "2.5"),
            (f"all {charts} charts live, one after another, s", f"{live:.1f}", ""),
            ("a step of the threshold slider, ms", f"{slider_step(page):.1f}", ""),
            ("requests besides the file itself", str(len(requests) - 1), "0"),
            ("errors and warnings in the console", str(len(complaints)), "0"),
            ("serious findings of axe-core", str(len(serious)), "0"),
        ]
        shoot(browser)
        version = browser.version
        browser.close()
    print(f"Chromium {version}, headless.\n\n| what | measured | at most |\n|:--|--:|--:|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
