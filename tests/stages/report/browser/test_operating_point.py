"""The panel of the operating point in a browser: threshold, quantities, prevalence, policy, other candidate."""

import json
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, expect
import pytest
from ruamel.yaml import YAML

from stages.evaluate.params import EvaluateSection
from stages.evaluate.thresholds.policies import POLICIES, best_index
from stages.shared.metrics.confusion import Counts
from tests.stages.report.browser.conftest import Open, Opened
from tests.stages.report.browser.helpers import candidate, read_counts, wait_for_drawing

pytestmark = pytest.mark.slow

EVALUATE = YAML(typ="safe").load(Path(__file__).parents[4] / "params.yaml")["evaluate"]
STATE = "#operating-point .state"
#: what the reader can choose by, and the policy that does the same
QUANTITIES = {"recall": "min_recall", "precision": "min_precision", "alarms": "top_share", "ratio": "cost"}


def slide(opened: Opened, step: int) -> None:
    """Move the slider to a step of its own."""
    opened.page.locator("#choice").fill(str(step))


def read_policy(opened: Opened) -> EvaluateSection:
    """Return the section evaluate of params.yaml with the lines that the page offers."""
    return EvaluateSection.model_validate(EVALUATE | YAML(typ="safe").load(opened.text("#policy"))["evaluate"])


def read_positions(rules: Locator) -> list[str]:
    return [rule.get_attribute("transform") or "" for rule in rules.all()]


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
