from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
import json
import re

from markupsafe import Markup
import pytest

from stages.report.rendering.blocks import (
    Chart,
    Charts,
    Command,
    Details,
    Fact,
    Facts,
    Items,
    Page,
    Panel,
    Paragraph,
    Section,
    Table,
)  # fmt: skip
from stages.report.rendering.html import to_html
from stages.report.rendering.markdown import escape_markdown, render_markdown_table, to_markdown

NASTY = "<script>alert(1)</script> | `x` \n# y & z"
VOID = {"meta", "line", "circle", "input", "wbr"}


class Balance(HTMLParser):
    """Collects the tags of a page, and fails if one is not closed in order."""

    def __init__(self, html):
        super().__init__()
        self.open, self.seen, self.attributes = [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs


def make_page(*blocks):
    return Page(
        NASTY, NASTY, [NASTY, "Second."], Facts([Fact(NASTY, NASTY, NASTY)]), [Section("key", NASTY, list(blocks))]
    )


CHART = Chart(
    "chart-classes", NASTY, NASTY, "classes",
    {"name": [NASTY, "</script>"], "part": ["negative"] * 2, "label": [NASTY] * 2, "order": [0, 0], "rows": [1, 2]},
    {"x": NASTY},
)  # fmt: skip
BLOCKS = (
    Paragraph(NASTY),
    Items([NASTY]),
    Table(NASTY, ["a", NASTY], [[NASTY, "1"]], "lr"),
    Details(NASTY, [Charts([CHART], [("s0", NASTY)])]),
    Panel("scatter.html.j2", {"metrics": {NASTY: NASTY}, "first": (NASTY, NASTY)}, {NASTY: NASTY}, [Paragraph(NASTY)]),
    Command("python -m tools.predict new_file.csv"),
)


@pytest.fixture(scope="module")
def html():
    return to_html(make_page(*BLOCKS))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b", r"a\|b"),
        ("a`b*c[d]~e$f", r"a\`b\*c\[d\]\~e\$f"),
        ("back\\slash", r"back\\slash"),
        ("<b>", "&lt;b&gt;"),
        ("R & D, AT&T, &lt;", "R & D, AT&T, &amp;lt;"),
        ("two\nlines\r\nor\u2028three", "two lines or three"),
        ("smote_class_weight", "smote_class_weight"),
        ("__init__", r"\_\_init\_\_"),
    ],
)
def test_markdown_text_is_escaped_on_one_line(text, escaped):
    assert escape_markdown(text) == escaped


def test_markup_is_not_escaped():
    assert escape_markdown(Markup("| a |")) == "| a |"


def test_a_markdown_table_is_aligned_and_escaped():
    table = Table("caption", ["name", "n"], [["a|b", "1"], ["c", "12,345"]], "lr")
    assert render_markdown_table(table).splitlines() == [
        "| name |      n |",
        "| ---- | -----: |",
        r"| a\|b |      1 |",
        "| c    | 12,345 |",
    ]


def test_nothing_of_the_users_table_is_markup_in_html(html):
    seen = Balance(html).seen
    assert seen.count("script") == 3  # the data, the libraries and the script
    assert html.count("&lt;script&gt;alert(1)") >= 15  # headings, cells, legends, options, labels of the picture
    assert "<script>alert" not in html


def test_script_data_cannot_close_its_element(html):
    text = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html, re.DOTALL)[1]
    assert "<" not in text
    data = json.loads(text)
    assert data["charts"]["chart-classes"]["columns"]["name"] == [NASTY, "</script>"]
    assert data[NASTY] == NASTY


def test_nothing_of_the_users_table_is_markup_in_markdown():
    markdown = to_markdown(make_page(*BLOCKS))
    assert "<script" not in markdown
    assert not [line for line in markdown.splitlines() if line.startswith("# y")]
    assert r"&lt;script&gt;alert(1)&lt;/script&gt; \| \`x\`" in markdown
    rows = [line for line in markdown.splitlines() if line.startswith("| ")]
    assert {line.count("|") - line.count(r"\|") for line in rows} == {3}


def test_a_command_is_not_escaped(html):
    assert "    python -m tools.predict new_file.csv\n" in to_markdown(make_page(*BLOCKS))
    assert "<code>python -m tools.predict new_file.csv</code>" in html


def test_html_loads_nothing(html):
    parsed = Balance(html)
    assert ("lang", "en-US") in parsed.attributes
    assert not {"link", "img", "iframe", "object", "base", "form"} & set(parsed.seen)
    links = [value for name, value in parsed.attributes if name in ("href", "src", "srcset", "action", "xlink:href")]
    assert all(value.startswith("#") for value in links)
    assert not [name for name, _ in parsed.attributes if name.startswith("on") or name == "style"]
    assert parsed.seen.count("h1") == 1


def test_the_policy_allows_only_the_scripts_of_the_page(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1].replace("&#39;", "'")
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy
    texts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert rules["script-src"].split() == [hash_text(text) for text in texts]
    assert rules["style-src"].split() == [hash_text(text) for text in styles]


def hash_text(text):
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
