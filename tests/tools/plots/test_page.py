"""The page for DVC's plots: one classic script, nothing from a network, and no label that ends a script."""

import json
import re

import pytest

from tools.plots.page import escaped, template


@pytest.fixture(scope="module")
def page() -> str:
    return template()


def test_dvc_finds_one_place_for_its_plots_and_none_for_its_scripts(page: str) -> None:
    assert page.count("{plot_divs}") == 1
    assert "{scripts}" not in page  # there DVC would put the tags that load Vega from a network address
    assert "{refresh_tag}" not in page


def test_the_library_is_inside_a_classic_script(page: str) -> None:
    assert re.findall(r"<script[^>]*>", page) == ["<script>"]
    assert page.count("</script") == 1
    assert "window.vegaEmbed=" in page
    assert "default-src 'none'" in page


def test_no_label_ends_the_script() -> None:
    spec = json.dumps({"data": [{"actual": "</script><b>", "predicted": "a < b"}]})
    written = f"<div>\n<script>\n            var spec = {spec};\n            vegaEmbed('#p', spec);\n</script>\n</div>"
    found = escaped(written)
    assert found.count("</script>") == 1
    assert json.loads(found.split("var spec = ")[1].split(";\n")[0]) == json.loads(spec)
    assert found.replace("\\u003c", "<") == written  # and nothing else was touched
