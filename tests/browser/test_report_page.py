"""The report page in a browser: offline, by keyboard, on a phone, on paper, without its script."""

from pathlib import Path
import re
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
import pytest

from tests.browser.conftest import NASTY, NASTY_NEGATIVE, Open, make_report
from tests.browser.helpers import draw_charts, read_counts, unfold
from tests.report.factory import Treatment
from tests.report.runs import tuning_json

pytestmark = pytest.mark.slow

LIGHT, DARK, PHONE = {}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}, "is_mobile": True}


def test_it_makes_no_requests_and_logs_nothing(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    draw_charts(opened)
    assert opened.requests == [report.as_uri()]
    assert opened.messages == []


def test_it_is_ready_in_time(report: Path, open_page: Open) -> None:
    def seconds() -> float:
        start = time.perf_counter()
        open_page(report)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(3)) < 2.5


def test_fifty_candidates_fit_into_the_size(tmp_path: Path) -> None:
    five = ("random_forest", "mlp", "xgboost", "extra_trees", "blend")
    many = [Treatment(f"strategy_with_a_long_name_{i}", sampler="SMOTE", classifiers=five) for i in range(10)]
    tuning = {item.name: dict.fromkeys(five, tuning_json(ratios=(0.1, 0.25, 0.5, 0.75, 1.0))) for item in many}
    assert make_report(tmp_path, *many, tuning=tuning).stat().st_size <= 1_600_000


@pytest.mark.parametrize("options", [LIGHT, DARK, PHONE], ids=["light", "dark", "phone"])
def test_axe_finds_nothing_serious(report: Path, open_page: Open, options: dict) -> None:
    opened = open_page(report, **options)
    draw_charts(opened)
    violations = Axe().run(opened.page).response["violations"]
    serious = [
        (violation["id"], [node["html"][:200] for node in violation["nodes"][:3]])
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_names_of_the_table_are_escaped(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    draw_charts(opened)
    assert "hacked" not in opened.page.title()
    assert opened.page.locator("img").count() == 0
    heads = [opened.text(f"#operating-point tbody tr:nth-child({row}) th") for row in (1, 2)]
    assert heads == [f"a|<b>c</b> = {label}" for label in (NASTY, NASTY_NEGATIVE)]
    opened.page.locator("#chart-classes .role-mark path").first.hover()
    tooltip = opened.page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert NASTY_NEGATIVE in tooltip.inner_text() or NASTY in tooltip.inner_text()
    assert tooltip.locator("img, script").count() == 0


def test_a_phone_scrolls_vertically_only(report: Path, open_page: Open) -> None:
    opened = open_page(report, **PHONE)
    draw_charts(opened)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert opened.page.evaluate("document.body.scrollWidth") <= 390


def test_a_phone_gets_narrow_charts_with_letters_of_full_size(report: Path, open_page: Open) -> None:
    opened = open_page(report, **PHONE)
    draw_charts(opened)
    widths = "(item) => [Number(item.getAttribute('width')), item.clientWidth]"
    sizes = opened.page.evaluate(f"[...document.querySelectorAll('.drawing svg')].map({widths})")
    assert len(sizes) > 9
    assert all(abs(width - shown) <= 12 and shown <= 358 for width, shown in sizes)


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
