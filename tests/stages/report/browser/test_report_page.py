"""The report page in a browser: offline, by keyboard, on a phone, on paper, without its script."""

from pathlib import Path
import re
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
import pytest

from tests.stages.report.browser.conftest import NASTY, NASTY_NEGATIVE, Open, Opened, make_report
from tests.stages.report.browser.helpers import draw_charts, read_counts, unfold, wait_for_drawing
from tests.stages.report.made.factory import Treatment
from tests.stages.report.made.runs import tuning_json

pytestmark = pytest.mark.slow

LIGHT, DARK, PHONE = {}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}, "is_mobile": True}


def test_it_is_ready_in_time(report: Path, open_page: Open) -> None:
    def seconds() -> float:
        start = time.perf_counter()
        open_page(report)
        return time.perf_counter() - start

    assert any(seconds() < 2.5 for _ in range(3))


def test_fifty_candidates_fit_into_the_size(tmp_path: Path) -> None:
    five = ("random_forest", "mlp", "xgboost", "extra_trees", "blend")
    many = [Treatment(f"strategy_with_a_long_name_{i}", sampler="SMOTE", classifiers=five) for i in range(10)]
    tuning = {item.name: dict.fromkeys(five, tuning_json(ratios=(0.1, 0.25, 0.5, 0.75, 1.0))) for item in many}
    assert make_report(tmp_path, *many, tuning=tuning).stat().st_size <= 1_600_000


@pytest.mark.parametrize("options", [LIGHT, DARK, PHONE], ids=["light", "dark", "phone"])
def test_the_drawn_page(report: Path, open_page: Open, options: dict) -> None:
    """It makes no requests and logs nothing, names of the table are no markup, and axe finds nothing serious."""
    opened = open_page(report, **options)
    draw_charts(opened)
    assert "hacked" not in opened.page.title()
    assert opened.page.locator("img").count() == 0
    assert opened.requests == [report.as_uri()]
    assert opened.messages == []
    violations = Axe().run(opened.page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [
        (violation["id"], [node["html"][:200] for node in violation["nodes"][:3]])
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []
    if options is PHONE:
        check_widths(opened)


def check_widths(opened: Opened) -> None:
    """Check that a phone scrolls vertically only, and gets narrow charts with letters of full size."""
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert opened.page.evaluate("document.body.scrollWidth") <= 390
    widths = "(item) => [Number(item.getAttribute('width')), item.clientWidth]"
    sizes = opened.page.evaluate(f"[...document.querySelectorAll('.drawing svg')].map({widths})")
    assert len(sizes) > 9
    assert all(abs(width - shown) <= 12 and shown <= 358 for width, shown in sizes)


def test_names_of_the_table_are_escaped(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    unfold(opened)
    wait_for_drawing(opened, "chart-scores", 1)
    heads = [opened.text(f"#operating-point tbody tr:nth-child({row}) th") for row in (1, 2)]
    assert heads == [f"a|<b>c</b> = {label}" for label in (NASTY, NASTY_NEGATIVE)]
    opened.page.locator("#chart-scores .role-mark path").first.hover()
    tooltip = opened.page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert NASTY_NEGATIVE in tooltip.inner_text() or NASTY in tooltip.inner_text()
    assert tooltip.locator("img, script").count() == 0


def test_no_table_is_cut_on_a_desktop(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    unfold(opened)
    cut = "[...document.querySelectorAll('.wide')].filter((item) => item.scrollWidth > item.clientWidth + 1).length"
    assert opened.page.evaluate(cut) == 0


def test_the_list_of_sections_stays_in_reach(report: Path, open_page: Open) -> None:
    page = open_page(report).page
    page.locator("#run").scroll_into_view_if_needed()
    page.click("nav summary")
    page.click("nav a:has-text('Data flow')")
    expect(page.locator("nav dl")).to_be_hidden()
    expect(page.locator("#data h2")).to_be_in_viewport()
    heading, bar = page.locator("#data h2").bounding_box(), page.locator("nav").bounding_box()
    assert heading["y"] >= bar["y"] + bar["height"] - 1
    titles = page.locator("main > section h2").all_text_contents()
    assert page.locator("nav a").all_text_contents() == titles
    groups = ["Decide", "Trust the model", "Trust the data", "Check"]
    assert page.locator("nav dt").all_text_contents() == groups


def test_a_link_opens_a_folded_section(report: Path, open_page: Open) -> None:
    page = open_page(report).page
    assert page.locator("#candidates table").is_hidden()
    page.click("nav summary")
    page.click("nav a[href='#candidates']")
    expect(page.locator("#candidates table")).to_be_visible()
    page.goto(f"{report.as_uri()}#term-recall")  # the glossary is folded too
    page.reload()
    expect(page.locator("#term-recall")).to_be_in_viewport()


def test_without_javascript_it_is_complete_and_has_no_controls(report: Path, open_page: Open) -> None:
    opened = open_page(report, java_script_enabled=False)
    assert opened.messages == []
    for selector in ("input", "select", "button"):
        assert not any(item.is_visible() for item in opened.page.locator(selector).all())
    assert opened.page.locator("figure.chart").count() == opened.page.locator(".drawing svg.marks").count() > 9
    assert read_counts(opened, 0)["tp"] == 30
    opened.page.locator("#verdict summary").click()
    assert "Champion: baseline × random_forest" in opened.text("#verdict")
    opened.page.locator("#ratio summary").first.click()
    assert "0.800 ± 0.020" in opened.text("#ratio-panel")


def test_it_prints_on_a4_with_details_and_without_controls(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    pdf = opened.page.pdf(prefer_css_page_size=True)
    boxes = {
        tuple(round(float(length)) for length in box)
        for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    }
    assert boxes <= {(595, 842), (842, 595), (596, 842), (842, 596), (594, 841), (841, 594), (595, 841)}
    opened.page.emulate_media(media="print")
    assert not opened.page.locator("#choice").is_visible()
    assert opened.page.locator("#candidates table").is_visible()
