"""The review as a page that needs no network: the Markdown of the comment, rendered by markdown-it-py."""

from html import escape

from markdown_it import MarkdownIt

# The policy forbids every script, so names in the data cannot run one.
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222 }}
table {{ border-collapse: collapse; display: block; overflow-x: auto }}
th, td {{ border: 1px solid #ccc; padding: .25rem .6rem; font-variant-numeric: tabular-nums }}
details {{ margin: 1rem 0 }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def to_html(markdown: str, title: str) -> str:
    """Render the Markdown of a review, whose folded parts are HTML, as a page."""
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    return _PAGE.format(title=escape(title), body=body)
