"""The tables, terms and commands of the report page in a browser."""

import csv
from pathlib import Path

from playwright.sync_api import expect
import pytest

from tests.stages.report.browser.conftest import Open
from tests.stages.report.browser.helpers import unfold

pytestmark = pytest.mark.slow


def test_a_table_is_sorted_by_its_headings(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    unfold(opened)
    heading = opened.page.locator("#leaderboard th button:has-text('Recall')")
    column = "#leaderboard tbody td:nth-child(10)"
    heading.click()
    falling = [float(text) for text in opened.page.locator(column).all_inner_texts()]
    assert falling == sorted(falling, reverse=True)
    heading.press("Enter")
    rising = [float(text) for text in opened.page.locator(column).all_inner_texts()]
    assert rising == sorted(falling)
    assert rising != falling
    assert opened.page.locator("#leaderboard th[aria-sort=ascending]").count() == 1


def test_the_candidates_are_filtered_and_downloaded(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    unfold(opened)
    rows = opened.page.locator("#candidates tbody tr:visible")
    assert rows.count() == 6
    opened.page.fill("#candidates .filter", "SMOTE mlp")
    assert [row.inner_text().split()[:2] for row in rows.all()] == [["smote", "mlp"]]
    expect(opened.page.locator("#candidates .state")).to_have_text("1 of 6 rows")
    opened.page.fill("#candidates .filter", "mlp")
    opened.page.locator("#candidates th button:has-text('Strategy')").click()
    with opened.page.expect_download() as download:
        opened.page.click("#candidates .download")
    assert download.value.suggested_filename == "candidates.csv"
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    assert header[:2] == ["Strategy", "Classifier"]
    assert len(header) == opened.page.locator("#candidates thead th").count()
    assert [line[:2] for line in lines] == [["smote", "mlp"], ["class_weight", "mlp"], ["baseline", "mlp"]]
    assert "-0.014 (-0.058 to +0.016)" in lines[0][-1]
    assert not [url for url in opened.requests[1:] if not url.startswith("blob:")]


def test_a_term_shows_its_definition_on_hover_and_on_focus(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    unfold(opened)
    page = opened.page
    tip, term = page.locator("#definition"), page.locator("#leaderboard caption .term").first
    assert term.inner_text() == "cross-validated"
    meaning = page.locator("#term-cross-validation").inner_text()
    assert meaning == "training and scoring on different folds of the train set"
    term.hover()
    expect(tip).to_have_text(meaning)
    tip.hover()  # it stays, so that it can be read at any magnification
    expect(tip).to_have_text(meaning)
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    page.locator("#leaderboard th button:has-text('ROC-AUC')").focus()
    expect(tip).to_have_text("the probability that a positive has a higher score than a negative")
    page.locator("#leaderboard th button:has-text('Recall')").focus()
    expect(tip).to_have_text("the share of positives that are alarms")
    page.keyboard.press("Shift+Tab")
    expect(tip).to_have_text("the share of alarms that are positives")


def test_every_definition_is_on_the_page(report: Path, open_page: Open) -> None:
    page = open_page(report).page
    described = {item.get_attribute("aria-describedby") for item in page.locator("[aria-describedby]").all()}
    assert len(described) > 15
    assert all(page.locator(f"dd#{key}").count() == 1 for key in described)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((item) => item.id)")
    assert len(set(ids)) == len(ids)


def test_a_command_is_copied(report: Path, open_page: Open) -> None:
    page = open_page(report, permissions=["clipboard-read", "clipboard-write"]).page
    button = page.locator("button.copy").first
    command = page.locator("pre").first.inner_text()
    assert command.startswith("python -m tools.predict ")
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == command
