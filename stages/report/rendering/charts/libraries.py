"""Vega, Vega-Lite and Vega-Embed as one script, from the copy inside vl-convert: nothing is fetched."""

#: the newest Vega-Lite of vl-convert; Altair writes for the same major version
VEGALITE = "6.4"


def libraries() -> str:
    """The script that gives the page `vegaEmbed`. It holds Vega's expression interpreter, so no `eval` is needed."""
    import vl_convert

    text: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGALITE)
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("the bundle of vl-convert would end its own script element")
    return text
