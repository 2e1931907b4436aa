"""Vega, Vega-Lite and Vega-Embed as a single script, from the copy inside vl-convert, so the page needs no network."""

from functools import cache

#: the newest Vega-Lite of vl-convert; Altair writes for the same major version
VEGALITE = "6.4"


@cache
def load_libraries() -> str:
    """Return the script that defines `vegaEmbed`. It contains Vega's interpreter, so `eval` is not needed."""
    import vl_convert

    text: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGALITE)
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("the bundle of vl-convert would close the script element around it")
    return text
