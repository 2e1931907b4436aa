"""The plots in dvc.yaml: their templates stand, draw what evaluate writes, and need no newer library than DVC's."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from vl_convert import vegalite_to_svg

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PLOTS = {
    name: plot
    for entry in YAML(typ="safe").load((ROOT / "dvc.yaml").read_text())["plots"]
    for name, plot in entry.items()
}
TEN = [f"strategy_{number}" for number in reversed(range(10))]  # so that no alphabetical order passes for theirs
DRAWN = {"metrics/curves/roc.json", "metrics/curves/precision_recall.json", "metrics/curves/calibration.json",
         "metrics/curves/confusion.json", "metrics/curves/training.json"}  # fmt: skip


def filled(name: str, *revisions: str) -> dict[str, Any]:
    """The specification that DVC makes of a plot's template, with the points of one strategy of ours given to ten."""
    plot = PLOTS[name]
    ((path, field),) = plot["y"].items()
    points = json.loads((ROOT / path).read_text())
    points = [point for point in points if (point["strategy"], point["classifier"]) == _first(points)]
    anchors = {
        "DATA": [{**point, "strategy": one, "rev": rev} for rev in revisions for one in TEN for point in points],
        "COLOR": {"field": "rev", "scale": {"domain": revisions, "range": ["#945dd6", "#13adc7"]}},
        "TITLE": plot["title"],
        "X_LABEL": plot.get("x_label", plot["x"]),
        "Y_LABEL": plot.get("y_label", field),
        "X": plot["x"],
        "Y": field,
    }
    text = (ROOT / ".dvc/plots" / f"{plot['template']}.json").read_text()
    for anchor, value in anchors.items():
        text = text.replace(f'"<DVC_METRIC_{anchor}>"', json.dumps(value))
    return json.loads(text)


def _first(points: list[dict[str, Any]]) -> tuple[str, str]:
    return points[0]["strategy"], points[0]["classifier"]


def test_every_curve_that_evaluate_writes_is_drawn():
    assert {path for plot in PLOTS.values() for path in plot["y"]} == DRAWN


def test_every_template_is_used_and_every_plot_has_one_of_ours():
    used = {plot["template"] for plot in PLOTS.values()}
    assert used == {path.stem for path in (ROOT / ".dvc/plots").glob("*.json")}


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("version", ["5.8", "6.4"])
def test_ten_strategies_and_two_revisions_are_drawn(name, version):
    svg = vegalite_to_svg(filled(name, "main", "workspace"), vl_version=version)
    places = [svg.index(f">{strategy}") for strategy in TEN]
    assert places == sorted(places)  # in the order of params.yaml
    assert all(rev in svg for rev in ("main", "workspace"))
    assert "<DVC_METRIC" not in svg


@pytest.mark.parametrize("name", ["roc", "precision_recall"])
def test_the_other_strategies_stand_behind_each(name):
    svg = vegalite_to_svg(filled(name, "workspace"), vl_version="6.4")
    assert svg.count('stroke="#bbb"') == len(TEN) ** 2


def test_the_prevalence_is_drawn_once_a_panel():
    svg = vegalite_to_svg(filled("precision_recall", "workspace"), vl_version="6.4")
    assert svg.count('stroke="#999" stroke-dasharray="3,3"') == len(TEN)
