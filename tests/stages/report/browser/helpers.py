"""What tests of the page read and do on it."""

import json
from pathlib import Path

from tests.stages.report.browser.conftest import Opened


def unfold(opened: Opened) -> None:
    """Open everything that a click opens, but the list of sections."""
    opened.page.evaluate("document.querySelectorAll('main details').forEach((item) => { item.open = true; })")


def draw_charts(opened: Opened) -> None:
    """Scroll to every chart, so that Vega draws it."""
    unfold(opened)
    for figure in opened.page.locator("figure.chart").all():
        figure.scroll_into_view_if_needed()
        opened.page.wait_for_selector(f"#{figure.get_attribute('id')}[data-live]")


def wait_for_drawing(opened: Opened, key: str, number: int) -> None:
    opened.page.locator(f"#{key}").scroll_into_view_if_needed()
    opened.page.wait_for_selector(f'#{key}[data-live="{number}"]')


def candidate(report: Path, name: str) -> dict:
    leaderboard = json.loads((report.parents[1] / "metrics/leaderboard.json").read_text())
    return next(entry for entry in leaderboard["candidates"] if f"{entry['strategy']} × {entry['classifier']}" == name)


def read_counts(opened: Opened, view: int) -> dict[str, int]:
    cells = opened.page.locator("#operating-point .view").nth(view)
    return {
        cell: int(cells.locator(f"[data-cell={cell}] .note span").inner_text()) for cell in ("tp", "fn", "fp", "tn")
    }
