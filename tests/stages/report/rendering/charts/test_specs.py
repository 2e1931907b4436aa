import json

import pytest
import vl_convert

from stages.report.rendering.charts.specs import SPECS, make_spec
from stages.report.rendering.charts.svg import draw_svg, fill_titles, shrink, to_rows

COLUMNS = {
    "x": [0.1, 0.9], "y": [0.2, 0.8], "series": ["0", "1"], "name": ["a<script>|", "b & c"], "prevalence": [0.1, 0.1],
    "part": ["negative", "positive"], "label": ["no", "<b>"], "low": [0.1, 0.2], "high": [0.3, 0.4], "rows": [3, 700],
    "shape": ["0", "1"], "champion": [True, False], "ratio": [0.25, 0.5], "mean": [0.8, 0.7],
    "line": ["k = 3", "k = 5"], "order": [0, 1], "strategy": ["smote", "x<y"], "epoch": [1, 2],
    "train_loss": [0.5, 0.4], "validation_loss": [0.6, 0.5],
    "train_accuracy": [0.8, 0.9], "validation_accuracy": [0.7, 0.8], "value": [-1.0, 0.5],
}  # fmt: skip


@pytest.mark.parametrize("name", SPECS)
def test_equal_charts_have_equal_bytes(name, monkeypatch):
    monkeypatch.setattr(vl_convert, "vegalite_to_svg", vl_convert.vegalite_to_svg.__wrapped__)  # draws each time
    signals = {"tuning": {"ratio": 0.5}, "operating_point": {"x0": 0.3, "y0": 0.5}}.get(name, {})
    first = draw_svg("key", make_spec(name), COLUMNS, {"x": "across <b>"}, signals)
    assert first == draw_svg("key", make_spec(name), COLUMNS, {"x": "across <b>"}, signals)
    assert first.startswith("<svg xmlns=")
    assert "<script" not in first
    assert "<b>" not in first
    assert "aria-label" not in first
    assert 'fill="white"' not in first  # the background of the page is visible


@pytest.mark.parametrize("name", SPECS)
def test_a_specification_contains_no_rows(name):
    assert len(json.dumps(make_spec(name))) < 3500
    assert make_spec(name)["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6")


def test_columns_become_rows():
    assert to_rows({"a": [1, 2], "b": ["x", "y"]}) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    with pytest.raises(ValueError, match="zip"):
        to_rows({"a": [1, 2], "b": ["x"]})


def test_words_replace_titles_only():
    content = {"title": "{y}", "field": "{y}", "inner": [{"title": "{z}"}, {"title": None}]}
    assert fill_titles(content, {"y": "recall"}) == {
        "title": "recall", "field": "{y}", "inner": [{"title": "{z}"}, {"title": None}],
    }  # fmt: skip


def test_only_tags_of_a_picture_are_shortened():
    label = '<text> x="1.2345" opacity="1"</text>'
    svg = f'<path d="M1.2345,6" opacity="1" role="graphics-object" clip-path="url(#clip7)"/>{label}'
    assert shrink("key", svg) == f'<path d="M1.2,6" clip-path="url(#key-0)"/>{label}'
