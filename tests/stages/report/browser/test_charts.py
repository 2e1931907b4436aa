"""The charts of the report page in a browser: their size, and what the reader chooses."""

from pathlib import Path

import pytest

from tests.stages.report.browser.conftest import Open
from tests.stages.report.browser.helpers import draw_charts, unfold, wait_for_drawing

pytestmark = pytest.mark.slow


def test_the_sampling_ratio_moves_table_and_charts(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    unfold(opened)
    wait_for_drawing(opened, "ratio-recall", 1)
    rule = "#ratio-recall .role-mark.mark-rule line"
    before = opened.page.locator(rule).get_attribute("transform")
    cells = "#ratio-panel tbody tr:first-child td"
    assert opened.page.locator(cells).all_inner_texts() == ["0.800 ± 0.020", "0.810 ± 0.020"]
    opened.page.focus("#ratio-slider")
    opened.page.keyboard.press("ArrowRight")
    assert opened.page.locator(cells).all_inner_texts() == ["0.780 ± 0.020", "0.790 ± 0.020"]
    assert opened.text("#ratio-panel output") == "0.5"
    opened.page.wait_for_selector(f'{rule}:not([transform="{before}"])', state="attached")
    opened.page.select_option("#ratio-candidate", label="smote × mlp")
    wait_for_drawing(opened, "ratio-recall", 2)
    assert opened.page.locator("#ratio-legend li").all_inner_texts() == ["k_neighbors = 7"]
    assert opened.page.locator("#ratio-panel thead th").all_inner_texts() == ["Metric", "k_neighbors = 7"]


def test_a_selected_candidate_has_a_curve(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    unfold(opened)
    lines = "#chart-roc .layer_0_marks path, #chart-roc .mark-line path"
    wait_for_drawing(opened, "chart-roc", 1)
    before = opened.page.locator(lines).count()
    opened.page.check("#overlay-panel label:has-text('class_weight × mlp') input")
    wait_for_drawing(opened, "chart-roc", 2)
    assert opened.page.locator(lines).count() == before + 1
    assert opened.page.locator("#overlay-legend li").count() == 3
    assert "class_weight × mlp" in (opened.page.locator("#chart-roc .drawing").get_attribute("aria-label") or "")


def test_the_scatter_chart_shows_any_two_metrics(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    unfold(opened)
    wait_for_drawing(opened, "chart-candidates", 1)
    opened.page.select_option("#scatter-x", "recall")
    wait_for_drawing(opened, "chart-candidates", 2)
    titles = opened.page.locator("#chart-candidates .role-axis-title text").all_text_contents()
    assert titles == ["recall", "Brier score (lower is better)"]


def test_a_drawn_chart_has_the_size_of_its_picture(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    sizes = "[...document.querySelectorAll('.drawing svg')].map((item) => [item.clientWidth, item.clientHeight])"
    unfold(opened)
    before = opened.page.evaluate(sizes)
    draw_charts(opened)
    moved = [
        max(abs(a - b) for a, b in zip(*pair, strict=True))
        for pair in zip(before, opened.page.evaluate(sizes), strict=True)
    ]
    assert max(moved) <= 12  # another font measures its labels a little wider
