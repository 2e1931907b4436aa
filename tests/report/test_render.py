from html.parser import HTMLParser

from markupsafe import Markup
import pytest

from stages.report.page import Command, Items, Page, Paragraph, Section, Table
from stages.report.render import escape_markdown, markdown_table, to_html, to_markdown

NASTY = "<script>alert(1)</script> | `x` \n# y & z"
VOID = {"meta", "line", "circle", "polyline"}


class Balance(HTMLParser):
    """Notes the tags of a page, and fails where one is not closed in its turn."""

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


def page_of(*blocks):
    return Page(NASTY, NASTY, [NASTY, "Second."], [Section("key", NASTY, list(blocks))])


BLOCKS = (
    Paragraph(NASTY),
    Items([NASTY]),
    Table(NASTY, ["a", NASTY], [[NASTY, "1"]], "lr"),
    Command("python -m tools.predict new_file.csv"),
)


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
def test_markdown_text_reads_as_written_on_one_line(text, escaped):
    assert escape_markdown(text) == escaped


def test_ready_markup_passes():
    assert escape_markdown(Markup("| a |")) == "| a |"


def test_a_markdown_table_is_aligned_and_its_cells_stay_cells():
    table = Table("caption", ["name", "n"], [["a|b", "1"], ["c", "12,345"]], "lr")
    assert markdown_table(table).splitlines() == [
        "| name |      n |",
        "| ---- | -----: |",
        r"| a\|b |      1 |",
        "| c    | 12,345 |",
    ]


def test_nothing_of_the_users_table_is_markup_in_html():
    html = to_html(page_of(*BLOCKS))
    seen = Balance(html).seen
    assert "script" not in seen
    assert html.count("&lt;script&gt;alert(1)") >= 7  # title, h1, subtitle, verdict, h2, paragraph, item, cells


def test_nothing_of_the_users_table_is_markup_in_markdown():
    markdown = to_markdown(page_of(*BLOCKS))
    assert "<script" not in markdown
    assert not [line for line in markdown.splitlines() if line.startswith("# y")]
    assert r"&lt;script&gt;alert(1)&lt;/script&gt; \| \`x\`" in markdown
    rows = [line for line in markdown.splitlines() if line.startswith("| ")]
    assert {line.count("|") - line.count(r"\|") for line in rows} == {3}


def test_a_command_is_given_as_it_is_typed():
    assert "    python -m tools.predict new_file.csv\n" in to_markdown(page_of(*BLOCKS))
    assert "<pre><code>python -m tools.predict new_file.csv</code></pre>" in to_html(page_of(*BLOCKS))


def test_html_stands_alone():
    parsed = Balance(to_html(page_of(*BLOCKS)))
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in parsed.attributes
    assert ("lang", "en-GB") in parsed.attributes
    assert not {"script", "link", "img", "iframe", "object", "base"} & set(parsed.seen)
    links = [value for name, value in parsed.attributes if name in ("href", "src", "srcset", "action")]
    assert all(value.startswith("#") for value in links)
    assert not [name for name, _ in parsed.attributes if name.startswith("on")]
    assert parsed.seen.count("h1") == 1
