"""The report page in a browser: offline, by keyboard, on a phone, on paper, without its script."""

import csv
import json
from pathlib import Path
import re
import time

from axe_playwright_python.sync_playwright import Axe
import numpy as np
from playwright.sync_api import Locator, expect
import pytest
from ruamel.yaml import YAML

from stages.evaluate.params import EvaluateSection
from stages.evaluate.thresholds.policies import POLICIES, best_index
from stages.shared.metrics.confusion import Counts
from tests.browser.conftest import NASTY, NASTY_NEGATIVE, Open, Opened, make_report
from tests.report.factory import Treatment
from tests.report.runs import tuning_json

pytestmark = pytest.mark.slow

PARAMS = Path(__file__).parents[2] / "params.yaml"

STATE = "#operating-point .state"
#: what the reader can choose by, and the policy that does the same
QUANTITIES = {"recall": "min_recall", "precision": "min_precision", "alarms": "top_share", "ratio": "cost"}

LIGHT, DARK, PHONE = {}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}, "is_mobile": True}


def candidate(report: Path, name: str) -> dict:
    leaderboard = json.loads((report.parents[1] / "metrics/leaderboard.json").read_text())
    return next(entry for entry in leaderboard["candidates"] if f"{entry['strategy']} × {entry['classifier']}" == name)


def read_counts(opened: Opened, view: int) -> dict[str, int]:
    cells = opened.page.locator("#operating-point .view").nth(view)
    return {
        cell: int(cells.locator(f"[data-cell={cell}] .note span").inner_text()) for cell in ("tp", "fn", "fp", "tn")
    }


def slide(opened: Opened, step: int) -> None:
    """Move the slider to a step of its own."""
    opened.page.locator("#choice").fill(str(step))


def read_policy(opened: Opened) -> EvaluateSection:
    """Return the section evaluate of params.yaml with the lines that the page offers."""
    yaml = YAML()
    section = yaml.load(PARAMS)["evaluate"] | yaml.load(opened.text("#policy"))["evaluate"]
    return EvaluateSection.model_validate(section)


def read_positions(rules: Locator) -> list[str]:
    return [rule.get_attribute("transform") or "" for rule in rules.all()]


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
    opened.page.locator("#chart-scores .role-mark path").first.hover()
    tooltip = opened.page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert NASTY_NEGATIVE in tooltip.inner_text() or NASTY in tooltip.inner_text()
    assert tooltip.locator("img, script").count() == 0


def test_the_threshold_moves_by_keyboard_and_the_counts_follow(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    tuned = candidate(report, "baseline × random_forest")
    assert read_counts(opened, 0) == {cell: tuned["test"][cell] for cell in ("tp", "fn", "fp", "tn")}
    expect(opened.page.locator(STATE)).to_have_text("At the tuned threshold of each candidate.")
    opened.page.focus("#choice")
    for _ in range(6):
        opened.page.keyboard.press("ArrowRight")
    at = json.loads((report.parents[1] / "metrics/curves/thresholds.json").read_text())[0]
    tp, fp = at["tp"][25], at["fp"][25]
    assert read_counts(opened, 0) == {"tp": tp, "fn": 40 - tp, "fp": fp, "tn": 750 - fp}
    expect(opened.page.locator(STATE)).to_have_text("Chosen by threshold: 0.25.")
    assert opened.text("#operating-point [data-rate=recall]") == f"{tp / 40:.3f}"
    assert opened.text("#operating-point [data-rate=precision]") == f"{tp / (tp + fp):.3f}"
    value = opened.page.get_attribute("#choice", "aria-valuetext")
    assert value == f"threshold: 0.25; recall {tp / 40:.3f}, precision {tp / (tp + fp):.3f}"
    wait_for_drawing(opened, "operating-point-curve", 1)
    points = opened.page.locator("#operating-point-curve .mark-symbol path")
    before = read_positions(points)
    assert len(before) == 2
    opened.page.click(".to-tuned")
    assert read_counts(opened, 0)["tp"] == tuned["test"]["tp"]
    expect(points.first).not_to_have_attribute("transform", before[0])


def test_every_quantity_follows_the_rules_of_evaluate(report: Path, open_page: Open) -> None:
    """The script chooses the same points as the policies of the stage that will choose the threshold."""
    opened = open_page(report)
    at = json.loads((report.parents[1] / "metrics/curves/thresholds.json").read_text())[0]
    tp, fp = (np.array(at[key], dtype=float) for key in ("tp", "fp"))
    tp[19], fp[19] = 30, 10  # the tuned threshold
    counts = Counts(tp=tp, fp=fp, fn=40 - tp, tn=750 - fp)
    for quantity, policy in QUANTITIES.items():
        opened.page.select_option("#quantity", quantity)
        last = int(opened.page.get_attribute("#choice", "max") or 0)
        for step in range(0, last + 1, max(1, last // 9)):
            slide(opened, step)
            params = read_policy(opened)
            assert params.threshold.policy == policy
            bound = next(iter(params.threshold.policy_param.values()), None)
            best = best_index(POLICIES[policy](counts, bound, params.cost and params.cost.fixed))
            chosen = {cell: round(float(getattr(counts, cell)[best])) for cell in ("tp", "fn", "fp", "tn")}
            assert read_counts(opened, 0) == chosen, (quantity, step)


def test_a_chosen_policy_can_be_copied_into_params(report: Path, open_page: Open) -> None:
    opened = open_page(report, permissions=["clipboard-read", "clipboard-write"])
    assert read_policy(opened).threshold.policy == "f1"  # in effect
    opened.page.click("#operating-point button.copy")
    expect(opened.page.locator("#operating-point button.copy")).to_have_text("Copied")
    assert opened.page.evaluate("navigator.clipboard.readText()") == "evaluate:\n  threshold: {policy: f1}\n"
    slide(opened, 25)
    threshold = read_policy(opened).threshold
    assert (threshold.policy, threshold.recall) == ("min_recall", 0.75)  # 30 of 40
    opened.page.select_option("#quantity", "ratio")
    opened.page.fill("#prevalence", "1")
    params = read_policy(opened)
    assert params.deployment_prevalence == 0.01
    assert params.cost.fixed.false_positive == 1
    opened.page.fill("#prevalence", "200")  # no prevalence: the last one stays
    assert read_policy(opened) == params


def test_the_counts_follow_the_prevalence(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    wait_for_drawing(opened, "operating-point-curve", 1)
    opened.page.fill("#prevalence", "20")
    wait_for_drawing(opened, "operating-point-curve", 2)
    cells = {cell: opened.text(f"#operating-point [data-cell={cell}] b") for cell in ("tp", "fn", "fp", "tn")}
    assert cells == {"tp": "150", "fn": "50", "fp": "10.7", "tn": "789"}  # recall 0.75, 10 of 750 negatives
    assert read_counts(opened, 0)["tp"] == 30


def test_the_other_candidate_can_be_chosen(report: Path, open_page: Open) -> None:
    opened = open_page(report)
    names = opened.page.locator("#operating-point h3")
    assert names.all_inner_texts() == ["baseline × random_forest", "smote × random_forest"]
    wait_for_drawing(opened, "operating-point-curve", 1)
    opened.page.select_option("#other-candidate", label="class_weight × mlp")
    wait_for_drawing(opened, "operating-point-curve", 2)
    assert names.all_inner_texts() == ["baseline × random_forest", "class_weight × mlp"]
    assert read_counts(opened, 1)["tp"] == candidate(report, "class_weight × mlp")["test"]["tp"]


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
